package zoo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Options of a card's recipe.
const (
	recipeOption = "recipe"      // the recipe as JSON
	stepsOption  = "steps"       // steps after which training was told to stop, if it was
	dataOption   = "data_sha256" // fingerprint of the texts it was trained on
)

// Recipe returns the recipe that made the model.
func (m *Model) Recipe() (Recipe, error) {
	card := m.Artefact.Card
	text, ok := card.Recipe.Options[recipeOption]
	if !ok {
		return Recipe{}, fmt.Errorf("zoo: the card of %s has no recipe", card.Name)
	}
	r, err := parseRecipe([]byte(text))
	if err != nil {
		return r, fmt.Errorf("zoo: the card of %s: recipe: %w", card.Name, err)
	}
	return r, nil
}

// Steps returns the number of optimizer steps after which training was told to
// stop, 0 where it went to the recipe's end. With it as Run.Steps the recipe
// makes the same model again.
func (m *Model) Steps() (int, error) {
	text, ok := m.Artefact.Card.Recipe.Options[stepsOption]
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("zoo: the card of %s: steps %q, want a number of steps", m.Artefact.Card.Name, text)
	}
	return n, nil
}

// card begins the card of a model that the recipe made.
func (r Recipe) card(task string, result train.Result) (weights.Card, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return weights.Card{}, fmt.Errorf("zoo: recipe: %w", err)
	}
	options := map[string]string{recipeOption: string(text)}
	if result.Reason == train.StepLimit {
		options[stepsOption] = strconv.Itoa(result.Steps)
	}
	return weights.Card{
		Name: r.Name, Task: task, Description: r.About, Licence: "Apache-2.0",
		Recipe: weights.Recipe{Command: r.command(options[stepsOption]), Seed: *r.Seed(), Options: options},
	}, nil
}

// command is the command line that trains the recipe. A recipe that differs
// from the one of its name in more than flags can say comes from a file.
func (r Recipe) command(steps string) string {
	if r.FineTune != nil {
		return r.FineTune.command(steps)
	}
	named, ok := namedRecipe(r.Name)
	command := "zoo train " + r.Name
	embeddings := ""
	if r.Text != nil {
		t, plain := *r.Text, TextRecipe{}
		if ok && named.Text != nil {
			plain = *named.Text
		}
		switch {
		case t.Embeddings == plain.Embeddings:
		case t.Embeddings == "":
			embeddings = " --embeddings " + noEmbeddings
		default:
			embeddings = " --embeddings " + t.Embeddings
		}
		if t.FreezeEmbeddings && !plain.FreezeEmbeddings {
			embeddings += " --freeze-embeddings"
		}
		t.Embeddings, t.EmbeddingsSHA256, t.FreezeEmbeddings = plain.Embeddings, plain.EmbeddingsSHA256, plain.FreezeEmbeddings
		r.Text = &t
	}
	phrases := ""
	if r.Word2Vec != nil {
		// The flag says how many passes and leaves the rest to the recipe.
		if p := r.Word2Vec.Phrases; p.Passes > 0 && p.MinCount == 0 && len(p.Thresholds) == 0 {
			w := *r.Word2Vec
			w.Phrases = word2vec.PhraseConfig{}
			r.Word2Vec = &w
			phrases = fmt.Sprintf(" --phrases %d", p.Passes)
		}
	}
	if !ok || named.without() != r.without() {
		command = "zoo train RECIPE.json"
	}
	if r.Line == nil {
		command += " --data DATA"
	}
	if r.Table != nil {
		command += r.Table.flags()
	}
	command += embeddings + phrases
	command += fmt.Sprintf(" --seed %d", *r.Seed())
	if t := r.Training(); t != nil && ok && named.Training() != nil && named.Training().Epochs != t.Epochs {
		command += fmt.Sprintf(" --epochs %d", t.Epochs)
	}
	if steps != "" {
		command += " --steps " + steps
	}
	return command + " --out DIR"
}

// without is what no flag says: the recipe less its name, seed and epochs.
func (r Recipe) without() string {
	r.Name, r.About = "", ""
	if r.Text != nil {
		t := *r.Text
		t.Seed, t.Epochs = 0, 0
		r.Text = &t
	}
	if r.Word2Vec != nil {
		w := *r.Word2Vec
		w.Seed, w.Epochs = 0, 0
		r.Word2Vec = &w
	}
	if r.Linear != nil {
		l := *r.Linear
		l.Seed = 0
		r.Linear = &l
	}
	if r.FineTune != nil {
		f := *r.FineTune
		f.Seed, f.Epochs = 0, 0
		r.FineTune = &f
	}
	if r.Line != nil {
		l := *r.Line
		l.Seed, l.Epochs = 0, 0
		r.Line = &l
	}
	if r.Table != nil {
		t := *r.Table
		t.Seed, t.Epochs, t.Columns = 0, 0, TableColumns{MaxCategories: t.Columns.MaxCategories}
		r.Table = &t
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err.Error() // not reached: a recipe that is trained has been written as JSON
	}
	return string(text)
}

// identity names in a checkpoint what the run is of: the recipe and the data.
// A run never goes on with others. Epochs are not part of it: more of them may
// be asked for, where the schedule allows that.
func (r Recipe) identity(data string) string {
	sum := sha256.Sum256([]byte(r.without()))
	text := fmt.Sprintf("%s %s", r.Name, hex.EncodeToString(sum[:4]))
	if data != "" {
		text += " on data " + data[:min(8, len(data))]
	}
	return text
}

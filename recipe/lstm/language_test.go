package lstm_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
	lmrecipe "github.com/gorgonia-zoo/zoo/recipe/lm"
	lstmrecipe "github.com/gorgonia-zoo/zoo/recipe/lstm"
	"github.com/gorgonia-zoo/zoo/texts"
)

// languageModel trains a small one on reviews and returns it and its directory.
func languageModel(t *testing.T) (*lmrecipe.Model, string) {
	t.Helper()
	data, err := texts.Unlabelled().Open(fixture.Reviews(t, 150), recipe.DataConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	r := fixture.Recipe(t, "lm")
	b := r.Body.(*lmrecipe.Recipe)
	b.Model.Embedding, b.Model.Hidden, b.Model.Negatives, b.Window, b.Batch, b.Epochs = 16, 12, 40, 6, 8, 1
	m, dir := fixture.Reopened(t, fixture.Train(t, r, data, zoo.Run{}))
	return m.Value.(*lmrecipe.Model), dir
}

func TestBegin(t *testing.T) {
	from, _ := languageModel(t)
	words := from.Vocab().Len()
	n, err := lstm.New(lstm.Config{Vocab: words + 3, Embedding: 16, Hidden: 12}, 7)
	if err != nil {
		t.Fatal(err)
	}
	head := slices.Clone(n.Params()[5].Data())
	if err := lstmrecipe.Begin(n, from.Model); err != nil {
		t.Fatal(err)
	}
	source := map[string]*ops.Param{}
	for _, p := range from.Network().Params() {
		source[p.Name] = p
	}
	for _, p := range n.Params()[1:5] {
		if !slices.Equal(p.Data(), source[p.Name].Data()) {
			t.Errorf("%s is not the language model's", p.Name)
		}
	}
	table, want := n.Embedding().Data(), from.Network().Embedding().Data()
	unknown := want[int(from.Vocab().UNK())*16:][:16]
	if !slices.Equal(table[:words*16], want) || !slices.Equal(table[words*16:(words+1)*16], unknown) || !slices.Equal(table[(words+2)*16:], unknown) {
		t.Error("the words do not begin as they should")
	}
	if !slices.Equal(n.Params()[5].Data(), head) {
		t.Error("the linear layer is not its own")
	}
	for name, c := range map[string]lstm.Config{
		"fewer words":    {Vocab: words - 1, Embedding: 16, Hidden: 12},
		"another width":  {Vocab: words, Embedding: 16, Hidden: 13},
		"two layers":     {Vocab: words, Embedding: 16, Hidden: 12, Layers: 2},
		"two directions": {Vocab: words, Embedding: 16, Hidden: 12, Bidirectional: true},
	} {
		n, err := lstm.New(c, 7)
		if err != nil {
			t.Fatal(err)
		}
		if err := lstmrecipe.Begin(n, from.Model); !errors.Is(err, zoo.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A classifier begun from a language model has its words and shape, its card makes the
// same bytes again, and another language model is refused.
func TestTrainFromALanguageModel(t *testing.T) {
	from, dir := languageModel(t)
	data := fixture.Texts(t, fixture.Reviews(t, 120))
	r, b := fixture.Small(t)
	b.LanguageModel, b.Epochs = dir, 1
	var log strings.Builder
	m := fixture.Train(t, r, data, zoo.Run{Log: &log})
	c := m.Value.(*zoo.LSTMClassifier)
	if n := c.Network().Config(); n.Embedding != 16 || n.Hidden != 12 || n.Vocab < from.Vocab().Len() || !strings.Contains(log.String(), "begun from the language model") {
		t.Errorf("%+v\n%s", n, log.String())
	}
	for id := range from.Vocab().Len() {
		a, _ := from.Vocab().Token(int32(id))
		if word, _ := c.Vocab().Token(int32(id)); word != a {
			t.Fatalf("word %d is %q, want %q", id, word, a)
		}
	}
	made := fixture.MadeBy(t, m)
	if made.Body.(*zoo.TextRecipe).LanguageModelSHA256 == "" {
		t.Error("the card does not say which language model")
	}
	if again := fixture.Train(t, made, data, zoo.Run{}); fixture.SHA(t, again) != fixture.SHA(t, m) {
		t.Error("the card's recipe makes another model")
	}
	for name, change := range map[string]func(*zoo.TextRecipe){
		"another than the recipe's": func(b *zoo.TextRecipe) { b.LanguageModelSHA256 = strings.Repeat("0", 64) },
		"a training begins from":    func(b *zoo.TextRecipe) { b.Embeddings = "word2vec-imdb" },
		"is bidirectional":          func(b *zoo.TextRecipe) { b.Model.Bidirectional = true },
		"want a language model":     func(b *zoo.TextRecipe) { b.LanguageModel = "nbsvm-imdb" },
		"without language_model":    func(b *zoo.TextRecipe) { b.LanguageModel, b.LanguageModelSHA256 = "", "00" },
	} {
		r, b := fixture.Small(t)
		b.LanguageModel = dir
		change(b)
		if _, _, err := zoo.Train(context.Background(), r, data, zoo.Run{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

package finetune

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	lstmrecipe "github.com/gorgonia-zoo/zoo/recipe/lstm"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// tuned ends the names of fine-tuned models.
const tuned = "-finetuned"

// tune returns the recipe that fine-tunes an open model, with the settings that
// served best on short sentences.
func tune(m *recipe.Model, base string, env recipe.Env) (recipe.Recipe, error) {
	name := strings.TrimSuffix(m.Artefact.Card.Name, tuned)
	body := plain(base)
	if from, ok := beganFrom(m); ok {
		if sum, known := env.Pretrained(from.name); known && sum == from.fingerprint {
			body.Embeddings = from.name // it comes with the program
		}
	}
	body.opened.base, body.opened.name = m, base
	r := recipe.Recipe{Name: name + tuned, About: name + " fine-tuned on other data", Body: body}
	_, err := body.bind(m, env)
	return r, err
}

// opened is what a recipe was made from, so that training does not open it
// again.
type opened struct {
	name        string // the base's
	base        *recipe.Model
	vectorsName string
	vectors     recipe.Vectors
	fingerprint string // of the vectors
}

// open returns the model that the recipe begins from.
func (r *Recipe) open(env recipe.Env) (*recipe.Model, *lstm.Classifier, error) {
	m := r.opened.base
	if m == nil || r.opened.name != r.Base {
		var err error
		if m, err = env.Open(r.Base); err != nil {
			return nil, nil, err
		}
	}
	c, fresh, err := classifier(m)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %s", err, r.Base)
	}
	if fresh {
		if r.Head == HeadKeep {
			return nil, nil, fmt.Errorf("zoo: fine-tune: %s is a language model, which has no classes to keep: %w", r.Base, recipe.ErrUsage)
		}
		r.Head = HeadNew
	}
	return m, c, nil
}

// openVectors returns the vectors that the recipe names.
func (r *Recipe) openVectors(env recipe.Env) (recipe.Vectors, string, error) {
	if o := &r.opened; o.vectors == nil || o.vectorsName != r.Embeddings {
		v, fingerprint, err := env.Vectors(r.Embeddings)
		if err != nil {
			return nil, "", err
		}
		o.vectorsName, o.vectors, o.fingerprint = r.Embeddings, v, fingerprint
	}
	return r.opened.vectors, r.opened.fingerprint, nil
}

// plain returns the settings that a tuning begins with.
func plain(base string) *Recipe {
	return &Recipe{
		Base: base, NewWords: 10000, MinCount: 2, LayerDecay: 1, WordDrop: 0.1, Validation: 0.1, Storage: "F16", MinSteps: 150,
		Training: recipe.Training{
			Seed: 1, Epochs: 3, Batch: 32, ClipNorm: 1, KeepBest: true,
			Optimizer: recipe.Optimizer{Kind: "adam", LearningRate: 2e-3},
			Schedule:  recipe.Schedule{Kind: "linear"},
		},
	}
}

// bind notes the checksums of the base, or demands those noted, and opens the
// vectors that new words begin from, nil where there are none.
func (r *Recipe) bind(base *recipe.Model, env recipe.Env) (recipe.Vectors, error) {
	sum, err := base.Artefact.SHA256()
	if err != nil {
		return nil, err
	}
	c, _, err := classifier(base)
	if err != nil {
		return nil, err
	}
	words, err := vocabSum(c)
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		what string
		have string
		want *string
	}{{"weights", sum, &r.BaseSHA256}, {"words", words, &r.BaseVocab}} {
		if *c.want == "" {
			*c.want = c.have
		}
		if *c.want != c.have {
			return nil, fmt.Errorf("zoo: recipe: the base %s has the %s %.12s, the recipe began from %.12s: name the directory of that model as the base", r.Base, c.what, c.have, *c.want)
		}
	}
	return r.vectors(base, env)
}

// vectors opens the vectors that new words begin from, nil where there are none.
func (r *Recipe) vectors(base *recipe.Model, env recipe.Env) (recipe.Vectors, error) {
	if r.Embeddings == "" || r.Embeddings == lstmrecipe.NoEmbeddings {
		if r.EmbeddingsSHA256 != "" || r.EmbeddingsScale != 0 {
			return nil, fmt.Errorf("zoo: recipe: embeddings_sha256 or embeddings_scale without embeddings: %w", recipe.ErrUsage)
		}
		return nil, nil
	}
	from, ok := beganFrom(base)
	if !ok {
		return nil, fmt.Errorf("zoo: recipe: embeddings %s: %s did not begin from vectors of words, so those of others mean nothing to it: %w", r.Embeddings, r.Base, recipe.ErrUsage)
	}
	v, fingerprint, err := r.openVectors(env)
	if err != nil {
		return nil, err
	}
	if fingerprint != from.fingerprint {
		return nil, fmt.Errorf("zoo: recipe: embeddings %s have the SHA-256 %.12s, %s began from %s with %.12s: %w", r.Embeddings, fingerprint, r.Base, from.name, from.fingerprint, recipe.ErrUsage)
	}
	scale := from.scale
	if scale == 0 {
		c, _, err := classifier(base)
		if err != nil {
			return nil, err
		}
		if scale, err = lstmrecipe.VectorScale(c.Vocab(), v, from.std); err != nil {
			return nil, err
		}
	}
	if have := r.EmbeddingsSHA256; have != "" && have != fingerprint || r.EmbeddingsScale != 0 && r.EmbeddingsScale != scale {
		return nil, fmt.Errorf("zoo: recipe: embeddings %s with the SHA-256 %.12s and a scale of %v, the recipe says %.12s and %v: %w", r.Embeddings, fingerprint, scale, have, r.EmbeddingsScale, recipe.ErrUsage)
	}
	r.EmbeddingsSHA256, r.EmbeddingsScale = fingerprint, scale
	return v, nil
}

// origin is the vectors of words that a classifier's embedding began from.
type origin struct {
	name, fingerprint string
	std               float64 // they were scaled to this, by a factor that its vocabulary gives
	scale             float32 // or by this factor
}

// beganFrom returns the vectors that the model's embedding began from, and false
// where its card names none.
func beganFrom(m *recipe.Model) (origin, bool) {
	r, err := m.Recipe()
	if err != nil { // no recipe: nobody knows
		return origin{}, false
	}
	switch b := r.Body.(type) {
	case *lstmrecipe.Recipe:
		std := b.EmbeddingsStd
		if std == 0 {
			std = lstmrecipe.EmbeddingsStd
		}
		return origin{name: b.Embeddings, fingerprint: b.EmbeddingsSHA256, std: std}, b.EmbeddingsSHA256 != ""
	case *Recipe:
		return origin{name: b.Embeddings, fingerprint: b.EmbeddingsSHA256, scale: b.EmbeddingsScale}, b.EmbeddingsSHA256 != ""
	}
	return origin{}, false
}

// vocabSum is a SHA-256 of a classifier's words and of its tokenizer: what
// gives the rows of its embedding their meaning.
func vocabSum(c *lstm.Classifier) (string, error) {
	h := sha256.New()
	settings, err := json.Marshal([]any{tokenize.Version, c.Tokenizer(), c.Vocab().Specials()})
	if err != nil {
		return "", fmt.Errorf("zoo: %w", err)
	}
	h.Write(settings)
	for id := range c.Vocab().Len() {
		word, _ := c.Vocab().Token(int32(id))
		fmt.Fprintf(h, "\n%s", word)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

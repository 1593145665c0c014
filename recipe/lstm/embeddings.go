package lstm

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// coverage says how much of a vocabulary and of texts has a vector.
type coverage struct {
	words, of   int // of the vocabulary, without its specials
	tokens, all int // of the texts
}

func (c coverage) String() string {
	share := func(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }
	return fmt.Sprintf("%d of %d words of the vocabulary (%.1f %%), %.1f %% of the training tokens",
		c.words, c.of, share(c.words, c.of), share(c.tokens, c.all))
}

// EmbeddingsStd is the standard deviation that vectors are scaled to unless the
// recipe says otherwise. docs/LOG.md has the measurements.
const EmbeddingsStd = 0.1

// NoEmbeddings asks for no vectors where a recipe or a base has some.
const NoEmbeddings = "none"

// VectorScale is the factor that brings the numbers of those vectors that a
// vocabulary has to a standard deviation.
func VectorScale(vocab *tokenize.Vocab, v recipe.Vectors, std float64) (float32, error) {
	sum, found := 0.0, 0
	for id := range vocab.Len() {
		word, _ := vocab.Token(int32(id))
		if vector, ok := v.Vector(word); ok {
			found++
			for _, x := range vector {
				sum += float64(float64(x) * float64(x))
			}
		}
	}
	if found == 0 || sum == 0 {
		return 0, fmt.Errorf("zoo: recipe: the embeddings have no vector for any of the %d words of the vocabulary: take vectors of the language of the texts, or none (--embeddings %s): %w", vocab.Len(), NoEmbeddings, recipe.ErrUsage)
	}
	return float32(std / math.Sqrt(sum/float64(found*v.Dim()))), nil
}

// Embed puts the vectors of words, scaled, into the rows of a network's embedding
// from row first on, of which words are the words; those without a vector keep what
// they have.
func Embed(n *lstm.Network, first int, words []string, v recipe.Vectors, scale float32) (covered []bool, err error) {
	dim := n.Config().Embedding
	if v.Dim() != dim {
		return nil, fmt.Errorf("zoo: recipe: embeddings of %d dimensions, the model's have %d: %w", v.Dim(), dim, recipe.ErrUsage)
	}
	table := n.Embedding().Write()
	covered = make([]bool, len(words))
	for i, word := range words {
		vector, ok := v.Vector(word)
		if !ok {
			continue
		}
		covered[i] = true
		row := table[(first+i)*dim:][:dim]
		for k, x := range vector {
			row[k] = x * scale
		}
	}
	return covered, nil
}

// embed begins the task from the vectors that the recipe names.
func (t *Task) embed(env recipe.Env) error {
	if t.Recipe.Embeddings == "" || t.Recipe.Embeddings == NoEmbeddings {
		if t.Recipe.FreezeEmbeddings || t.Recipe.EmbeddingsSHA256 != "" || t.Recipe.EmbeddingsStd != 0 {
			return fmt.Errorf("zoo: recipe: freeze_embeddings, embeddings_sha256 or embeddings_std without embeddings: %w", recipe.ErrUsage)
		}
		return nil
	}
	v, fingerprint, err := env.Vectors(t.Recipe.Embeddings)
	if err != nil {
		return err
	}
	vocab, std := t.Classifier.Vocab(), t.Recipe.EmbeddingsStd
	if std == 0 {
		std = EmbeddingsStd
	}
	scale, err := VectorScale(vocab, v, std)
	if err != nil {
		return err
	}
	words := make([]string, vocab.Len())
	for id := range words {
		words[id], _ = vocab.Token(int32(id))
	}
	covered, err := Embed(t.Classifier.Network(), 0, words, v, scale)
	if err != nil {
		return err
	}
	if want := t.Recipe.EmbeddingsSHA256; want != "" && want != fingerprint {
		return fmt.Errorf("zoo: recipe: the embeddings %s are others than the recipe's: SHA-256 %s, want %s: %w", t.Recipe.Embeddings, fingerprint, want, recipe.ErrUsage)
	}
	t.Recipe.EmbeddingsSHA256 = fingerprint
	cover := coverage{of: vocab.Len() - vocab.Specials()}
	for id := vocab.Specials(); id < vocab.Len(); id++ {
		if covered[id] {
			cover.words++
		}
	}
	for _, at := range t.Train {
		for _, id := range t.Texts[at] {
			if cover.all++; covered[id] {
				cover.tokens++
			}
		}
	}
	how := "tuned"
	if t.Recipe.FreezeEmbeddings {
		how = "frozen"
	}
	env.Logf("embeddings from %s, %s: %s", t.Recipe.Embeddings, how, cover)
	return nil
}

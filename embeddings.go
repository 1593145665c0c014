package zoo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// OpenVectors opens vectors of words: those of a pretrained model or of a directory
// that training wrote, or a file in word2vec's text or binary format or GloVe's,
// compressed by gzip or not. The fingerprint is the SHA-256 of the weights or of
// the file.
func OpenVectors(name string) (v *word2vec.Vectors, fingerprint string, err error) {
	info, err := os.Stat(name)
	if _, known := Lookup(name); !known && err == nil && !info.IsDir() {
		if v, _, err = word2vec.ReadFile(name); err != nil {
			return nil, "", fmt.Errorf("zoo: %w", err)
		}
		fingerprint, err = fileSHA256(name)
		return v, fingerprint, err
	} else if !known && errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("zoo: vectors: no file, directory or model %s: %w", name, ErrUsage)
	}
	m, err := OpenModel(name)
	if err != nil {
		return nil, "", err
	}
	if m.Word2Vec == nil {
		return nil, "", fmt.Errorf("zoo: vectors: %s is a model of kind %q, want %q or a file of vectors: %w", name, m.Artefact.Model, word2vec.Kind, ErrUsage)
	}
	fingerprint, err = m.Artefact.SHA256()
	return m.Word2Vec, fingerprint, err
}

func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("zoo: vectors: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("zoo: vectors: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

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

// embeddingsStd is the standard deviation that vectors are scaled to unless the
// recipe says otherwise. docs/LOG.md has the measurements.
const embeddingsStd = 0.1

// noEmbeddings asks for no vectors where a recipe or a base has some.
const noEmbeddings = "none"

// vectorScale is the factor that brings the numbers of those vectors that a
// vocabulary has to a standard deviation.
func vectorScale(vocab *tokenize.Vocab, v *word2vec.Vectors, std float64) (float32, error) {
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
		return 0, fmt.Errorf("zoo: recipe: the embeddings have no vector for any of the %d words of the vocabulary: take vectors of the language of the texts, or none (--embeddings %s): %w", vocab.Len(), noEmbeddings, ErrUsage)
	}
	return float32(std / math.Sqrt(sum/float64(found*v.Dim()))), nil
}

// embed puts the vectors of words, scaled, into the rows of a network's embedding
// from row first on, of which words are the words; those without a vector keep what
// they have.
func embed(n *lstm.Network, first int, words []string, v *word2vec.Vectors, scale float32) (covered []bool, err error) {
	dim := n.Config().Embedding
	if v.Dim() != dim {
		return nil, fmt.Errorf("zoo: recipe: embeddings of %d dimensions, the model's have %d: %w", v.Dim(), dim, ErrUsage)
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
func (t *textTask) embed(run Run) error {
	if t.recipe.Embeddings == "" || t.recipe.Embeddings == noEmbeddings {
		if t.recipe.FreezeEmbeddings || t.recipe.EmbeddingsSHA256 != "" || t.recipe.EmbeddingsStd != 0 {
			return fmt.Errorf("zoo: recipe: freeze_embeddings, embeddings_sha256 or embeddings_std without embeddings: %w", ErrUsage)
		}
		return nil
	}
	v, print, err := OpenVectors(t.recipe.Embeddings)
	if err != nil {
		return err
	}
	vocab, std := t.classifier.Vocab(), t.recipe.EmbeddingsStd
	if std == 0 {
		std = embeddingsStd
	}
	scale, err := vectorScale(vocab, v, std)
	if err != nil {
		return err
	}
	words := make([]string, vocab.Len())
	for id := range words {
		words[id], _ = vocab.Token(int32(id))
	}
	covered, err := embed(t.classifier.Network(), 0, words, v, scale)
	if err != nil {
		return err
	}
	if want := t.recipe.EmbeddingsSHA256; want != "" && want != print {
		return fmt.Errorf("zoo: recipe: the embeddings %s are others than the recipe's: SHA-256 %s, want %s: %w", t.recipe.Embeddings, print, want, ErrUsage)
	}
	t.recipe.EmbeddingsSHA256 = print
	cover := coverage{of: vocab.Len() - vocab.Specials()}
	for id := vocab.Specials(); id < vocab.Len(); id++ {
		if covered[id] {
			cover.words++
		}
	}
	for _, at := range t.train {
		for _, id := range t.texts[at] {
			if cover.all++; covered[id] {
				cover.tokens++
			}
		}
	}
	how := "tuned"
	if t.recipe.FreezeEmbeddings {
		how = "frozen"
	}
	run.logf("embeddings from %s, %s: %s", t.recipe.Embeddings, how, cover)
	return nil
}

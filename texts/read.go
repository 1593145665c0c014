package texts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Part is one part of a data set, tokenised.
type Part struct {
	*Corpus
	Cached bool // whether it came from the cache
}

// From says where a part came from, for people.
func (p Part) From() string {
	if p.Cached {
		return "from the cache"
	}
	return "tokenised"
}

// Read reads one part of the data, tokenised; a table has one part only.
func (t *Set) Read(ctx context.Context, part datasets.Part, settings tokenize.Config) (p Part, err error) {
	if t.memory != nil {
		if err := t.inMemory(part); err != nil {
			return Part{}, fmt.Errorf("zoo: data: %w", err)
		}
		if p.Corpus, err = t.tokenised(ctx, settings); err != nil {
			return Part{}, fmt.Errorf("zoo: data: %w", err)
		}
		return p, nil
	}
	key := ""
	if t.cache != "" {
		if key, err = corpus.Key(t.path, string(part), settings, []any{t.columns, t.rows}); err != nil {
			return Part{}, fmt.Errorf("zoo: data: %w", err)
		}
	}
	p.Corpus, p.Cached, err = corpus.Cached(t.cache, key, func() (*Corpus, error) {
		examples, names, err := t.Marked(ctx, part)
		if err != nil {
			return nil, err
		}
		c, err := corpus.BuildMarked(ctx, tokenize.New(settings), t.corpusKind(), examples)
		if err == nil {
			c.Classes = names
		}
		return c, err
	})
	if err != nil {
		return Part{}, fmt.Errorf("zoo: data: %w", err)
	}
	if len(p.Texts) == 0 {
		return Part{}, fmt.Errorf("zoo: data: %s has no examples", t.path)
	}
	return p, nil
}

// Labelled is Read for the training part, where each text must have a label.
func (t *Set) Labelled(ctx context.Context, settings tokenize.Config) (Part, error) {
	if err := t.oneClass(); err != nil {
		return Part{}, err
	}
	p, err := t.Read(ctx, datasets.Train, settings)
	if err != nil {
		return p, err
	}
	return p, t.labelled(p)
}

// LabelledAll is Labelled of texts that may have several labels too.
func (t *Set) LabelledAll(ctx context.Context, settings tokenize.Config) (Part, error) {
	if err := t.Marking().LabelsOnly(); err != nil {
		return Part{}, err
	}
	p, err := t.Read(ctx, datasets.Train, settings)
	if err != nil {
		return p, err
	}
	return p, t.labelled(p)
}

// Raw is Labelled with the texts themselves. Nothing of it is cached.
func (t *Set) Raw(ctx context.Context, settings tokenize.Config) (p Part, raw []string, err error) {
	if err := t.oneClass(); err != nil {
		return Part{}, nil, err
	}
	p, inputs, err := t.Inputs(ctx, settings)
	for _, in := range inputs {
		raw = append(raw, in.Text)
	}
	return p, raw, err
}

// Inputs is Raw whatever the texts are given, of pairs too.
func (t *Set) Inputs(ctx context.Context, settings tokenize.Config) (p Part, raw []classify.Input, err error) {
	examples, names, err := t.Marked(ctx, datasets.Train)
	if err != nil {
		return Part{}, nil, fmt.Errorf("zoo: data: %w", err)
	}
	p.Corpus, err = corpus.BuildMarked(ctx, tokenize.New(settings), t.corpusKind(), func(yield func(datasets.Marked, error) bool) {
		for e, err := range examples {
			if raw = append(raw, classify.Input{Text: e.Text, Pair: e.Pair}); !yield(e, err) {
				return
			}
		}
	})
	if err != nil {
		return Part{}, nil, fmt.Errorf("zoo: data: %w", err)
	}
	if p.Classes = names; len(p.Texts) == 0 {
		return Part{}, nil, fmt.Errorf("zoo: data: %s has no examples", t.path)
	}
	return p, raw, t.labelled(p)
}

// labelled reports the first text of a part that has no label.
func (t *Set) labelled(p Part) error {
	for i, l := range p.Labels {
		if p.Kind() != corpus.One {
			return nil
		}
		if l < 0 || int(l) >= len(p.Classes) {
			return fmt.Errorf("zoo: data: example %d has no label", i)
		}
	}
	return nil
}

// CachedNumbers returns what build computes of n texts, or what the cache keeps
// of it under key.
func (t *Set) CachedNumbers(key string, n int, build func() ([]float64, error)) (numbers []float64, hit bool, err error) {
	return corpus.CachedNumbers(t.cache, key, n, build)
}

// CachedVectors returns what build computes of n texts, dim numbers each, or what
// the cache keeps of it. key is all that decides them; dir is the cache's
// directory, "" or "none" for no cache.
func CachedVectors(dir string, key []string, n, dim int, build func() ([]float32, error)) (vectors []float32, hit bool, err error) {
	h := sha256.New()
	for _, part := range key {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	numbers, hit, err := corpus.CachedNumbers(cacheDir(dir), hex.EncodeToString(h.Sum(nil)), n*dim, func() ([]float64, error) {
		v, err := build()
		out := make([]float64, len(v))
		for i, x := range v {
			out[i] = float64(x)
		}
		return out, err
	})
	vectors = make([]float32, len(numbers))
	for i, x := range numbers {
		vectors[i] = float32(x)
	}
	return vectors, hit, err
}

// cacheDir returns where the cache is that dir asks for, "" for none.
func cacheDir(dir string) string {
	if dir == "none" {
		return ""
	}
	return dir
}

// CacheDir returns the directory below the user's cache directory in which the
// command line keeps what is computed of texts, "" where the user has none.
func CacheDir() string {
	user, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(user, "zoo", "corpora")
}

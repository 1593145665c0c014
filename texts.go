package zoo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Texts is a data set of labelled texts: IMDB, or a table of the user's own.
type Texts struct {
	path    string
	imdb    *datasets.IMDB
	table   *datasets.Table
	columns datasets.TableConfig
	cache   string
}

// TextsConfig says how to read a data set.
type TextsConfig struct {
	// Text and Label name the columns of a table; empty ones are guessed.
	Text, Label string
	// Classes are the names that labels may have, in order; none: those
	// found.
	Classes []string
	// Cache is the directory that keeps tokenised texts; "" means the user's
	// cache directory, "none" no cache.
	Cache string
}

// OpenTexts opens an aclImdb directory or archive, or a .csv, .tsv, .jsonl or
// .parquet table.
func OpenTexts(path string, c TextsConfig) (*Texts, error) {
	t := &Texts{path: path, cache: c.Cache}
	if t.cache == "" {
		if dir, err := os.UserCacheDir(); err == nil {
			t.cache = filepath.Join(dir, "zoo", "corpora")
		}
	} else if t.cache == "none" {
		t.cache = ""
	}
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: data: no file or directory %s: %w", path, ErrUsage)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	format, err := datasets.Recognise(path)
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w, or IMDB's directory or archive", err)
	}
	if format == datasets.IMDBFormat {
		if c.Text != "" || c.Label != "" {
			return nil, fmt.Errorf("zoo: data: %s has no columns to name: %w", path, ErrUsage)
		}
		t.imdb, err = datasets.OpenIMDB(path)
		return t, err
	}
	t.columns = datasets.TableConfig{Text: c.Text, Label: c.Label, Classes: c.Classes}
	t.table, err = datasets.OpenTable(path, t.columns)
	return t, err
}

// Guesses says which columns of a table were guessed.
func (t *Texts) Guesses() []string {
	if t.table == nil {
		return nil
	}
	return t.table.Guesses()
}

// part reads one part of the data, tokenised; a table has one part only. hit
// says whether it came from the cache.
func (t *Texts) part(ctx context.Context, part datasets.Part, settings tokenize.Config) (c *corpus.Corpus, classes []string, hit bool, err error) {
	key := ""
	if t.cache != "" {
		if key, err = corpus.Key(t.path, string(part), settings, t.columns); err != nil {
			return nil, nil, false, fmt.Errorf("zoo: data: %w", err)
		}
	}
	c, hit, err = corpus.Cached(t.cache, key, func() (*corpus.Corpus, error) {
		examples, names, err := t.examples(ctx, part)
		if err != nil {
			return nil, err
		}
		c, err := corpus.Build(ctx, tokenize.New(settings), examples)
		if err == nil {
			c.Classes = names
		}
		return c, err
	})
	if err != nil {
		return nil, nil, false, fmt.Errorf("zoo: data: %w", err)
	}
	if len(c.Texts) == 0 {
		return nil, nil, false, fmt.Errorf("zoo: data: %s has no examples", t.path)
	}
	return c, c.Classes, hit, nil
}

// examples reads one part.
func (t *Texts) examples(ctx context.Context, part datasets.Part) (iter.Seq2[datasets.Example, error], []string, error) {
	if t.imdb != nil {
		return t.imdb.Part(ctx, part), t.imdb.Classes(), nil
	}
	set, err := t.table.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	return func(yield func(datasets.Example, error) bool) {
		for _, e := range set.Examples {
			if !yield(e, nil) {
				return
			}
		}
	}, set.Classes, nil
}

// relabel maps labels of the data's classes to those of a model. It fails
// where the data has a class that the model lacks.
func relabel(labels []int32, from, to []string) ([]int32, error) {
	table := make([]int32, len(from))
	for i, name := range from {
		at := slices.Index(to, name)
		if at < 0 {
			return nil, fmt.Errorf("zoo: data: class %q is none of the model's %q", name, to)
		}
		table[i] = int32(at)
	}
	out := make([]int32, len(labels))
	for i, l := range labels {
		if l < 0 {
			return nil, fmt.Errorf("zoo: data: example %d has no label", i)
		}
		out[i] = table[l]
	}
	return out, nil
}

package texts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Labelled is a text and its label, which is empty where it has none.
type Labelled struct {
	Text  string `json:"text"`
	Label string `json:"label"`
}

// Of is the data set of texts that a program holds; labels[i] is that of
// texts[i], and labels may be nil where none are needed. Of the configuration it
// heeds what is not about columns and files.
func Of(texts, labels []string, c Config) (*Set, error) {
	if labels != nil && len(labels) != len(texts) {
		return nil, fmt.Errorf("zoo: data: %d texts and %d labels, want one for each: %w", len(texts), len(labels), recipe.ErrUsage)
	}
	c.Unlabelled = c.Unlabelled || labels == nil
	return From(func(yield func(Labelled, error) bool) {
		for i, text := range texts {
			one := Labelled{Text: text}
			if labels != nil {
				one.Label = labels[i]
			}
			if !yield(one, nil) {
				return
			}
		}
	}, c)
}

// From is Of for texts that come one by one, such as from a database. It reads them
// once, and stops at the first error, which it returns.
func From(all iter.Seq2[Labelled, error], c Config) (*Set, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	n := 0
	for one, err := range all {
		n++
		if err != nil {
			return nil, fmt.Errorf("zoo: data: text %d: %w", n, err)
		}
		if !utf8.ValidString(one.Text) || !utf8.ValidString(one.Label) {
			return nil, fmt.Errorf("zoo: data: text %d, or its label, is not UTF-8: %w", n, recipe.ErrUsage)
		}
		if err := e.Encode(one); err != nil {
			return nil, fmt.Errorf("zoo: data: text %d: %w", n, err)
		}
		if b.Len() > maxTexts {
			return nil, fmt.Errorf("zoo: data: more than %.1f GB of texts: %w", maxTexts/1e9, ErrTooLarge)
		}
	}
	c.Format, c.Text, c.Label = datasets.JSONL, "text", "label"
	if c.Unlabelled {
		c.Label = ""
	}
	if c.Missing == nil {
		c.Missing = []string{} // "None" is a label here, and no cell of a spreadsheet
	}
	return OpenFS(datasets.InMemory(name(c), b.Bytes()), name(c), c)
}

// Read is the data set of a table that comes from a reader, in the format that
// the configuration names: the whole of it is kept in memory.
func Read(r io.Reader, c Config) (*Set, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxTexts+1))
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	if len(data) > maxTexts {
		return nil, fmt.Errorf("zoo: data: more than %.1f GB of texts: %w", maxTexts/1e9, ErrTooLarge)
	}
	return OpenFS(datasets.InMemory(name(c), data), name(c), c)
}

// name is what data that has no file is called.
func name(c Config) string {
	if c.Name == "" {
		return "texts"
	}
	return c.Name
}

// OpenFS is Open for a table in a file system, such as one that a program embeds.
// Nothing of it is cached.
func OpenFS(fsys fs.FS, name string, c Config) (*Set, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("zoo: data: %s is a directory, want a .csv, .tsv, .jsonl or .parquet table: %w", name, recipe.ErrUsage)
	}
	t := &Set{path: name, fsys: fsys}
	if err := t.openTable(info.Size(), c); err != nil {
		return nil, err
	}
	return t, nil
}

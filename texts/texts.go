package texts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Set is a data set of labelled texts: IMDB, or a table of the user's own.
type Set struct {
	path    string
	fsys    fs.FS // of a table that has no path on disk, or nil
	imdb    *datasets.IMDB
	table   *datasets.Table
	columns datasets.TableConfig
	rows    int // to draw at random, 0 for all
	cache   string

	memory *memory // nil where nothing is loaded
	chosen []int   // rows of memory, nil for all
}

// ErrTooLarge is wrapped by errors about more texts than memory is meant for.
var ErrTooLarge = errors.New("too large")

// maxTexts bounds the bytes of texts in memory.
const maxTexts = 1 << 30

// Config says how to read a data set.
type Config = recipe.DataConfig

// sizeOf returns the bytes of a file, or of all below a directory.
func sizeOf(path string, info fs.FileInfo) (n int64) {
	if !info.IsDir() {
		return info.Size()
	}
	_ = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error { // what cannot be read is told by who reads it
		if err == nil && d.Type().IsRegular() {
			if i, err := d.Info(); err == nil {
				n += i.Size()
			}
		}
		return nil
	})
	return n
}

// Open opens an aclImdb directory or archive, or a .csv, .tsv, .jsonl or
// .parquet table.
func Open(path string, c Config) (*Set, error) {
	t := &Set{path: path, cache: cacheDir(c.Cache)}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		advice := ""
		if path == "-" {
			advice = "; data is read more than once, so save standard input to a file"
		} else if strings.Contains(path, "://") {
			advice = "; an address is not read, so download the file first"
		}
		return nil, fmt.Errorf("zoo: data: no file or directory %s%s: %w", path, advice, recipe.ErrUsage)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	format, err := datasets.Recognise(path)
	if err != nil && c.Unlabelled && datasets.IsLines(path) {
		format, err = datasets.Lines, nil
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	if format == datasets.IMDBFormat {
		if c.Text != "" || c.Label != "" || c.Multi != "" || c.Score != "" || c.Pair != "" {
			return nil, fmt.Errorf("zoo: data: %s has no columns to name: %w", path, recipe.ErrUsage)
		}
		if c.Encoding != "" || c.Quotes != "" || c.Strict || c.Missing != nil || c.Comma != 0 || c.Rows != 0 {
			return nil, fmt.Errorf("zoo: data: %s is no table, and encoding, quotes, missing values, empty rows and a number of rows are settings of tables: %w", path, recipe.ErrUsage)
		}
		if t.imdb, err = datasets.OpenIMDB(path); err != nil && info.IsDir() {
			err = fmt.Errorf("%w; of a table name the file, such as %s", err, filepath.Join(path, "reviews.csv"))
		}
		return t, err
	}
	if err := t.openTable(sizeOf(path, info), c); err != nil {
		return nil, err
	}
	return t, nil
}

// openTable opens the table of so many bytes that the set is of.
func (t *Set) openTable(size int64, c Config) (err error) {
	path := t.path
	if size > maxTexts && c.Rows == 0 {
		return fmt.Errorf("zoo: data: %s has %.1f GB; texts are held in memory, at most %.1f GB of them: have so many rows drawn at random as are useful (100,000 teach a small model nearly all it can learn): %w",
			path, float64(size)/1e9, maxTexts/1e9, ErrTooLarge)
	}
	if t.rows = c.Rows; c.Rows < 0 {
		return fmt.Errorf("zoo: data: %d rows, want 1 or more, or 0 for all: %w", c.Rows, recipe.ErrUsage)
	}
	if (c.Decimal != "" && c.Score == "") || c.Dates != "" {
		return fmt.Errorf("zoo: data: decimal marks and orders of dates are settings of rows of numbers, and %s is read for its texts: %w", path, recipe.ErrUsage)
	}
	t.columns = c.Table()
	t.columns.Text, t.columns.Label, t.columns.Classes = c.Text, c.Label, c.Classes
	t.columns.Multi, t.columns.Score, t.columns.Pair = c.Multi, c.Score, c.Pair
	if t.table, err = t.open(); err != nil {
		return err
	}
	if _, err := t.table.TextColumn(); err != nil {
		return err
	}
	if _, err := t.table.LabelColumn(); err != nil && !c.Unlabelled {
		return err
	}
	return nil
}

// open opens the table anew, from where it lies.
func (t *Set) open() (*datasets.Table, error) {
	if t.fsys != nil {
		return datasets.OpenTableFS(t.fsys, t.path, t.columns)
	}
	return datasets.OpenTable(t.path, t.columns)
}

// Unlabelled is Source for what learns from texts alone: labels are not looked for.
func Unlabelled() *recipe.Source {
	return &recipe.Source{
		Open: func(path string, c recipe.DataConfig) (recipe.Data, error) {
			c.Unlabelled = true
			t, err := Open(path, c)
			if err != nil {
				return nil, err
			}
			return t, nil
		},
		Refuse: func(subject, flag string) string {
			if flag == "label" {
				return subject + " does not look at labels"
			}
			return ""
		},
	}
}

// Source is where labelled texts come from: IMDB, which is downloaded where
// no path is given, or a table.
func Source() *recipe.Source {
	return &recipe.Source{Open: func(path string, c recipe.DataConfig) (recipe.Data, error) {
		t, err := Open(path, c)
		if err != nil {
			return nil, err
		}
		return t, nil
	}}
}

// WithClasses is the same table with the names that labels may have.
func (t *Set) WithClasses(classes []string) (*Set, error) {
	if t.table == nil {
		return t, nil
	}
	out := *t
	out.columns.Classes = classes
	out.memory, out.chosen = nil, nil
	var err error
	if out.table, err = out.open(); err != nil || t.memory == nil {
		return &out, err
	}
	whole, err := out.Load(context.Background())
	if err != nil || t.chosen == nil {
		return whole, err
	}
	return whole.Rows(t.chosen)
}

// Skipped returns the number of rows that have no text or no label and were
// passed over.
func (t *Set) Skipped(ctx context.Context) int {
	if t.table == nil || t.chosen != nil {
		return 0
	}
	s, err := t.table.Scan(ctx)
	if err != nil {
		return 0 // reading it said why
	}
	return s.Skipped
}

// Notes implements recipe.Noter.
func (t *Set) Notes(ctx context.Context) []string {
	if t == nil || t.table == nil {
		return nil
	}
	s, err := t.table.Scan(ctx)
	if err != nil {
		return nil // reading it says why
	}
	return s.Notes
}

// Guesses says which columns of a table were guessed.
func (t *Set) Guesses() []string {
	if t.table == nil {
		return nil
	}
	return t.table.Guesses()
}

// Corpus is tokenised texts.
type Corpus = corpus.Corpus

// Path returns where the data is.
func (t *Set) Path() string { return t.path }

// IsTable tells a table of the user's own from IMDB, for which recipes are made.
func (t *Set) IsTable() bool { return t.table != nil }

// Owned implements recipe.Owned: a table is the user's, IMDB is not.
func (t *Set) Owned() bool { return t.table != nil }

// Describe says for a card what the data is: made where it is what a recipe was
// made for, else the file and what is in it.
func (t *Set) Describe(made string, texts, classes int) string {
	switch {
	case t.table == nil && made == "":
		return "IMDB"
	case t.table == nil:
		return made
	case t.Kind() == classify.Number:
		return fmt.Sprintf("%s: %d texts with a number in column %q", filepath.Base(t.path), texts, t.columns.Score)
	case t.Kind() == classify.Several:
		return fmt.Sprintf("%s: %d texts with any of %d labels", filepath.Base(t.path), texts, classes)
	case classes == 0:
		return fmt.Sprintf("%s: %d texts", filepath.Base(t.path), texts)
	}
	return fmt.Sprintf("%s: %d texts of %d classes", filepath.Base(t.path), texts, classes)
}

// Examples yields one part as it stands, and the class names.
func (t *Set) Examples(ctx context.Context, part datasets.Part) (iter.Seq2[datasets.Example, error], []string, error) {
	marked, classes, err := t.Marked(ctx, part)
	if err != nil {
		return nil, nil, err
	}
	return func(yield func(datasets.Example, error) bool) {
		for e, err := range marked {
			if !yield(e.Example, err) {
				return
			}
		}
	}, classes, nil
}

// Marked is Examples with the labels, the number and the second text that a table may
// have where its settings ask for them.
func (t *Set) Marked(ctx context.Context, part datasets.Part) (iter.Seq2[datasets.Marked, error], []string, error) {
	if t.memory != nil {
		return t.examples(), t.memory.classes, t.inMemory(part)
	}
	if t.imdb != nil {
		return marked(t.imdb.Part(ctx, part)), t.imdb.Classes(), nil
	}
	s, err := t.table.Scan(ctx)
	if err != nil {
		return nil, nil, err
	}
	return t.draw(t.table.Marked(ctx), s.Rows), s.Classes, nil
}

// draw yields as many of n examples as are asked for, chosen at random and in
// their order (Knuth, The Art of Computer Programming 3.4.2, algorithm S).
func (t *Set) draw(examples iter.Seq2[datasets.Marked, error], n int) iter.Seq2[datasets.Marked, error] {
	return func(yield func(datasets.Marked, error) bool) {
		rng := ops.Stream(0, "rows", 0)
		left, need, bytes := n, t.rows, 0
		for e, err := range examples {
			if t.rows > 0 && err == nil {
				chosen := rng.IntN(max(1, left)) < need
				if left--; !chosen {
					continue
				}
				need--
			}
			if bytes += len(e.Text) + len(e.Pair); bytes > maxTexts && err == nil {
				err = fmt.Errorf("more than %.1f GB of texts by row %s: texts are held in memory; have so many rows drawn at random as are useful: %w", maxTexts/1e9, e.ID, ErrTooLarge)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Relabel maps labels of the data's classes to those of a model. It fails
// where the data has a class that the model lacks.
func Relabel(labels []int32, from, to []string) ([]int32, error) {
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

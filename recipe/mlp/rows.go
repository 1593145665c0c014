package mlp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Rows is a file of rows with a number to predict from the other columns.
type Rows struct {
	table   *datasets.Table
	columns Columns
	guesses []string

	// frame is the table in memory, whole or some rows of it, nil where it is read
	// from the file.
	frame *datasets.Frame

	mu         sync.Mutex
	unmeasured int            // rows without a target, when a model was measured
	surprises  map[string]int // what was unusual about rows then
}

// forget begins to count what a measurement finds.
func (t *Rows) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unmeasured, t.surprises = 0, nil
}

// pass counts a row without a target.
func (t *Rows) pass() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unmeasured++
}

// note counts what was unusual about a row.
func (t *Rows) note(a recipe.RowAnswer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.surprises == nil {
		t.surprises = map[string]int{}
	}
	for _, s := range a.Surprises() {
		t.surprises[s]++
	}
}

// Notes implements recipe.Noter: what a measurement passed over, and what was
// unusual about the rows.
func (t *Rows) Notes(context.Context) (notes []string) {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.unmeasured > 0 {
		notes = append(notes, fmt.Sprintf("%d rows have no value in the target and are not measured", t.unmeasured))
	}
	for _, s := range slices.Sorted(maps.Keys(t.surprises)) {
		notes = append(notes, fmt.Sprintf("%s in %d of the rows", s, t.surprises[s]))
	}
	return notes
}

// Guesses says what of the table was guessed.
func (t *Rows) Guesses() []string { return t.guesses }

// Owned implements recipe.Owned: a table is the user's.
func (t *Rows) Owned() bool { return true }

// OpenRows opens a .csv, .tsv, .jsonl or .parquet file of which columns says
// what to read.
func OpenRows(path string, columns Columns) (*Rows, error) {
	return openRows(path, columns, recipe.DataConfig{})
}

func openRows(path string, columns Columns, c recipe.DataConfig) (*Rows, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: data: no file %s: %w", path, recipe.ErrUsage)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	return open(columns, c, func(cfg datasets.TableConfig) (*datasets.Table, error) { return datasets.OpenTable(path, cfg) })
}

// open opens the rows of a table that was found.
func open(columns Columns, c recipe.DataConfig, table func(datasets.TableConfig) (*datasets.Table, error)) (*Rows, error) {
	if c.Rows < 0 {
		return nil, fmt.Errorf("zoo: data: %d rows, want 1 or more, or 0 for all: %w", c.Rows, recipe.ErrUsage)
	}
	cfg := c.Table()
	cfg.Target, cfg.Rows = columns.Target, c.Rows
	t, err := table(cfg)
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	out := &Rows{table: t, columns: columns, guesses: t.Doubts()}
	if name, err := t.TargetColumn(); err == nil && columns.Target == "" {
		out.guesses = append(out.guesses, fmt.Sprintf("the target is guessed to be in column %q", name))
	}
	return out, nil
}

// source is how rows are read of which columns says what they are; who says to
// whom flags about texts do not apply.
func source(columns Columns) *recipe.Source {
	return &recipe.Source{
		Open: func(path string, c recipe.DataConfig) (recipe.Data, error) {
			t, err := openRows(path, columns, c)
			if err != nil {
				return nil, err
			}
			return t, nil
		},
		Refuse: func(subject, flag string) string {
			switch flag {
			case "data", "encoding", "quotes", "delimiter", "decimal", "dates", "missing", "strict", "skip-empty", "rows":
				return ""
			case "split":
				return "all rows of a table are measured"
			}
			return subject + " reads the columns of a table"
		},
		Missing: func(string) string { return "--data FILE is missing: a .csv, .tsv, .jsonl or .parquet table" },
		Rows:    true,
	}
}

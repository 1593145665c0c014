package mlp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Rows is a file of rows with a number to predict from the other columns.
type Rows struct {
	table   *datasets.Table
	guesses []string
}

// Guesses says what of the table was guessed.
func (t *Rows) Guesses() []string { return t.guesses }

// Owned implements recipe.Owned: a table is the user's.
func (t *Rows) Owned() bool { return true }

// OpenRows opens a .csv, .tsv, .jsonl or .parquet file of which columns says
// what to read.
func OpenRows(path string, columns Columns) (*Rows, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: data: no file %s: %w", path, recipe.ErrUsage)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	t, err := datasets.OpenTable(path, datasets.TableConfig{Target: columns.Target})
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	out := &Rows{table: t}
	if name, err := t.TargetColumn(); err == nil && columns.Target == "" {
		out.guesses = append(out.guesses, fmt.Sprintf("the target is guessed to be in column %q", name))
	}
	return out, nil
}

// source is how rows are read of which columns says what they are; who says to
// whom flags about texts do not apply.
func source(columns Columns) *recipe.Source {
	return &recipe.Source{
		Open: func(path string, _ recipe.DataConfig) (recipe.Data, error) {
			t, err := OpenRows(path, columns)
			if err != nil {
				return nil, err
			}
			return t, nil
		},
		Refuse: func(subject, flag string) string {
			switch flag {
			case "data":
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

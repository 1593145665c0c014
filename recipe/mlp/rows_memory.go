package mlp

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

var _ recipe.Table = (*Rows)(nil)

// read returns the table as columns say.
func (t *Rows) read(ctx context.Context, columns Columns) (*datasets.Frame, error) {
	if t.frame != nil {
		return t.frame, nil
	}
	f, err := t.table.Frame(ctx, columns.config())
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	return f, nil
}

// Load implements recipe.Table: the same rows, read into memory once, by the columns
// that they were opened with.
func (t *Rows) Load(ctx context.Context) (recipe.Table, error) {
	f, err := t.read(ctx, t.columns)
	if err != nil {
		return nil, err
	}
	return &Rows{table: t.table, columns: t.columns, guesses: t.guesses, frame: f}, nil
}

// Rows implements recipe.Table.
func (t *Rows) Rows(rows []int) (recipe.Data, error) {
	if t.frame == nil || len(rows) == 0 {
		return nil, fmt.Errorf("zoo: data: %d rows of a table are chosen, loaded %v: %w", len(rows), t.frame != nil, recipe.ErrUsage)
	}
	for _, i := range rows {
		if i < 0 || i >= t.frame.Rows() {
			return nil, fmt.Errorf("zoo: data: row %d of %d: %w", i, t.frame.Rows(), recipe.ErrUsage)
		}
	}
	return &Rows{table: t.table, columns: t.columns, frame: t.frame.Select(rows)}, nil
}

// Targets implements recipe.Table.
func (t *Rows) Targets() (y []float64, classes []string) {
	if t.frame == nil {
		return nil, nil
	}
	return t.frame.Y, t.frame.Classes
}

// Same implements recipe.Table.
func (t *Rows) Same() []int {
	if t.frame == nil {
		return nil
	}
	return t.frame.Equal()
}

// Report implements recipe.Table.
func (t *Rows) Report() []string {
	if t.frame == nil {
		return nil
	}
	return t.frame.Describe()
}

package mlp

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

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

// Fingerprint implements recipe.Table.
func (t *Rows) Fingerprint() (string, error) {
	if t.frame == nil {
		return "", fmt.Errorf("zoo: data: the rows of a table are named before it is loaded: %w", recipe.ErrUsage)
	}
	return t.frame.Fingerprint(), nil
}

// Doubt implements recipe.Table.
func (t *Rows) Doubt() error {
	if t.frame == nil || t.columns.Task != "" || t.frame.Classes != nil {
		return nil
	}
	few := map[float64]bool{}
	for _, y := range t.frame.Y {
		if few[y] = true; y != math.Trunc(y) || len(few) > 10 || y < 0 {
			return nil
		}
	}
	if len(few)*5 > len(t.frame.Y) {
		return nil
	}
	var values []string
	for _, y := range slices.Sorted(maps.Keys(few)) {
		values = append(values, fmt.Sprint(y))
	}
	return fmt.Errorf("zoo: data: column %q, the target, has only the values %s: are they classes (--task classification) or numbers (--task regression)?: %w",
		t.frame.Target, strings.Join(values, ", "), recipe.ErrUsage)
}

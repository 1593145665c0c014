package mlp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Agreement is how predictions of a number agree with what they predict.
type Agreement struct {
	Rows int     `json:"rows"`
	RMSE float64 `json:"rmse"` // root of the mean squared error, in the target's unit
	MAE  float64 `json:"mae"`  // mean absolute error, in the target's unit
	// R2 is 1 - sum of squared errors / sum of squared deviations from the mean
	// of these rows; 0 where the target does not vary.
	R2 float64 `json:"r2"`
}

// agreement sums in the order of the rows.
func agreement(want, got []float64) Agreement {
	mean, deviation := datasets.MeanScale(want)
	varies := false
	var squares, sum float64
	for i, y := range want {
		d := (got[i] - y) / deviation // in deviations, lest squares overflow
		squares += float64(d * d)
		sum += math.Abs(d)
		varies = varies || y != mean
	}
	n := float64(len(want))
	f := Agreement{Rows: len(want), RMSE: math.Sqrt(squares/n) * deviation, MAE: sum / n * deviation}
	if varies {
		f.R2 = 1 - squares/n
	}
	return f
}

// EvaluateTable measures a regressor on all rows of a table that have a
// target.
func EvaluateTable(ctx context.Context, r *TableRegressor, data *Rows) (Agreement, error) {
	data.forget()
	var want, got []float64
	err := data.each(ctx, r.Columns(), r.Target(), r, func(cell string) (bool, error) {
		if r.scaling.missing(cell) {
			return false, nil
		}
		y, err := r.scaling.Reading.Number(cell)
		want = append(want, y)
		return true, err
	}, func(a recipe.RowAnswer) { got = append(got, a.Prediction) })
	if err != nil {
		return Agreement{}, err
	}
	if len(want) == 0 {
		return Agreement{}, fmt.Errorf("zoo: data: no row of %s has a value in the target %q", data.table.Name(), r.Target())
	}
	return agreement(want, got), nil
}

// each has a model answer all rows of a table that have a target, of which take
// notes the cell, or says that it has none.
func (t *Rows) each(ctx context.Context, columns []string, target string, m recipe.RowAnswerer, take func(cell string) (bool, error), got func(recipe.RowAnswer)) error {
	var rows [][]string
	var lines []int
	answer := func() error {
		answers, err := m.AnswerRows(ctx, rows)
		var bad *recipe.RowError
		if errors.As(err, &bad) {
			return fmt.Errorf("zoo: data: %s: line %d: %w", t.table.Name(), lines[bad.Row], bad.Err)
		}
		for _, a := range answers {
			got(a)
			t.note(a)
		}
		rows, lines = rows[:0], lines[:0]
		return err
	}
	for row, err := range t.table.SelectRows(ctx, append(slices.Clone(columns), target)...) {
		if err != nil {
			return fmt.Errorf("zoo: data: %w", err)
		}
		there, err := take(row.Cells[len(columns)])
		if err != nil {
			return fmt.Errorf("zoo: data: %s: line %d, column %q: %w", t.table.Name(), row.Line, target, err)
		}
		if !there {
			t.pass()
			continue
		}
		lines = append(lines, row.Line)
		if rows = append(rows, slices.Clone(row.Cells[:len(columns)])); len(rows) == 1024 {
			if err := answer(); err != nil {
				return err
			}
		}
	}
	return answer()
}

// MeasureSource implements recipe.Measurer: all rows that have a target.
func (t *TableRegressor) MeasureSource() *recipe.Source { return source(Columns{Target: t.Target()}) }

// tableFigures are what eval --json prints of a table.
type tableFigures struct {
	RMSE float64 `json:"rmse"`
	MAE  float64 `json:"mae"`
	R2   float64 `json:"r2"`
}

// Measure implements recipe.Measurer.
func (t *TableRegressor) Measure(ctx context.Context, data recipe.Data) (*recipe.Measurement, error) {
	rows, ok := data.(*Rows)
	if !ok {
		return nil, errors.New("zoo: eval: a model of a table is measured on rows")
	}
	f, err := EvaluateTable(ctx, t, rows)
	if err != nil {
		return nil, err
	}
	mse := f.RMSE * f.RMSE
	return &recipe.Measurement{Examples: f.Rows, Loss: &mse, Figures: tableFigures{f.RMSE, f.MAE, f.R2},
		Text: fmt.Sprintf("%d rows: %q with RMSE %.6g, MAE %.6g, R2 %.4f", f.Rows, t.Target(), f.RMSE, f.MAE, f.R2)}, nil
}

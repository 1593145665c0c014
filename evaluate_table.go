package zoo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
)

// Fit is how predictions of a number agree with what they predict.
type Fit struct {
	Rows int     `json:"rows"`
	RMSE float64 `json:"rmse"` // root of the mean squared error, in the target's unit
	MAE  float64 `json:"mae"`  // mean absolute error, in the target's unit
	// R2 is 1 - sum of squared errors / sum of squared deviations from the mean
	// of these rows; 0 where the target does not vary.
	R2 float64 `json:"r2"`
}

// fitOf sums in the order of the rows.
func fitOf(want, got []float64) Fit {
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
	f := Fit{Rows: len(want), RMSE: math.Sqrt(squares/n) * deviation, MAE: sum / n * deviation}
	if varies {
		f.R2 = 1 - squares/n
	}
	return f
}

// EvaluateTable measures a regressor on all rows of a table that have a
// target.
func EvaluateTable(ctx context.Context, r *TableRegressor, data *Table) (Fit, error) {
	var want, got []float64
	var rows [][]string
	var lines []int
	answer := func() error {
		answers, err := r.PredictAll(ctx, rows)
		var bad *RowError
		if errors.As(err, &bad) {
			return fmt.Errorf("zoo: data: %s: line %d: %w", data.table.Name(), lines[bad.Row], bad.Err)
		}
		for _, a := range answers {
			got = append(got, a.Value)
		}
		rows, lines = rows[:0], lines[:0]
		return err
	}
	columns := r.Columns()
	for row, err := range data.table.Select(ctx, append(columns, r.Target())...) {
		if err != nil {
			return Fit{}, fmt.Errorf("zoo: data: %w", err)
		}
		target := row.Cells[len(columns)]
		if datasets.Missing(target) {
			continue
		}
		y, ok := datasets.Number(target)
		if !ok {
			return Fit{}, fmt.Errorf("zoo: data: %s: line %d, column %q: %.40q is not a finite number", data.table.Name(), row.Line, r.Target(), target)
		}
		want, lines = append(want, y), append(lines, row.Line)
		if rows = append(rows, slices.Clone(row.Cells[:len(columns)])); len(rows) == 1024 {
			if err := answer(); err != nil {
				return Fit{}, err
			}
		}
	}
	if err := answer(); err != nil {
		return Fit{}, err
	}
	if len(want) == 0 {
		return Fit{}, fmt.Errorf("zoo: data: no row of %s has a value in the target %q", data.table.Name(), r.Target())
	}
	return fitOf(want, got), nil
}

package zoo

import (
	"context"
	"errors"
	"fmt"
	"math"

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
	columns := r.Columns()
	cells, err := data.table.LoadColumns(ctx, append(columns, r.Target())...)
	if err != nil {
		return Fit{}, fmt.Errorf("zoo: data: %w", err)
	}
	targets, err := cells.Numbers(r.Target())
	if err != nil {
		return Fit{}, fmt.Errorf("zoo: data: %s: %w", data.table.Name(), err)
	}
	var want, got []float64
	const chunk = 1024
	for first := 0; first < len(targets); first += chunk {
		var rows [][]string
		var lines []int
		for i := first; i < min(first+chunk, len(targets)); i++ {
			if math.IsNaN(targets[i]) {
				continue
			}
			row := make([]string, len(columns))
			for k := range columns {
				row[k] = cells.Columns[k][i]
			}
			rows, lines, want = append(rows, row), append(lines, cells.Lines[i]), append(want, targets[i])
		}
		answers, err := r.PredictAll(ctx, rows)
		var bad *RowError
		if errors.As(err, &bad) {
			return Fit{}, fmt.Errorf("zoo: data: %s: line %d: %w", data.table.Name(), lines[bad.Row], bad.Err)
		}
		if err != nil {
			return Fit{}, err
		}
		for _, a := range answers {
			got = append(got, a.Value)
		}
	}
	if len(want) == 0 {
		return Fit{}, fmt.Errorf("zoo: data: no row of %s has a value in the target %q", data.table.Name(), r.Target())
	}
	return fitOf(want, got), nil
}

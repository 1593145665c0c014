package zoo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Table is a file of rows with a number to predict from the other columns.
type Table struct {
	table   *datasets.Table
	guesses []string
}

// Guesses says what of the table was guessed.
func (t *Table) Guesses() []string { return t.guesses }

// OpenTable opens a .csv, .tsv, .jsonl or .parquet file of which columns says
// what to read.
func OpenTable(path string, columns TableColumns) (*Table, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: data: no file %s: %w", path, ErrUsage)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	t, err := datasets.OpenTable(path, datasets.TableConfig{Target: columns.Target})
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	out := &Table{table: t}
	if name, err := t.TargetColumn(); err == nil && columns.Target == "" {
		out.guesses = append(out.guesses, fmt.Sprintf("the target is guessed to be in column %q", name))
	}
	return out, nil
}

// TableRegressor predicts a number from a row of a table. Its methods are
// safe for many goroutines.
type TableRegressor struct {
	features *datasets.Features
	scaling  targetScaling
	net      *mlp.Regressor
}

// targetScaling takes the network's output to the target: Mean + Scale*y.
type targetScaling struct {
	Column string  `json:"column"`
	Mean   float64 `json:"mean"`
	Scale  float64 `json:"scale"`
}

// tablePreprocess travels in the artefact.
type tablePreprocess struct {
	Target   targetScaling      `json:"target"`
	Features []datasets.Feature `json:"features"`
}

// Target returns the name of the column that is predicted.
func (t *TableRegressor) Target() string { return t.scaling.Column }

// Columns returns the names of the columns that a row needs, in the order in
// which PredictAll takes them.
func (t *TableRegressor) Columns() []string { return t.features.Columns() }

// Features returns what turns a row into the network's inputs.
func (t *TableRegressor) Features() *datasets.Features { return t.features }

// TablePrediction is the answer to a row, and what was unusual about it.
type TablePrediction struct {
	Value float64
	datasets.Surprise
}

// Predict answers a row, whose cells are given by the names of their columns.
// An empty cell is a missing value; a column that is absent is an error.
func (t *TableRegressor) Predict(ctx context.Context, row map[string]string) (TablePrediction, error) {
	cells := make([]string, 0, len(row))
	for _, name := range t.Columns() {
		cell, ok := row[name]
		if !ok {
			return TablePrediction{}, fmt.Errorf("zoo: predict: the row has no %q; the model needs %q: %w", name, t.Columns(), ErrUsage)
		}
		cells = append(cells, cell)
	}
	p, err := t.PredictAll(ctx, [][]string{cells})
	if err != nil {
		return TablePrediction{}, fmt.Errorf("zoo: predict: %w", err)
	}
	return p[0], nil
}

// RowError is an error about one of several rows.
type RowError struct {
	Row int // counted from 0
	Err error
}

func (e *RowError) Error() string { return fmt.Sprintf("row %d: %v", e.Row, e.Err) }
func (e *RowError) Unwrap() error { return e.Err }

// PredictAll answers rows whose cells are in the order of Columns. An error
// that one row has is a RowError.
func (t *TableRegressor) PredictAll(ctx context.Context, rows [][]string) ([]TablePrediction, error) {
	in := t.features.Inputs()
	x := make([]float32, len(rows)*in)
	out := make([]TablePrediction, len(rows))
	for i, cells := range rows {
		var err error
		if out[i].Surprise, err = t.features.Encode(x[i*in:][:in], cells); err != nil {
			return nil, &RowError{i, err}
		}
	}
	y, err := t.net.Predict(ctx, x)
	if err != nil {
		return nil, err
	}
	for i, v := range y {
		out[i].Value = t.scaling.of(v)
	}
	return out, nil
}

func (s targetScaling) of(y float32) float64 { return s.Mean + float64(s.Scale*float64(y)) }

// artefact returns everything needed to predict.
func (t *TableRegressor) artefact(card weights.Card) (*weights.Artefact, error) {
	a, err := t.net.Artefact(card, weights.F32)
	if err != nil {
		return nil, err
	}
	if a.Preprocess, err = json.Marshal(tablePreprocess{t.scaling, t.features.List()}); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return a, nil
}

// tableFromArtefact returns the regressor that an artefact holds.
func tableFromArtefact(a *weights.Artefact) (*TableRegressor, error) {
	var p tablePreprocess
	if err := weights.UnmarshalStrict(a.Preprocess, &p); err != nil {
		return nil, fmt.Errorf("zoo: preprocess: %w", err)
	}
	s := p.Target
	if s.Column == "" || math.IsNaN(s.Mean) || math.IsInf(s.Mean, 0) || !(s.Scale > 0) || math.IsInf(s.Scale, 0) {
		return nil, fmt.Errorf("zoo: preprocess: target %.60q with mean %v and scale %v, want a name, a finite mean and a positive scale", s.Column, s.Mean, s.Scale)
	}
	features, err := datasets.NewFeatures(p.Features)
	if err != nil {
		return nil, fmt.Errorf("zoo: preprocess: %w", err)
	}
	net, err := mlp.FromArtefact(a)
	if err != nil {
		return nil, err
	}
	if net.Inputs() != features.Inputs() || net.Outputs() != 1 {
		return nil, fmt.Errorf("zoo: preprocess: %d inputs, the network has %d, and %d outputs, want 1", features.Inputs(), net.Inputs(), net.Outputs())
	}
	return &TableRegressor{features, s, net}, nil
}

package mlp

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

var (
	_ recipe.RowAnswerer = (*TableRegressor)(nil)
	_ recipe.Measurer    = (*TableRegressor)(nil)
)

// TableRegressor predicts a number from a row of a table. Its methods are
// safe for many goroutines.
type TableRegressor struct {
	tableModel
	scaling targetScaling
}

// tableModel is a network over the columns of a table.
type tableModel struct {
	features *datasets.Features
	net      *mlp.Regressor
}

// targetScaling takes the network's output to the target: Mean + Scale*y.
type targetScaling struct {
	Column string  `json:"column"`
	Mean   float64 `json:"mean"`
	Scale  float64 `json:"scale"`

	// Reading says how the cells of the column are written, and Marks are those
	// that stand for no value; nil: the usual ones.
	Reading datasets.Reading `json:"reading,omitzero"`
	Marks   []string         `json:"marks,omitzero"`
}

// missing reports whether a cell of the target has no value.
func (s targetScaling) missing(cell string) bool { return datasets.MissingNumber(cell, s.Marks) }

// tablePreprocess travels in the artefact.
type tablePreprocess struct {
	Target   targetScaling      `json:"target,omitzero"`
	Classes  *classScaling      `json:"classes,omitempty"` // of a classifier, in place of the target
	Features []datasets.Feature `json:"features"`
}

// Target returns the name of the column that is predicted.
func (t *TableRegressor) Target() string { return t.scaling.Column }

// Columns returns the names of the columns that a row needs, in the order in
// which AnswerRows takes them.
func (t *tableModel) Columns() []string { return t.features.Columns() }

// Features returns what turns a row into the network's inputs.
func (t *tableModel) Features() *datasets.Features { return t.features }

// Predict answers a row, whose cells are given by the names of their columns.
// An empty cell is a missing value; a column that is absent is an error.
func (t *TableRegressor) Predict(ctx context.Context, row map[string]string) (recipe.RowAnswer, error) {
	cells := make([]string, 0, len(row))
	for _, name := range t.Columns() {
		cell, ok := row[name]
		if !ok {
			return recipe.RowAnswer{}, fmt.Errorf("zoo: predict: the row has no %q; the model needs %q: %w", name, t.Columns(), recipe.ErrUsage)
		}
		cells = append(cells, cell)
	}
	p, err := t.AnswerRows(ctx, [][]string{cells})
	if err != nil {
		return recipe.RowAnswer{}, fmt.Errorf("zoo: predict: %w", err)
	}
	return p[0], nil
}

// AnswerRows implements recipe.RowAnswerer.
func (t *TableRegressor) AnswerRows(ctx context.Context, rows [][]string) ([]recipe.RowAnswer, error) {
	out, y, err := t.answer(ctx, rows)
	if err != nil {
		return nil, err
	}
	for i, v := range y {
		out[i].Prediction = t.scaling.of(v)
	}
	return out, nil
}

// answer returns how rows were understood, and the network's outputs.
func (t *tableModel) answer(ctx context.Context, rows [][]string) ([]recipe.RowAnswer, []float32, error) {
	in := t.features.Inputs()
	x := make([]float32, len(rows)*in)
	out := make([]recipe.RowAnswer, len(rows))
	for i, cells := range rows {
		surprise, err := t.features.Encode(x[i*in:][:in], cells)
		if err != nil {
			return nil, nil, &recipe.RowError{Row: i, Err: err}
		}
		out[i] = recipe.RowAnswer{Input: t.input(cells), Missing: surprise.Missing, Unknown: surprise.Unknown, Far: surprise.Far}
	}
	y, err := t.net.Predict(ctx, x)
	return out, y, err
}

// input shows a row as it was understood.
func (t *tableModel) input(cells []string) map[string]any {
	row := make(map[string]any, len(cells))
	for i, f := range t.features.List() {
		row[f.Column] = f.Value(cells[i])
	}
	return row
}

func (s targetScaling) of(y float32) float64 { return s.Mean + float64(s.Scale*float64(y)) }

// artefact returns everything needed to predict.
func (t *TableRegressor) artefact(card weights.Card) (*weights.Artefact, error) {
	return t.tableModel.artefact(card, tablePreprocess{Target: t.scaling})
}

func (t *tableModel) artefact(card weights.Card, p tablePreprocess) (*weights.Artefact, error) {
	a, err := t.net.Artefact(card, weights.F32)
	if err != nil {
		return nil, err
	}
	p.Features = t.features.List()
	if a.Preprocess, err = json.Marshal(p); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return a, nil
}

// tableFromArtefact returns the *TableRegressor or *TableClassifier that an artefact
// holds.
func tableFromArtefact(a *weights.Artefact) (any, error) {
	var p tablePreprocess
	if err := weights.UnmarshalStrict(a.Preprocess, &p); err != nil {
		return nil, fmt.Errorf("zoo: preprocess: %w", err)
	}
	s, outputs := p.Target, 1
	if p.Classes != nil {
		if err := p.Classes.check(); err != nil {
			return nil, err
		}
		outputs = len(p.Classes.Classes)
	} else if s.Column == "" || math.IsNaN(s.Mean) || math.IsInf(s.Mean, 0) || !(s.Scale > 0) || math.IsInf(s.Scale, 0) {
		return nil, fmt.Errorf("zoo: preprocess: target %.60q with mean %v and scale %v, want a name, a finite mean and a positive scale", s.Column, s.Mean, s.Scale)
	}
	if err := s.Reading.Check(); err != nil {
		return nil, fmt.Errorf("zoo: preprocess: target %.60q: %w", s.Column, err)
	}
	features, err := datasets.NewFeatures(p.Features)
	if err != nil {
		return nil, fmt.Errorf("zoo: preprocess: %w", err)
	}
	net, err := mlp.FromArtefact(a)
	if err != nil {
		return nil, err
	}
	if net.Inputs() != features.Inputs() || net.Outputs() != outputs {
		return nil, fmt.Errorf("zoo: preprocess: %d inputs, the network has %d, and %d outputs, want %d", features.Inputs(), net.Inputs(), net.Outputs(), outputs)
	}
	if p.Classes != nil {
		return &TableClassifier{tableModel{features, net}, *p.Classes}, nil
	}
	return &TableRegressor{tableModel{features, net}, s}, nil
}

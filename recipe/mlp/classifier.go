package mlp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

var (
	_ recipe.RowClassifier = (*TableClassifier)(nil)
	_ recipe.Measurer      = (*TableClassifier)(nil)
	_ recipe.TableModel    = (*TableClassifier)(nil)
	_ recipe.TableModel    = (*TableRegressor)(nil)
)

// TableClassifier predicts a class from a row of a table. Its methods are safe for
// many goroutines.
type TableClassifier struct {
	tableModel
	target classScaling
}

// classScaling is what the network's outputs are.
type classScaling struct {
	Column      string   `json:"column"`
	Classes     []string `json:"classes"`
	Temperature float64  `json:"temperature"`    // that logits are divided by
	Marks       []string `json:"marks,omitzero"` // cells that stand for no class; nil: the usual ones
}

func (c *classScaling) check() error {
	if c.Column == "" || len(c.Classes) < 2 || !(c.Temperature > 0) || math.IsInf(c.Temperature, 0) {
		return fmt.Errorf("zoo: preprocess: classes of %.60q: %d with the temperature %v, want a name, two or more, and a positive number", c.Column, len(c.Classes), c.Temperature)
	}
	for i, name := range c.Classes {
		if slices.Contains(c.Classes[:i], name) {
			return fmt.Errorf("zoo: preprocess: the class %.60q of %.60q stands twice", name, c.Column)
		}
	}
	return nil
}

// Target returns the name of the column that is predicted.
func (t *TableClassifier) Target() string { return t.target.Column }

// Classes implements recipe.RowClassifier.
func (t *TableClassifier) Classes() []string { return slices.Clone(t.target.Classes) }

// AnswerRows implements recipe.RowAnswerer.
func (t *TableClassifier) AnswerRows(ctx context.Context, rows [][]string) ([]recipe.RowAnswer, error) {
	out, y, err := t.answer(ctx, rows)
	if err != nil {
		return nil, err
	}
	k := len(t.target.Classes)
	for i := range out {
		p := exact.Softmax(y[i*k:][:k], t.target.Temperature)
		best := most(p)
		out[i].Prediction, out[i].Label, out[i].Probabilities = float64(best), t.target.Classes[best], p
	}
	return out, nil
}

// most is the index of the largest, the first of equals.
func most(p []float64) (best int) {
	for k, x := range p {
		if x > p[best] {
			best = k
		}
	}
	return best
}

// outputs are the network's of all rows of a frame.
func (t *tableModel) outputs(ctx context.Context, data recipe.Table) ([]float32, error) {
	rows, ok := data.(*Rows)
	if !ok || rows.frame == nil {
		return nil, errors.New("zoo: a model of a table answers rows that are loaded")
	}
	in := t.features.Inputs()
	x := make([]float32, rows.frame.Rows()*in)
	for i := range rows.frame.Rows() {
		t.features.EncodeRow(x[i*in:][:in], rows.frame, i)
	}
	return t.net.Predict(ctx, x)
}

// AnswerTable implements recipe.TableModel.
func (t *TableClassifier) AnswerTable(ctx context.Context, data recipe.Table) (_ []float64, p [][]float64, err error) {
	y, err := t.outputs(ctx, data)
	if err != nil {
		return nil, nil, err
	}
	for k := len(t.target.Classes); len(y) > 0; y = y[k:] {
		p = append(p, exact.Softmax(y[:k], t.target.Temperature))
	}
	return nil, p, nil
}

// AnswerTable implements recipe.TableModel.
func (t *TableRegressor) AnswerTable(ctx context.Context, data recipe.Table) (numbers []float64, _ [][]float64, err error) {
	y, err := t.outputs(ctx, data)
	for _, v := range y {
		numbers = append(numbers, t.scaling.of(v))
	}
	return numbers, nil, err
}

// MeasureSource implements recipe.Measurer: all rows that have a target.
func (t *TableClassifier) MeasureSource() *recipe.Source {
	return source(Columns{Target: t.Target(), Task: string(datasets.Classification)})
}

// Measure implements recipe.Measurer.
func (t *TableClassifier) Measure(ctx context.Context, data recipe.Data) (*recipe.Measurement, error) {
	rows, ok := data.(*Rows)
	if !ok {
		return nil, errors.New("zoo: eval: a model of a table is measured on rows")
	}
	rows.forget()
	var labels []int32
	var p [][]float64
	columns := t.Columns()
	err := rows.each(ctx, columns, t.Target(), t, func(cell string) (bool, error) {
		if datasets.MissingNumber(cell, t.target.Marks) {
			return false, nil
		}
		k := datasets.Class(t.target.Classes, cell)
		if k < 0 {
			return false, fmt.Errorf("the class %.40q is none of the model's %.200q", cell, t.target.Classes)
		}
		labels = append(labels, int32(k))
		return true, nil
	}, func(a recipe.RowAnswer) { p = append(p, a.Probabilities) })
	if err != nil {
		return nil, err
	}
	f := agree(labels, p, len(t.target.Classes))
	return &recipe.Measurement{Examples: len(labels), Accuracy: &f.Accuracy, Loss: &f.Loss, Figures: f.figures(t.target.Classes),
		Text: fmt.Sprintf("%d rows: %q with accuracy %.4f, macro-F1 %.4f, loss %.4f\n%s", len(labels), t.Target(), f.Accuracy, f.MacroF1, f.Loss, f.table(t.target.Classes))}, nil
}

// artefact returns everything needed to predict.
func (t *TableClassifier) artefact(card weights.Card) (*weights.Artefact, error) {
	return t.tableModel.artefact(card, tablePreprocess{Classes: &t.target})
}

package zoo

import (
	"context"
	"fmt"
	"iter"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// linePoints is the number of fresh points a regressor is measured on.
const linePoints = 4096

// trainLine runs a recipe on points that it draws.
func trainLine(ctx context.Context, recipe Recipe, run Run) (*Model, train.Result, error) {
	r := *recipe.Line
	m, err := mlp.New(mlp.Config{Sizes: r.Sizes}, r.Seed)
	if err != nil {
		return nil, train.Result{}, err
	}
	trainer, err := m.Trainer(r.Batch)
	if err != nil {
		return nil, train.Result{}, err
	}
	cfg, err := r.config(recipe.identity(""), r.Steps, run)
	if err != nil {
		return nil, train.Result{}, err
	}
	line := datasets.Line{Slope: r.Slope, Intercept: r.Intercept}
	cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) {
		mse, err := EvaluateLine(ctx, m, line, r.Seed)
		return train.Metrics{"mse": mse}, err
	}
	cfg.Monitor = train.Monitor{Metric: "mse"}
	epoch := func(epoch int) iter.Seq2[mlp.Batch, error] {
		return func(yield func(mlp.Batch, error) bool) {
			for s := range r.Steps {
				b := mlp.Batch{X: make([]float32, r.Batch), Y: make([]float32, r.Batch), N: r.Batch}
				line.Batch(r.Seed, uint64(epoch*r.Steps+s), b.X, b.Y)
				if !yield(b, nil) {
					return
				}
			}
		}
	}
	result, err := train.Fit(ctx, train.Model[mlp.Batch](trainer),
		train.Data[mlp.Batch](train.Batches[mlp.Batch]{Each: epoch, Count: r.Steps}), cfg)
	if err != nil {
		return nil, result, err
	}
	mse, err := EvaluateLine(ctx, m, line, r.Seed)
	if err != nil {
		return nil, result, err
	}
	card, err := recipe.card("regression", result)
	if err != nil {
		return nil, result, err
	}
	card.Data = fmt.Sprintf("points of y = %gx + %g, drawn by the recipe", r.Slope, r.Intercept)
	card.Metrics = map[string]float64{"mse": mse}
	a, err := m.Artefact(card, weights.F32)
	if err != nil {
		return nil, result, err
	}
	model, err := newModel(a)
	return model, result, err
}

// EvaluateLine returns the mean squared error of a regressor on 4,096 points
// of a line that no training step draws.
func EvaluateLine(ctx context.Context, m *mlp.Regressor, line datasets.Line, seed uint64) (float64, error) {
	x, want := make([]float32, linePoints), make([]float32, linePoints)
	line.Draw(ops.Stream(seed, "fresh points", 0), x, want)
	got, err := m.Predict(ctx, x)
	if err != nil {
		return 0, err
	}
	var sum float64
	for i, y := range got {
		d := float64(y) - float64(want[i])
		sum += float64(d * d)
	}
	return sum / linePoints, nil
}

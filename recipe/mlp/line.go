package mlp

import (
	"context"
	"fmt"
	"iter"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// LineRecipe trains a regressor on y = Slope*x + Intercept.
type LineRecipe struct {
	Sizes     []int   `json:"sizes"`
	Slope     float32 `json:"slope"`
	Intercept float32 `json:"intercept"`
	Steps     int     `json:"steps"` // steps in an epoch
	recipe.Training
}

// Check implements recipe.Body.
func (r *LineRecipe) Check() error {
	if s := r.Sizes; r.Steps < 1 || len(s) < 2 || s[0] != 1 || s[len(s)-1] != 1 {
		return fmt.Errorf("zoo: recipe: steps %d and sizes %v, want 1 or more steps and sizes from 1 to 1", r.Steps, s)
	}
	return nil
}

func lines() []recipe.Recipe {
	return []recipe.Recipe{
		{
			Name:  "mlp-line",
			About: "an MLP 1-10-1 that learns y = 3x + 2",
			Body: &LineRecipe{
				Sizes: []int{1, 10, 1}, Slope: 3, Intercept: 2, Steps: 500,
				Training: recipe.Training{
					Seed: 1, Epochs: 6, Batch: 32,
					Optimizer: recipe.Optimizer{Kind: "sgd", LearningRate: 0.02, Momentum: 0.9},
					Schedule:  recipe.Schedule{Kind: "linear"},
				},
			},
		},
		{
			Name:  "mlp-line-seed",
			About: "the same by 100 steps of plain SGD on one point each",
			Body: &LineRecipe{
				Sizes: []int{1, 10, 1}, Slope: 3, Intercept: 2, Steps: 100,
				Training: recipe.Training{
					Seed: 1, Epochs: 1, Batch: 1,
					Optimizer: recipe.Optimizer{Kind: "sgd", LearningRate: 0.01},
				},
			},
		},
	}
}

// linePoints is the number of fresh points a regressor is measured on.
const linePoints = 4096

// trainLine trains by a recipe on points that it draws.
func trainLine(ctx context.Context, whole recipe.Recipe, _ recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	r := *whole.Body.(*LineRecipe)
	m, err := mlp.New(mlp.Config{Sizes: r.Sizes}, r.Seed)
	if err != nil {
		return nil, train.Result{}, err
	}
	trainer, err := m.Trainer(r.Batch)
	if err != nil {
		return nil, train.Result{}, err
	}
	identity, err := whole.Identity("")
	if err != nil {
		return nil, train.Result{}, err
	}
	cfg, err := r.Config(identity, r.Steps, env.Run)
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
	card, err := whole.Card("regression", result)
	if err != nil {
		return nil, result, err
	}
	card.Data = fmt.Sprintf("points of y = %gx + %g, drawn by the recipe", r.Slope, r.Intercept)
	card.Metrics = map[string]float64{"mse": mse}
	a, err := m.Artefact(card, weights.F32)
	if err != nil {
		return nil, result, err
	}
	return &recipe.Model{Artefact: a, Value: &LineRegressor{m, card}}, result, nil
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

// LineRegressor is a regressor that learned a line.
type LineRegressor struct {
	*mlp.Regressor
	card weights.Card
}

var (
	_ recipe.Regressor = (*LineRegressor)(nil)
	_ recipe.Measurer  = (*LineRegressor)(nil)
)

// MeasureSource implements recipe.Measurer: points are drawn.
func (r *LineRegressor) MeasureSource() *recipe.Source {
	return &recipe.Source{Refuse: func(subject, _ string) string { return subject + " is measured on fresh points of the line it learned" }}
}

// lineFigures are what eval --json prints of a line.
type lineFigures struct {
	MSE float64 `json:"mse"`
}

// Measure implements recipe.Measurer.
func (r *LineRegressor) Measure(ctx context.Context, _ recipe.Data) (*recipe.Measurement, error) {
	text := r.card.Recipe.Options[recipe.RecipeOption]
	whole, err := recipe.Families{LineFamily()}.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("zoo: %s learned no line: %w", r.card.Name, err)
	}
	line := whole.Body.(*LineRecipe)
	mse, err := EvaluateLine(ctx, r.Regressor, datasets.Line{Slope: line.Slope, Intercept: line.Intercept}, line.Seed)
	if err != nil {
		return nil, err
	}
	return &recipe.Measurement{Examples: linePoints, Loss: &mse, Figures: lineFigures{mse},
		Text: fmt.Sprintf("%d fresh points: mean squared error %.3g", linePoints, mse)}, nil
}

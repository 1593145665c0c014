package mlp

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// minRows is the number of rows below which no share of them can be held out.
const minRows = 20

// tableTask is one run of a TableRecipe.
type tableTask struct {
	recipe      TableRecipe
	source      string // what the data is
	fingerprint string // its fingerprint
	frame       *datasets.Frame
	x           []float32 // [rows, inputs]
	y           []float32 // [rows], standardised; of classes nil
	labels      []int32   // [rows], of classes, else nil
	inputs      int
	train       []int // indices of rows
	validate    []int
	test        []int
	regressor   *TableRegressor
	classifier  *TableClassifier // of classes, in place of the regressor
	net         *mlp.Regressor   // of either
}

// trainTable trains by a recipe on a table. Features and target are standardised
// by the training rows alone.
func trainTable(ctx context.Context, r recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	body := *r.Body.(*TableRecipe)
	rows, err := recipe.DataAs[*Rows](data)
	if err != nil {
		return nil, train.Result{}, err
	}
	task, err := read(ctx, body, rows, env.Run)
	if err != nil {
		return nil, train.Result{}, err
	}
	// The recipe in the card names the target though it was guessed: it is then
	// the same one again, whatever the columns are called.
	body.Columns.Target = task.frame.Target
	r.Body = &body

	if len(body.Hidden) == 0 && task.regressor != nil && env.Steps == 0 && !env.Resume {
		result, err := task.solve(env.Run)
		if err != nil {
			return nil, result, err
		}
		m, err := task.finish(ctx, r, result, env.Run)
		return m, result, err
	}
	trainer, err := task.trainer()
	if err != nil {
		return nil, train.Result{}, err
	}
	batches := (len(task.train) + body.Batch - 1) / body.Batch
	identity, err := r.Identity(task.fingerprint)
	if err != nil {
		return nil, train.Result{}, err
	}
	cfg, err := body.Config(identity, batches, env.Run)
	if err != nil {
		return nil, train.Result{}, err
	}
	task.watch(&cfg)
	result, err := train.Fit(ctx, train.Model[mlp.Batch](trainer),
		train.Data[mlp.Batch](train.Batches[mlp.Batch]{Each: task.epoch, Count: batches}), cfg)
	if err != nil {
		return nil, result, err
	}
	if task.classifier != nil {
		m, err := task.finishClasses(ctx, r, result, env.Run)
		return m, result, err
	}
	m, err := task.finish(ctx, r, result, env.Run)
	return m, result, err
}

// trainer is the graph of the task's loss.
func (t *tableTask) trainer() (*mlp.Trainer, error) {
	if t.classifier == nil {
		return t.net.Trainer(t.recipe.Batch)
	}
	return t.net.ClassTrainer(t.recipe.Batch, t.classWeights())
}

// watch measures each epoch on the rows for validation.
func (t *tableTask) watch(cfg *train.Config) {
	switch {
	case len(t.validate) == 0:
	case t.classifier != nil:
		cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) {
			f, err := t.measureClasses(ctx, t.validate)
			return train.Metrics{"accuracy": f.Accuracy, "loss": f.Loss}, err
		}
		cfg.Monitor = train.Monitor{Metric: "loss"}
	default:
		cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) {
			f, err := t.measure(ctx, t.validate)
			return train.Metrics{"rmse": f.RMSE, "r2": f.R2}, err
		}
		cfg.Monitor = train.Monitor{Metric: "rmse"}
	}
}

// read reads the table, splits its rows, and fits features and scaling
// to the training part.
func read(ctx context.Context, r TableRecipe, data *Rows, run recipe.Run) (*tableTask, error) {
	frame, err := data.read(ctx, r.Columns)
	if err != nil {
		return nil, err
	}
	for _, line := range frame.Describe() {
		run.Logf("%s", line)
	}
	if frame.Rows() < minRows {
		return nil, fmt.Errorf("zoo: data: %s has %d rows with a target, and at least %d are needed", data.table.Name(), frame.Rows(), minRows)
	}
	if slices.Min(frame.Y) == slices.Max(frame.Y) {
		return nil, fmt.Errorf("zoo: data: %s: column %q, the target, holds %g in every row: there is nothing to learn", data.table.Name(), frame.Target, frame.Y[0])
	}
	t := &tableTask{recipe: r, frame: frame, fingerprint: frame.Fingerprint(),
		source: fmt.Sprintf("%s: %d rows, %q from %d columns", filepath.Base(data.table.Name()), frame.Rows(), frame.Target, len(frame.Columns))}
	if repeats := t.split(r); repeats > 0 {
		run.Logf("%d rows repeat an earlier one in every column: equal rows are all trained on or all held out", repeats)
	}
	features, err := datasets.FitFeatures(frame, t.train, datasets.FeatureConfig{MaxCategories: r.Columns.MaxCategories})
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	t.inputs = features.Inputs()
	t.x = make([]float32, frame.Rows()*t.inputs)
	for i := range frame.Rows() {
		features.EncodeRow(t.row(i), frame, i)
	}
	sizes := append([]int{t.inputs}, r.Hidden...)
	outputs := max(1, len(frame.Classes))
	if t.net, err = mlp.New(mlp.Config{Sizes: append(sizes, outputs)}, r.Seed); err != nil {
		return nil, err
	}
	run.Logf("%d inputs; %d rows to train on, %d for validation, %d held out to the end", t.inputs, len(t.train), len(t.validate), len(t.test))
	if frame.Classes != nil {
		for _, y := range frame.Y {
			t.labels = append(t.labels, int32(y))
		}
		t.classifier = &TableClassifier{tableModel{features, t.net}, classScaling{Column: frame.Target, Classes: frame.Classes, Marks: frame.Marks, Temperature: 1}}
		t.tellGiveaways(run)
		return t, nil
	}
	targets := make([]float64, len(t.train))
	for i, row := range t.train {
		targets[i] = frame.Y[row]
	}
	scaling := targetScaling{Column: frame.Target, Reading: frame.Reading, Marks: frame.Marks}
	scaling.Mean, scaling.Scale = datasets.MeanScale(targets)
	t.y = make([]float32, frame.Rows())
	for i, y := range frame.Y {
		t.y[i] = float32((y - scaling.Mean) / scaling.Scale)
	}
	t.regressor = &TableRegressor{tableModel{features, t.net}, scaling}
	t.tellGiveaways(run)
	return t, nil
}

// split deals the rows to training, validation and test, and returns how many repeat
// an earlier one: equal rows stay together, unless so few differ that no share of
// them could be held out.
func (t *tableTask) split(r TableRecipe) (repeats int) {
	first := t.frame.Equal()
	var distinct []int
	for i, at := range first {
		if at == i {
			distinct = append(distinct, i)
		}
	}
	if repeats = len(first) - len(distinct); len(distinct) < minRows {
		repeats, distinct = 0, distinct[:0]
		for i := range first {
			first[i] = i
			distinct = append(distinct, i)
		}
	}
	rest, test := datasets.Split(len(distinct), r.Test, r.Seed)
	_, validate := datasets.Split(len(rest), r.Validation/(1-r.Test), r.Seed+1)
	part := make([]int8, len(first)) // of a row that others equal: 0 to train on
	for _, i := range test {
		part[distinct[i]] = 2
	}
	for _, i := range validate {
		part[distinct[rest[i]]] = 1
	}
	for i, at := range first {
		switch part[at] {
		case 0:
			t.train = append(t.train, i)
		case 1:
			t.validate = append(t.validate, i)
		default:
			t.test = append(t.test, i)
		}
	}
	return repeats
}

// row returns the inputs of a row.
func (t *tableTask) row(i int) []float32 { return t.x[i*t.inputs:][:t.inputs] }

// epoch yields the batches of an epoch: the training rows in an order of the
// epoch's own.
func (t *tableTask) epoch(epoch int) iter.Seq2[mlp.Batch, error] {
	return func(yield func(mlp.Batch, error) bool) {
		order := append([]int(nil), t.train...)
		ops.Stream(t.recipe.Seed, "rows", uint64(epoch)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for len(order) > 0 {
			n := min(len(order), t.recipe.Batch)
			b := mlp.Batch{X: make([]float32, 0, n*t.inputs), N: n}
			for _, i := range order[:n] {
				if b.X = append(b.X, t.row(i)...); t.labels != nil {
					b.Labels = append(b.Labels, t.labels[i])
				} else {
					b.Y = append(b.Y, t.y[i])
				}
			}
			if !yield(b, nil) {
				return
			}
			order = order[n:]
		}
	}
}

// measure compares the network with the given rows.
func (t *tableTask) measure(ctx context.Context, rows []int) (Agreement, error) {
	x := make([]float32, 0, len(rows)*t.inputs)
	for _, i := range rows {
		x = append(x, t.row(i)...)
	}
	y, err := t.net.Predict(ctx, x)
	if err != nil {
		return Agreement{}, err
	}
	return t.compare(rows, func(i, _ int) float64 { return t.regressor.scaling.of(y[i]) }), nil
}

// compare compares the predictions of rows[i] with the targets.
func (t *tableTask) compare(rows []int, predict func(i, row int) float64) Agreement {
	want, got := make([]float64, len(rows)), make([]float64, len(rows))
	for i, row := range rows {
		want[i], got[i] = t.frame.Y[row], predict(i, row)
	}
	return agreement(want, got)
}

// finish measures the model and what it should beat on the rows held out, once,
// and writes the card.
func (t *tableTask) finish(ctx context.Context, r recipe.Recipe, result train.Result, run recipe.Run) (*recipe.Model, error) {
	card, err := r.Card("regression", result)
	if err != nil {
		return nil, err
	}
	card.Data = t.source
	card.Recipe.Options[recipe.DataOption] = t.fingerprint
	if len(t.test) > 0 {
		if err := t.compareHeldOut(ctx, &card, run); err != nil {
			return nil, err
		}
	}
	card.Tables = append(card.Tables, t.regressor.columnTable())
	a, err := t.regressor.artefact(card)
	if err != nil {
		return nil, err
	}
	return &recipe.Model{Artefact: a, Value: t.regressor}, nil
}

// columnTable says for a card what becomes of each column.
func (t *tableModel) columnTable() weights.Table {
	columns := weights.Table{Title: "Columns", Columns: []string{"column", "kind", "what becomes of it"}}
	for _, f := range t.features.List() {
		columns.Rows = append(columns.Rows, []string{f.Column, string(f.Kind), f.String()})
	}
	return columns
}

// compareHeldOut measures the regressor and what it should beat on the rows held out
// to the end.
func (t *tableTask) compareHeldOut(ctx context.Context, card *weights.Card, run recipe.Run) error {
	test, err := t.measure(ctx, t.test)
	if err != nil {
		return err
	}
	linear, err := fitLinear(t.inputs, len(t.train), func(i int) ([]float32, float64) {
		return t.row(t.train[i]), (t.frame.Y[t.train[i]] - t.regressor.scaling.Mean) / t.regressor.scaling.Scale
	})
	if err != nil {
		return err
	}
	scaling := t.regressor.scaling
	line := t.compare(t.test, func(_, row int) float64 { return scaling.Mean + float64(scaling.Scale*linear.predict(t.row(row))) })
	mean := t.compare(t.test, func(int, int) float64 { return scaling.Mean })

	card.Metrics = map[string]float64{
		"test_rmse": test.RMSE, "test_mae": test.MAE, "test_r2": test.R2,
		"linear_test_rmse": line.RMSE, "linear_test_r2": line.R2,
		"mean_test_rmse": mean.RMSE,
	}
	if len(t.validate) > 0 {
		validation, err := t.measure(ctx, t.validate)
		if err != nil {
			return err
		}
		card.Metrics["validation_rmse"], card.Metrics["validation_r2"] = validation.RMSE, validation.R2
	}
	for name, v := range card.Metrics {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return errors.New("zoo: " + name + " is not finite: are there numbers beyond all measure in the table?")
		}
	}
	results := weights.Table{Title: fmt.Sprintf("On %d rows held out", len(t.test)), Columns: []string{"model", "RMSE", "MAE", "R2"}}
	for _, r := range []struct {
		name string
		fit  Agreement
	}{{"this model", test}, {"linear regression on the same inputs", line}, {"the mean", mean}} {
		results.Rows = append(results.Rows, []string{r.name, fmt.Sprintf("%.6g", r.fit.RMSE), fmt.Sprintf("%.6g", r.fit.MAE), fmt.Sprintf("%.4f", r.fit.R2)})
		run.Logf("held out: %-37s RMSE %.6g, MAE %.6g, R2 %.4f", r.name, r.fit.RMSE, r.fit.MAE, r.fit.R2)
	}
	if test.RMSE >= line.RMSE && len(t.recipe.Hidden) > 0 {
		card.Limits = append(card.Limits, "A linear regression on the same inputs does as well or better.")
		run.Logf("the linear regression does as well or better: use it (zoo train linear), or more rows, other features, more epochs")
	}
	card.Tables = append(card.Tables, results)
	return nil
}

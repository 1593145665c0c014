package mlp

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// solve finds linear regression's weights at once.
func (t *tableTask) solve(run recipe.Run) (train.Result, error) {
	line, err := fitLinear(t.inputs, len(t.train), func(i int) ([]float32, float64) { return t.row(t.train[i]), float64(t.y[t.train[i]]) })
	if err != nil {
		return train.Result{Reason: train.Failed}, err
	}
	w, b := t.net.Params()[0].Write(), t.net.Params()[1].Write()
	for k := range w {
		w[k] = float32(line.w[k])
	}
	b[0] = float32(line.w[t.inputs])
	result := train.Result{Reason: train.Finished}
	run.Logf("linear regression: solved")
	return result, nil
}

// classWeights are those of the classes in the loss, nil for equal ones.
func (t *tableTask) classWeights() []float32 {
	if t.recipe.ClassWeights != balanced {
		return nil
	}
	counts := make([]int, len(t.frame.Classes))
	for _, i := range t.train {
		counts[t.labels[i]]++
	}
	out := make([]float32, len(counts))
	for k, n := range counts {
		out[k] = float32(float64(len(t.train)) / (float64(len(counts)) * float64(max(1, n))))
	}
	return out
}

// logits are the outputs of a network for rows of the table.
func (t *tableTask) logits(ctx context.Context, net *mlp.Regressor, rows []int) ([]float32, error) {
	x := make([]float32, 0, len(rows)*t.inputs)
	for _, i := range rows {
		x = append(x, t.row(i)...)
	}
	return net.Predict(ctx, x)
}

// classesOf are the labels of rows, and their probabilities at a temperature.
func (t *tableTask) classesOf(ctx context.Context, net *mlp.Regressor, rows []int, temperature float64) (labels []int32, p [][]float64, err error) {
	y, err := t.logits(ctx, net, rows)
	k := len(t.frame.Classes)
	for i, row := range rows {
		if err != nil {
			break
		}
		labels = append(labels, t.labels[row])
		p = append(p, exact.Softmax(y[i*k:][:k], temperature))
	}
	return labels, p, err
}

// measureClasses compares the network with the given rows.
func (t *tableTask) measureClasses(ctx context.Context, rows []int) (ClassAgreement, error) {
	labels, p, err := t.classesOf(ctx, t.net, rows, t.classifier.target.Temperature)
	if err != nil {
		return ClassAgreement{}, err
	}
	return agree(labels, p, len(t.frame.Classes)), nil
}

// fitTemperature finds by golden section what logits are divided by so that the
// probabilities of the rows for validation fit best (Guo et al. 2017,
// arXiv:1706.04599).
func (t *tableTask) fitTemperature(ctx context.Context) (float64, error) {
	y, err := t.logits(ctx, t.net, t.validate)
	if err != nil || len(t.validate) == 0 {
		return 1, err
	}
	k := len(t.frame.Classes)
	loss := func(log float64) (sum float64) {
		temperature := exact.Exp(log)
		for i, row := range t.validate {
			sum -= exact.Log(max(exact.Softmax(y[i*k:][:k], temperature)[t.labels[row]], 1e-300))
		}
		return sum
	}
	const ratio = 0.6180339887498949
	low, high := -3.0, 3.0
	a, b := high-float64(ratio*(high-low)), low+float64(ratio*(high-low))
	fa, fb := loss(a), loss(b)
	for range 40 {
		if fa < fb {
			high, b, fb = b, a, fa
			a = high - float64(ratio*(high-low))
			fa = loss(a)
		} else {
			low, a, fa = a, b, fb
			b = low + float64(ratio*(high-low))
			fb = loss(b)
		}
	}
	return exact.Exp((low + high) / 2), nil
}

// logistic is logistic regression on the same inputs and rows: what a network with
// hidden layers should beat.
func (t *tableTask) logistic(ctx context.Context) (*mlp.Regressor, error) {
	net, err := mlp.New(mlp.Config{Sizes: []int{t.inputs, len(t.frame.Classes)}}, t.recipe.Seed)
	if err != nil {
		return nil, err
	}
	trainer, err := net.ClassTrainer(t.recipe.Batch, nil)
	if err != nil {
		return nil, err
	}
	batches := (len(t.train) + t.recipe.Batch - 1) / t.recipe.Batch
	plain := Linear().Body.(*TableRecipe).Training
	plain.Seed, plain.Batch, plain.KeepBest = t.recipe.Seed, t.recipe.Batch, false
	plain.Epochs = epochsFor(batches, plain.Epochs)
	cfg, err := plain.Config("", batches, recipe.Run{})
	if err != nil {
		return nil, err
	}
	_, err = train.Fit(ctx, train.Model[mlp.Batch](trainer), train.Data[mlp.Batch](train.Batches[mlp.Batch]{Each: t.epoch, Count: batches}), cfg)
	return net, err
}

// finishClasses calibrates the classifier, measures it and what it should beat on
// the rows held out, once, and writes the card.
func (t *tableTask) finishClasses(ctx context.Context, r recipe.Recipe, result train.Result, run recipe.Run) (*recipe.Model, error) {
	card, err := r.Card("classification", result)
	if err != nil {
		return nil, err
	}
	card.Data = t.source
	card.Recipe.Options[recipe.DataOption] = t.fingerprint
	if t.classifier.target.Temperature, err = t.fitTemperature(ctx); err != nil {
		return nil, err
	}
	card.Metrics = map[string]float64{}
	if len(t.validate) > 0 {
		f, err := t.measureClasses(ctx, t.validate)
		if err != nil {
			return nil, err
		}
		card.Metrics["validation_accuracy"], card.Metrics["validation_loss"] = f.Accuracy, f.Loss
	}
	if len(t.test) > 0 {
		if err := t.compareClasses(ctx, &card, run); err != nil {
			return nil, err
		}
	}
	card.Tables = append(card.Tables, t.classifier.columnTable())
	a, err := t.classifier.artefact(card)
	if err != nil {
		return nil, err
	}
	return &recipe.Model{Artefact: a, Value: t.classifier}, nil
}

// compareClasses measures the classifier and what it should beat on the rows held
// out to the end.
func (t *tableTask) compareClasses(ctx context.Context, card *weights.Card, run recipe.Run) error {
	test, err := t.measureClasses(ctx, t.test)
	if err != nil {
		return err
	}
	counts := make([]int, len(t.frame.Classes))
	for _, i := range t.train {
		counts[t.labels[i]]++
	}
	frequent, p := slices.Index(counts, slices.Max(counts)), make([]float64, len(counts))
	p[frequent] = 1
	labels, all := make([]int32, len(t.test)), make([][]float64, len(t.test))
	for i, row := range t.test {
		labels[i], all[i] = t.labels[row], p
	}
	always := agree(labels, all, len(counts))
	rows := []struct {
		name string
		f    ClassAgreement
	}{{"this model", test}, {fmt.Sprintf("always %q", t.frame.Classes[frequent]), always}}
	card.Metrics["test_accuracy"], card.Metrics["test_macro_f1"], card.Metrics["test_loss"] = test.Accuracy, test.MacroF1, test.Loss
	card.Metrics["frequent_test_accuracy"] = always.Accuracy
	if len(t.recipe.Hidden) > 0 {
		net, err := t.logistic(ctx)
		if err != nil {
			return err
		}
		if labels, all, err = t.classesOf(ctx, net, t.test, 1); err != nil {
			return err
		}
		line := agree(labels, all, len(counts))
		rows = slices.Insert(rows, 1, rows[0])
		rows[1].name, rows[1].f = "logistic regression on the same inputs (zoo train table-linear)", line
		card.Metrics["logistic_test_accuracy"] = line.Accuracy
		if line.Accuracy >= test.Accuracy {
			card.Limits = append(card.Limits, "A logistic regression on the same inputs does as well or better.")
			run.Logf("the logistic regression does as well or better: zoo train table-linear with the same --data")
		}
	}
	for name, v := range card.Metrics {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("zoo: %s is not finite: are there numbers beyond all measure in the table?", name)
		}
	}
	table := weights.Table{Title: fmt.Sprintf("On %d rows held out", len(t.test)), Columns: []string{"model", "accuracy", "macro-F1"}}
	for _, r := range rows {
		table.Rows = append(table.Rows, []string{r.name, fmt.Sprintf("%.4f", r.f.Accuracy), fmt.Sprintf("%.4f", r.f.MacroF1)})
		run.Logf("held out: %-63s accuracy %.4f, macro-F1 %.4f", r.name, r.f.Accuracy, r.f.MacroF1)
	}
	card.Tables = append(card.Tables, table)
	var never []string
	for k, name := range t.frame.Classes {
		if test.answered[k] == 0 && test.rows[k] > 0 {
			never = append(never, fmt.Sprintf("%q", name))
		}
	}
	if len(never) > 0 {
		run.Logf("never answered on the rows held out: %v; --class-weights balanced makes rare classes count as much as frequent ones", never)
	}
	return nil
}

// tellGiveaways says which feature all but gives the target away, as one does that
// was written down after it.
func (t *tableTask) tellGiveaways(run recipe.Run) {
	if len(t.train) < 50 {
		return
	}
	for _, name := range t.giveaways() {
		run.Logf("column %q alone all but gives the target away: is it known when a prediction is wanted? (--ignore leaves it out)", name)
	}
}

package classify

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// NumberEvaluation is how a model that gives texts a number does on texts whose
// number is known.
type NumberEvaluation struct {
	Examples int     `json:"examples"`
	RMSE     float64 `json:"rmse"`
	MAE      float64 `json:"mae"`
	R2       float64 `json:"r2"`       // 1 less the share of the variance that is left; 0 where there is no variance
	Pearson  float64 `json:"pearson"`  // 0 where one side does not vary
	Spearman float64 `json:"spearman"` // Pearson's of the ranks, those of equals their mean
	// Mean is what always answering the mean of these texts would have for RMSE.
	Mean float64 `json:"mean_rmse"`

	truth, answers []float64
}

// EvaluateNumbers measures answers by the truth.
func EvaluateNumbers(truth, answers []float64) (*NumberEvaluation, error) {
	if len(truth) != len(answers) || len(truth) == 0 {
		return nil, fmt.Errorf("classify: %d answers to %d texts, want as many, and one or more", len(answers), len(truth))
	}
	e := &NumberEvaluation{Examples: len(truth), truth: truth, answers: answers}
	n := float64(len(truth))
	var squares, apart float64
	for i, y := range truth {
		d := answers[i] - y
		squares += float64(d * d)
		apart += math.Abs(d)
	}
	mean := 0.0
	for _, y := range truth {
		mean += y / n
	}
	spread := 0.0
	for _, y := range truth {
		spread += float64((y - mean) * (y - mean))
	}
	e.RMSE, e.MAE, e.Mean = math.Sqrt(squares/n), apart/n, math.Sqrt(spread/n)
	if spread > 0 {
		e.R2 = 1 - squares/spread
	}
	e.Pearson, e.Spearman = Pearson(truth, answers), Pearson(ranks(truth), ranks(answers))
	return e, nil
}

// Metrics are those of a card, with a prefix before their names.
func (e *NumberEvaluation) Metrics(prefix string) map[string]float64 {
	return map[string]float64{prefix + "rmse": e.RMSE, prefix + "mean_rmse": e.Mean, prefix + "pearson": e.Pearson, prefix + "spearman": e.Spearman}
}

// Truth and Answers return the number of each text and what was answered. They must not
// be changed.
func (e *NumberEvaluation) Truth() []float64   { return e.truth }
func (e *NumberEvaluation) Answers() []float64 { return e.answers }

// Worst returns the n texts whose answers are farthest off, the farthest first, of
// equals the earlier.
func (e *NumberEvaluation) Worst(n int) []int {
	all := make([]int, len(e.truth))
	for i := range all {
		all[i] = i
	}
	off := func(i int) float64 { return math.Abs(e.answers[i] - e.truth[i]) }
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(off(b), off(a)) })
	return all[:min(max(n, 0), len(all))]
}

// Pearson is the correlation of two lists of one length, 0 where one does not vary.
func Pearson(x, y []float64) float64 {
	var mx, my, xy, xx, yy float64
	for i := range x {
		mx += x[i] / float64(len(x))
		my += y[i] / float64(len(x))
	}
	for i := range x {
		a, b := x[i]-mx, y[i]-my
		xy += float64(a * b)
		xx += float64(a * a)
		yy += float64(b * b)
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return xy / math.Sqrt(float64(xx*yy))
}

// ranks returns the rank of each number, from 1 on; equals have the mean of theirs.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	out := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return out
}

package classify

import (
	"cmp"
	"fmt"
	"slices"
)

// Report is what an evaluation says of each class: the figures of
// scikit-learn's classification_report and confusion_matrix.
type Report struct {
	Classes   []ClassScore `json:"classes"`
	Confusion [][]int      `json:"confusion"` // texts: rows the truth, columns the answers
	// Macro is the plain mean of the classes that occur, in the truth or among
	// the answers; Weighted counts each as often as it has examples.
	Macro    Score `json:"macro"`
	Weighted Score `json:"weighted"`
}

// Score is how well a class is told from the others. What has no denominator is
// 0: the precision of a class that is never predicted, the recall of one without
// examples, and F1 where both are 0.
type Score struct {
	Precision float64 `json:"precision"` // of the answers with this class, the share that is right
	Recall    float64 `json:"recall"`    // of the texts of this class, the share that is found
	F1        float64 `json:"f1"`        // the harmonic mean of both
}

// ClassScore is the score of a class.
type ClassScore struct {
	Name string `json:"name"`
	Score
	Examples  int `json:"examples"` // texts of this class, scikit-learn's support
	Predicted int `json:"-"`        // texts answered with it
}

// Report returns the figures of each class. names are the classifier's
// classes, in the order of the labels.
func (e *Evaluation) Report(names []string) (*Report, error) {
	r := &Report{Classes: make([]ClassScore, len(names)), Confusion: make([][]int, len(names))}
	for k, name := range names {
		r.Classes[k].Name, r.Confusion[k] = name, make([]int, len(names))
	}
	for i, label := range e.answers.Labels {
		if int(label) >= len(names) || label < 0 || int(e.predicted[i]) >= len(names) {
			return nil, fmt.Errorf("classify: text %d: class %d answered with class %d, want two of %d classes", i, label, e.predicted[i], len(names))
		}
		r.Confusion[label][e.predicted[i]]++
	}
	occur, texts := 0, 0
	for k := range names {
		c := &r.Classes[k]
		for other := range names {
			c.Examples += r.Confusion[k][other]
			c.Predicted += r.Confusion[other][k]
		}
		right := r.Confusion[k][k]
		c.Score = Score{ratio(right, c.Predicted), ratio(right, c.Examples), ratio(2*right, c.Predicted+c.Examples)}
		if c.Predicted+c.Examples == 0 {
			continue
		}
		occur, texts = occur+1, texts+c.Examples
		r.Macro = r.Macro.plus(c.Score, 1)
		r.Weighted = r.Weighted.plus(c.Score, float64(c.Examples))
	}
	r.Macro, r.Weighted = r.Macro.over(occur), r.Weighted.over(texts)
	return r, nil
}

func ratio(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// plus adds another score, weighted.
func (s Score) plus(other Score, weight float64) Score {
	return Score{s.Precision + float64(weight*other.Precision), s.Recall + float64(weight*other.Recall), s.F1 + float64(weight*other.F1)}
}

// over is the mean of n scores that were added up.
func (s Score) over(n int) Score {
	size := float64(max(1, n))
	return Score{s.Precision / size, s.Recall / size, s.F1 / size}
}

// Confused is a pair of classes that are taken for each other.
type Confused struct{ Truth, Answer, Texts int }

// MostConfused returns the n pairs of different classes with the most texts, the
// most first; of equals, the first in the matrix.
func (r *Report) MostConfused(n int) []Confused {
	var all []Confused
	for truth, row := range r.Confusion {
		for answer, texts := range row {
			if truth != answer && texts > 0 {
				all = append(all, Confused{truth, answer, texts})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Confused) int { return cmp.Compare(b.Texts, a.Texts) })
	return all[:min(max(n, 0), len(all))]
}

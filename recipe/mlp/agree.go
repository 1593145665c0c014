package mlp

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// ClassAgreement is how predictions of a class agree with what they predict.
type ClassAgreement struct {
	Rows     int     `json:"rows"`
	Accuracy float64 `json:"accuracy"`
	MacroF1  float64 `json:"macro_f1"` // mean of the F1 of classes that occur or are answered
	Loss     float64 `json:"loss"`     // mean cross-entropy in nats

	confusion [][]int // rows of a class (the truth), answered as another
	rows      []int   // of each class
	answered  []int   // times each class was
}

// agree compares probabilities with labels, indices of so many classes.
func agree(labels []int32, p [][]float64, classes int) ClassAgreement {
	f := ClassAgreement{Rows: len(labels), rows: make([]int, classes), answered: make([]int, classes)}
	for range classes {
		f.confusion = append(f.confusion, make([]int, classes))
	}
	right := 0
	for i, label := range labels {
		best := most(p[i])
		f.confusion[label][best]++
		f.rows[label]++
		f.answered[best]++
		if best == int(label) {
			right++
		}
		f.Loss -= exact.Log(max(p[i][label], 1e-12))
	}
	n := float64(max(1, len(labels)))
	f.Accuracy, f.Loss = float64(right)/n, f.Loss/n
	counted := 0
	for k := range classes {
		if f.rows[k]+f.answered[k] > 0 {
			counted++
			f.MacroF1 += f.score(k).F1
		}
	}
	f.MacroF1 /= float64(max(1, counted))
	return f
}

// classScore is how well one class is told, as eval --json prints it.
type classScore struct {
	Name      string  `json:"name"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Examples  int     `json:"examples"`
}

// score is that of class k; what has no rows to divide by is 0.
func (f ClassAgreement) score(k int) (s classScore) {
	hit := float64(f.confusion[k][k])
	s.Examples = f.rows[k]
	s.Precision, s.Recall = hit/math.Max(1, float64(f.answered[k])), hit/math.Max(1, float64(f.rows[k]))
	s.F1 = 2 * hit / math.Max(1, float64(f.answered[k]+f.rows[k]))
	return s
}

// classFigures are what eval --json prints of a table's classes.
type classFigures struct {
	MacroF1   float64      `json:"macro_f1"`
	Classes   []classScore `json:"classes"`
	Confusion [][]int      `json:"confusion"`
}

func (f ClassAgreement) figures(names []string) classFigures {
	out := classFigures{MacroF1: f.MacroF1, Confusion: f.confusion}
	for k, name := range names {
		s := f.score(k)
		s.Name = name
		out.Classes = append(out.Classes, s)
	}
	return out
}

// table prints the figures of each class.
func (f ClassAgreement) table(names []string) string {
	width := len("class")
	for _, name := range names {
		width = max(width, min(len(name), 30))
	}
	lines := []string{fmt.Sprintf("%-*s  precision  recall      F1    rows", width, "class")}
	for k, name := range names {
		s := f.score(k)
		lines = append(lines, fmt.Sprintf("%-*.30s  %9.4f  %6.4f  %6.4f  %6d", width, name, s.Precision, s.Recall, s.F1, s.Examples))
	}
	return strings.Join(lines, "\n")
}

// giveaways are the columns each of which by itself predicts the target of the
// training rows all but perfectly, by more than the others together would explain:
// a squared correlation of numbers above 0.999, or classes that a split of its
// values in two, or its categories, tell apart to the last row in a thousand.
func (t *tableTask) giveaways() (names []string) {
	for _, c := range t.frame.Columns {
		perfect := false
		switch {
		case t.labels == nil && c.Numbers != nil:
			perfect = t.correlation(c.Numbers) > 0.999
		case t.labels != nil && c.Codes != nil:
			perfect = t.told(c.Codes, len(c.Values))
		case t.labels != nil && c.Numbers != nil && len(t.frame.Classes) == 2:
			perfect = t.split2(c.Numbers)
		}
		if perfect {
			names = append(names, c.Name)
		}
	}
	return names
}

// correlation is the squared one of a column with the target.
func (t *tableTask) correlation(x []float64) float64 {
	var n, sx, sy, sxx, syy, sxy float64
	for _, i := range t.train {
		if a, b := x[i], t.frame.Y[i]; !math.IsNaN(a) {
			n++
			sx, sy = sx+a, sy+b
			sxx, syy, sxy = sxx+float64(a*a), syy+float64(b*b), sxy+float64(a*b)
		}
	}
	c, vx, vy := sxy-float64(sx*sy)/n, sxx-float64(sx*sx)/n, syy-float64(sy*sy)/n
	if n < 50 || !(vx > 0) || !(vy > 0) {
		return 0
	}
	return float64(c*c) / float64(vx*vy)
}

// told tells whether the categories of a column, few for the rows, each have one
// class.
func (t *tableTask) told(codes []int32, values int) bool {
	if 10*values > len(t.train) {
		return false
	}
	counts := make([]map[int32]int, values+1)
	for _, i := range t.train {
		k := codes[i] + 1
		if counts[k] == nil {
			counts[k] = map[int32]int{}
		}
		counts[k][t.labels[i]]++
	}
	right := 0
	for _, m := range counts {
		most := 0
		for _, n := range m {
			most = max(most, n)
		}
		right += most
	}
	return right*1000 >= len(t.train)*999
}

// split2 tells whether one threshold of a column tells two classes apart.
func (t *tableTask) split2(x []float64) bool {
	order := slices.DeleteFunc(slices.Clone(t.train), func(i int) bool { return math.IsNaN(x[i]) })
	if len(order) < 50 || len(order)*10 < len(t.train)*9 {
		return false
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	ones := 0
	for _, i := range order {
		ones += int(t.labels[i])
	}
	below, most := 0, 0 // rows of class 1 below the threshold
	for k, i := range order {
		if k > 0 && x[i] != x[order[k-1]] {
			right := k - below + ones - below // 0 below, 1 above
			most = max(most, right, len(order)-right)
		}
		below += int(t.labels[i])
	}
	return most*1000 >= len(order)*999 && ones > 0 && ones < len(order)
}

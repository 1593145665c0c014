package fit

import (
	"math"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/texts"
)

// Each wording is held whole once, rows of others are held beside it, nothing is
// trained on that is held, and of copies both kinds weigh alike.
func TestHold(t *testing.T) {
	const n = 600
	s := &Search{corpus: &texts.Corpus{Classes: []string{"a", "b"}}}
	same, units := make([]int32, n), make([]int32, n)
	for i := range n { // the first 400 in 20 wordings of 20, the others by themselves
		s.corpus.Labels = append(s.corpus.Labels, int32(i%2))
		same[i], units[i] = int32(i), int32(i)
		if i < 400 {
			units[i] = int32(n + i%20)
		}
	}
	s.divide(same, units)
	if s.copies != 400 || len(s.learn)+len(s.test.rows) != n || len(s.parts) != folds {
		t.Fatalf("%d copies, %d rows to learn, %d aside, %d parts", s.copies, len(s.learn), len(s.test.rows), len(s.parts))
	}
	held := map[int]int{}
	var weights [2]float64
	for k := range s.parts {
		p := &s.parts[k]
		learn, _ := s.rows(k)
		if !slices.IsSorted(p.rows) || len(p.rows) != len(p.weight) || len(p.rows) != len(p.known) || len(learn)+len(p.rows) != len(s.learn) {
			t.Fatalf("part %d: %+v, trained on %d", k, p, len(learn))
		}
		trained := map[int32]bool{}
		for _, i := range learn {
			trained[units[i]] = true
			if slices.Contains(p.rows, i) || slices.Contains(s.test.rows, i) {
				t.Fatalf("part %d: row %d is trained on", k, i)
			}
		}
		for j, i := range p.rows {
			if trained[units[i]] != p.known[j] {
				t.Errorf("part %d: row %d: known %v", k, i, p.known[j])
			}
			if !p.known[j] {
				held[i]++
			}
			if i >= 400 && p.weight[j] != 1 {
				t.Errorf("row %d weighs %v", i, p.weight[j])
			}
			if i < 400 && p.known[j] {
				weights[0] += p.weight[j]
			} else if i < 400 {
				weights[1] += p.weight[j]
			}
		}
	}
	for _, i := range s.learn {
		if held[i] != 1 {
			t.Errorf("row %d is held with its wording %d times", i, held[i])
		}
	}
	if math.Abs(weights[0]-weights[1]) > 1e-9 || weights[0] < 100 {
		t.Errorf("weights %v", weights)
	}
}

// Every part leaves rows of every class to be trained on, though a class has a single
// text or wording.
func TestHoldLeavesClasses(t *testing.T) {
	const n = 200
	s := &Search{corpus: &texts.Corpus{Classes: []string{"usual", "once", "one wording"}}}
	same, units := make([]int32, n), make([]int32, n)
	for i := range n {
		label, unit := int32(0), int32(i)
		switch {
		case i == 7:
			label = 1
		case i >= 190:
			label, unit = 2, int32(n)
		}
		s.corpus.Labels = append(s.corpus.Labels, label)
		same[i], units[i] = int32(i), unit
	}
	s.divide(same, units)
	for k := testPart; k < len(s.parts); k++ {
		learn, held := s.rows(k)
		classes := map[int32]bool{}
		for _, i := range learn {
			classes[s.corpus.Labels[i]] = true
		}
		if len(classes) != 3 || len(held) == 0 {
			t.Errorf("part %d of %d rows leaves the classes %v", k, len(held), classes)
		}
	}
}

// Rows of one unit count as one observation: the standard error is that between
// units, and an interval is as wide as theirs.
func TestSampleOfUnits(t *testing.T) {
	var each, copies sample
	for unit := range int32(50) {
		x := 0.0
		if unit%5 > 0 {
			x = 1
		}
		each.add(unit, x, 1)
		for range 10 {
			copies.add(unit, x, 1)
		}
	}
	m, e := each.mean()
	mm, ee := copies.mean()
	if m != 0.8 || mm != 0.8 || math.Abs(e-ee) > 1e-12 {
		t.Errorf("%v ± %v of units, %v ± %v of their rows", m, e, mm, ee)
	}
	a, b := each.interval(), copies.interval()
	if math.Abs(a.Low-b.Low) > 0.003 || math.Abs(a.High-b.High) > 0.003 || b.Rows != 500 {
		t.Errorf("%+v and %+v", a, b)
	}
}

package classify

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// golden is what testdata/golden.py wrote.
type golden struct {
	Cases []struct {
		Name                  string
		Labels                []int32
		Probabilities         [][]float64
		Accuracy, Loss        float64
		Confusion             [][]int
		Precision, Recall, F1 []float64
		Support               []int
		Macro, Weighted       [3]float64
		Reliability           [][2]float64 // mean probability, share that is right
		Wilson                [2]float64
	}
	McNemar [][3]float64 // texts that one alone answers right, the other alone; p
	Wilson  [][4]float64 // right, texts; low, high
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Cases) != 3 || len(g.McNemar) != 12 || len(g.Wilson) != 6 {
		t.Fatalf("%d cases, %d tests, %d intervals", len(g.Cases), len(g.McNemar), len(g.Wilson))
	}
	return g
}

// The figures are scikit-learn's, those of a class that is never predicted and
// of one without examples too.
func TestScikitLearn(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		e := Evaluate(fixed(c.Labels, make([]int, len(c.Labels)), c.Probabilities), 1)
		names := make([]string, len(c.Support))
		for k := range names {
			names[k] = string(rune('a' + k))
		}
		r, err := e.Report(names)
		if err != nil {
			t.Fatal(err)
		}
		if !near(e.Accuracy, c.Accuracy) || math.Abs(e.Loss-c.Loss) > 1e-6 { // of probabilities that were rounded
			t.Errorf("%s: accuracy %v, loss %v, want %v, %v", c.Name, e.Accuracy, e.Loss, c.Accuracy, c.Loss)
		}
		for k, s := range r.Classes {
			if s.Name != names[k] || !near(s.Precision, c.Precision[k]) || !near(s.Recall, c.Recall[k]) || !near(s.F1, c.F1[k]) || s.Examples != c.Support[k] {
				t.Errorf("%s, class %d: %+v, want precision %v, recall %v, F1 %v, %d examples", c.Name, k, s, c.Precision[k], c.Recall[k], c.F1[k], c.Support[k])
			}
			if !slices.Equal(r.Confusion[k], c.Confusion[k]) {
				t.Errorf("%s: row %d is %v, want %v", c.Name, k, r.Confusion[k], c.Confusion[k])
			}
		}
		for _, mean := range []struct {
			have Score
			want [3]float64
		}{{r.Macro, c.Macro}, {r.Weighted, c.Weighted}} {
			if !near(mean.have.Precision, mean.want[0]) || !near(mean.have.Recall, mean.want[1]) || !near(mean.have.F1, mean.want[2]) {
				t.Errorf("%s: mean %+v, want %v", c.Name, mean.have, mean.want)
			}
		}
		have := e.Reliability()
		if len(have) != len(c.Reliability) {
			t.Fatalf("%s: %d bins, want %d", c.Name, len(have), len(c.Reliability))
		}
		for i, b := range have {
			if !near(b.Probability, c.Reliability[i][0]) || !near(b.Accuracy, c.Reliability[i][1]) || b.Probability < b.Low || b.Probability > b.High {
				t.Errorf("%s: bin %+v, want %v", c.Name, b, c.Reliability[i])
			}
		}
		if at := e.AccuracyInterval(); !near(at.Low, c.Wilson[0]) || !near(at.High, c.Wilson[1]) {
			t.Errorf("%s: accuracy in %v, want %v", c.Name, at, c.Wilson)
		}
	}
}

func TestMcNemar(t *testing.T) {
	for _, want := range readGolden(t).McNemar {
		c := Comparison{OnlyFirst: int(want[0]), OnlySecond: int(want[1])}
		c.test()
		if math.Abs(c.P/want[2]-1) > 1e-11 {
			t.Errorf("%v against %v: p = %v, want %v", want[0], want[1], c.P, want[2])
		}
		if exact := c.Method == ExactBinomial; exact != (want[0]+want[1] < 25) {
			t.Errorf("%v against %v: %s", want[0], want[1], c.Method)
		}
		if c.Significant() != (want[2] < 0.05) {
			t.Errorf("%v against %v: significant: %v", want[0], want[1], c.Significant())
		}
	}
}

func TestWilson(t *testing.T) {
	for _, want := range readGolden(t).Wilson {
		if at := Wilson(int(want[0]), int(want[1])); !near(at.Low, want[2]) || !near(at.High, want[3]) {
			t.Errorf("%v of %v: %v, want %v", want[0], want[1], at, want[2:])
		}
	}
	if at := Wilson(0, 0); at != (Interval{0, 1}) {
		t.Errorf("of nothing: %v", at)
	}
}

package classify

import (
	"slices"
	"strings"
	"testing"
)

// What an evaluation was made from can be had from it.
func TestAnswersAreShown(t *testing.T) {
	labels := []int32{1, 0, 1}
	e := Evaluate(logits(labels, []float64{2, 1, -3}), 2)
	if !slices.Equal(e.Labels(), labels) || !slices.Equal(e.Predictions(), []int32{1, 1, 0}) || len(e.Lengths()) != 3 || e.Temperature() != 2 {
		t.Errorf("labels %v, predictions %v, lengths %v, temperature %v", e.Labels(), e.Predictions(), e.Lengths(), e.Temperature())
	}
	if p := e.Probabilities(0); !near(p[1], 1/(1+0.36787944117144233)) { // exp(-2/2)
		t.Errorf("probabilities %v", p)
	}
	if !e.Right(0) || e.Right(1) || e.Right(2) {
		t.Error("the first text alone is answered right")
	}
}

func TestWorst(t *testing.T) {
	p := [][]float64{{0.6, 0.4}, {0.9, 0.1}, {0.2, 0.8}, {0.6, 0.4}}
	e := Evaluate(fixed([]int32{1, 1, 1, 1}, make([]int, 4), p), 1)
	want := []Mistake{{1, 1, 0, 0.9}, {0, 1, 0, 0.6}, {3, 1, 0, 0.6}}
	for n := range 5 {
		if got := e.Worst(n); !slices.Equal(got, want[:min(n, 3)]) {
			t.Errorf("%d worst: %v", n, got)
		}
	}
	if len(e.Worst(-1)) != 0 {
		t.Error("of fewer than none there are some")
	}
}

func TestMostConfused(t *testing.T) {
	p := [][]float64{{0, 1, 0}, {0, 1, 0}, {0, 0, 1}, {1, 0, 0}, {0, 1, 0}}
	e := Evaluate(fixed([]int32{0, 0, 1, 2, 1}, make([]int, 5), p), 1)
	r, err := e.Report([]string{"a", "b", "c"})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.MostConfused(9); !slices.Equal(got, []Confused{{0, 1, 2}, {1, 2, 1}, {2, 0, 1}}) {
		t.Errorf("%v", got)
	}
	if got := r.MostConfused(1); len(got) != 1 || got[0].Texts != 2 {
		t.Errorf("%v", got)
	}
	if _, err := e.Report([]string{"a", "b"}); err == nil || !strings.Contains(err.Error(), "want two of 2 classes") {
		t.Errorf("two names for three classes: %v", err)
	}
}

func TestCompare(t *testing.T) {
	right, wrong := []float64{0.9, 0.1}, []float64{0.1, 0.9}
	labels := make([]int32, 4)
	first := Evaluate(fixed(labels, make([]int, 4), [][]float64{right, right, wrong, wrong}), 1)
	second := Evaluate(fixed(labels, make([]int, 4), [][]float64{right, wrong, right, wrong}), 1)
	c, err := Compare(first, second)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Comparison{4, 1, 1, 1, 1, ExactBinomial, 1, 1}); *c != want {
		t.Errorf("%+v, want %+v", *c, want)
	}
	shorter := Evaluate(fixed(labels[:3], make([]int, 3), [][]float64{right, right, right}), 1)
	if _, err := Compare(first, shorter); err == nil {
		t.Error("other texts are compared")
	}
}

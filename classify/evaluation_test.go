package classify

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// fixed are answers whose probabilities no temperature changes.
func fixed(labels []int32, lengths []int, p [][]float64) Answers {
	return Answers{Labels: labels, Lengths: lengths, Probabilities: func(i int, _ float64) []float64 { return p[i] }}
}

// logits are answers of two classes, each by the logit of the second.
func logits(labels []int32, x []float64) Answers {
	return Answers{Labels: labels, Lengths: make([]int, len(labels)), Probabilities: func(i int, temperature float64) []float64 {
		p := 1 / (1 + math.Exp(-x[i]/temperature))
		return []float64{1 - p, p}
	}}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

func TestEvaluate(t *testing.T) {
	e := Evaluate(fixed([]int32{0, 1, 1, 0}, []int{100, 101, 500, 1000},
		[][]float64{{0.9, 0.1}, {0.2, 0.8}, {0.6, 0.4}, {0.3, 0.7}}), 1)
	loss := -(math.Log(0.9) + math.Log(0.8) + math.Log(0.4) + math.Log(0.3)) / 4
	// Each confidence has a bin to itself: two are right, two wrong.
	calibration := (0.1 + 0.2 + 0.6 + 0.7) / 4
	if e.Examples != 4 || e.Accuracy != 0.5 || !near(e.Loss, loss) || !near(e.Calibration, calibration) {
		t.Errorf("%+v, want accuracy 0.5, loss %v, calibration error %v", e, loss, calibration)
	}
	want := []LengthBin{{100, 1, 1}, {200, 1, 1}, {400, 0, 0}, {800, 1, 0}, {0, 1, 0}}
	if !slices.Equal(e.ByLength, want) {
		t.Errorf("by length %v, want %v", e.ByLength, want)
	}
}

// Within a bin what is too sure makes up for what is not sure enough.
func TestCalibrationIsByBins(t *testing.T) {
	both := [][]float64{{0.9, 0.1}, {0.9, 0.1}}
	if e := Evaluate(fixed([]int32{0, 1}, []int{1, 1}, both), 1); !near(e.Calibration, math.Abs(1.8-1)/2) {
		t.Errorf("one of two right at 0.9: %v, want 0.4", e.Calibration)
	}
	sure := [][]float64{{1, 0}, {0, 1}}
	if e := Evaluate(fixed([]int32{0, 1}, []int{1, 1}, sure), 1); e.Calibration != 0 || e.Loss != 0 || e.Accuracy != 1 {
		t.Errorf("sure and right: %+v", e)
	}
	if e := Evaluate(fixed([]int32{1, 0}, []int{1, 1}, sure), 1); e.Calibration != 1 || math.IsInf(e.Loss, 0) || !(e.Loss > 600) || e.Accuracy != 0 {
		t.Errorf("sure and wrong: %+v", e)
	}
}

// The loss is that at temperature 1, the calibration error that at the
// temperature given, the accuracy that of both.
func TestEvaluateAtATemperature(t *testing.T) {
	answers := logits([]int32{1, 1, 0}, []float64{2, 2, -2})
	one := Evaluate(answers, 1)
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for _, temperature := range []float64{0.5, 1, 4} {
		want := 1 - sigmoid(2/temperature)
		for _, e := range []*Evaluation{Evaluate(answers, temperature), one.At(temperature)} {
			if e.Accuracy != 1 || e.Loss != one.Loss || !near(e.Calibration, want) {
				t.Errorf("at %v: %+v, want loss %v, calibration error %v", temperature, e, one.Loss, want)
			}
		}
	}
	if !near(one.Loss, -math.Log(sigmoid(2))) {
		t.Errorf("loss %v", one.Loss)
	}
}

// Texts that all have the logit 4, of which three of four are right, are best
// given as 3/4: sigmoid(4/T) = 3/4 at T = 4/log 3.
func TestFitTemperatureSolved(t *testing.T) {
	for _, c := range []struct {
		labels []int32
		logit  float64
		want   float64
	}{
		{[]int32{1, 1, 1, 0}, 4, 4 / math.Log(3)},
		{[]int32{1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, 4, 4 / math.Log(9)},
		{[]int32{1, 1, 1, 0}, 0.5, 0.5 / math.Log(3)},
		{[]int32{1, 1, 1, 1}, 0.5, 1.0 / 20}, // never sure enough
		{[]int32{0, 0, 1, 0}, 4, 20},         // and never unsure enough
	} {
		x := make([]float64, len(c.labels))
		for i := range x {
			x[i] = c.logit
		}
		e := Evaluate(logits(c.labels, x), 1)
		got := e.FitTemperature()
		if math.Abs(got/c.want-1) > 1e-6 {
			t.Errorf("%v: temperature %v, want %v", c.labels, got, c.want)
		}
	}
	// At that temperature the probabilities are as often right as they say.
	e := Evaluate(logits([]int32{1, 1, 1, 0}, []float64{4, 4, 4, 4}), 1)
	if at := e.At(e.FitTemperature()); !(at.Calibration < 1e-6) || !(e.Calibration > 0.2) {
		t.Errorf("calibration error %v, %v before", at.Calibration, e.Calibration)
	}
}

func TestBalanced(t *testing.T) {
	p := [][]float64{{0.8, 0.2, 0}, {0.7, 0.3, 0}, {0.6, 0.4, 0}, {0.9, 0.1, 0}, {0.1, 0.9, 0}}
	e := Evaluate(fixed([]int32{0, 0, 0, 1, 1}, make([]int, 5), p), 1)
	if !near(e.Accuracy, 4.0/5) || !near(e.Balanced(), (1+0.5)/2) { // the third class has no text
		t.Errorf("accuracy %v, balanced %v", e.Accuracy, e.Balanced())
	}
}

func TestMost(t *testing.T) {
	for want, p := range [][]float64{{0.5, 0.5}, {0.1, 0.45, 0.45}, {0, 0, 1}} {
		if got := Most(p); got != want {
			t.Errorf("%v: %d, want %d", p, got, want)
		}
	}
}

func TestOne(t *testing.T) {
	if p, err := One([]Prediction{{Label: "a"}}, nil); err != nil || p.Label != "a" {
		t.Errorf("%+v, %v", p, err)
	}
	failed := errors.New("failed")
	if _, err := One(nil, failed); !errors.Is(err, failed) {
		t.Error(err)
	}
}

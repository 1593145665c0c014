package train

import (
	"math"
	"testing"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		s           Schedule
		step, total int
		want        float64
	}{
		{Constant{}, 5, 0, 1},
		{WarmUp{Steps: 4}, 0, 0, 0.25},
		{WarmUp{Steps: 4}, 3, 0, 1},
		{WarmUp{Steps: 4}, 4, 0, 1},
		{WarmUp{Steps: 4, Then: Linear{}}, 4, 14, 1},
		{WarmUp{Steps: 4, Then: Linear{}}, 13, 14, 0.1},
		{WarmUp{Steps: 4, Then: Linear{}}, 9, 4, 0},
		{WarmUp{Steps: 0, Then: StepDecay{2, 0.5}}, 5, 0, 0.25},
		{Linear{}, 0, 10, 1},
		{Linear{}, 9, 10, 0.1},
		{Linear{}, 20, 10, 0},
		{Linear{}, 0, 0, math.NaN()},
		{Cosine{}, 0, 10, 1},
		{Cosine{}, 5, 10, 0.5},
		{Cosine{Floor: 0.2}, 10, 10, 0.2},
		{Cosine{}, 30, 10, 0},
		{Cosine{}, 0, 0, math.NaN()},
		{StepDecay{Every: 3, Gamma: 0.1}, 2, 0, 1},
		{StepDecay{Every: 3, Gamma: 0.1}, 6, 0, 0.01},
		{StepDecay{}, 6, 0, 1},
	} {
		got := c.s.Factor(c.step, c.total)
		if math.Abs(got-c.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("%s: step %d of %d: got %v, want %v", describe(c.s), c.step, c.total, got, c.want)
		}
	}
	a, b := describe(WarmUp{3, Cosine{0.5}}), describe(WarmUp{3, Cosine{0.25}})
	if a == b {
		t.Errorf("%s describes two schedules", a)
	}
}

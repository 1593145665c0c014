package linear

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestExpAndLogAgreeWithMath(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	relative := func(got, want float64) float64 { return math.Abs(got-want) / math.Abs(want) }
	for range 200_000 {
		x := 700 * math.Pow(2*rng.Float64()-1, 5)
		if d := relative(exp(x), math.Exp(x)); d > 4e-16 {
			t.Fatalf("exp(%v) is off by %v", x, d)
		}
		y := math.Exp(1400*rng.Float64() - 700)
		if d := math.Abs(log(y)-math.Log(y)) / max(1, math.Abs(math.Log(y))); d > 4e-16 {
			t.Fatalf("log(%v) is off by %v", y, d)
		}
		z := math.Pow(rng.Float64(), 8)
		if d := relative(log1p(z), math.Log1p(z)); z > 0 && d > 6e-16 {
			t.Fatalf("log1p(%v) is off by %v", z, d)
		}
	}
	for _, x := range []float64{0, -700, -700.1, math.Inf(-1)} {
		if got := exp(x); math.Abs(got-math.Exp(x)) > 1e-300 {
			t.Errorf("exp(%v) = %v", x, got)
		}
	}
	if log(1) != 0 || log1p(0) != 0 {
		t.Errorf("log(1) = %v, log1p(0) = %v", log(1), log1p(0))
	}
}

func TestLogisticAndItsDerivatives(t *testing.T) {
	for _, m := range []float64{-1000, -40, -3, -0.1, 0, 0.2, 2, 35, 1000} {
		loss, first, second := logistic(m)
		want := math.Log1p(math.Exp(-math.Abs(m))) + max(0, -m)
		if math.Abs(loss-want) > 1e-14*max(1, want) {
			t.Errorf("loss of margin %v is %v, want %v", m, loss, want)
		}
		const h = 1e-5
		up, _, _ := logistic(m + h)
		down, _, _ := logistic(m - h)
		if d := (up - down) / (2 * h); math.Abs(first-d) > 1e-6 {
			t.Errorf("derivative at %v is %v, differences give %v", m, first, d)
		}
		_, a, _ := logistic(m + h)
		_, b, _ := logistic(m - h)
		if d := (a - b) / (2 * h); math.Abs(second-d) > 1e-6 {
			t.Errorf("second derivative at %v is %v, differences give %v", m, second, d)
		}
		if s := sigmoid(m); math.Abs(s-1/(1+math.Exp(-m))) > 1e-15 {
			t.Errorf("sigmoid(%v) = %v", m, s)
		}
	}
}

package ops

import (
	"math"
	"math/rand/v2"
	"testing"
)

// near holds got to want within a relative error.
func near(t *testing.T, what string, x, got, want, tolerance float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s(%v) = %v, want %v", what, x, got, want)
	}
}

func TestExpLogLog1p(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		x := (2*rng.Float64() - 1) * 700
		near(t, "exp", x, exp(x), math.Exp(x), 2e-15)
		small := (2*rng.Float64() - 1) * 1e-3
		near(t, "exp", small, exp(small), math.Exp(small), 1e-15)
		positive := math.Exp(x)
		near(t, "log", positive, log(positive), math.Log(positive), 2e-15)
		unit := rng.Float64()
		near(t, "log1p", unit, log1p(unit), math.Log1p(unit), 2e-15)
		tiny := math.Exp(-math.Abs(x))
		near(t, "log1p", tiny, log1p(tiny), math.Log1p(tiny), 2e-15)
		about := 1 + small
		near(t, "log", about, log(about), math.Log(about), 1e-14)
	}
}

func TestExpAtItsEnds(t *testing.T) {
	for _, x := range []float64{0, math.Copysign(0, -1), 1, -1, 709.5, -708, -744, -746, -1e300, 1e300, math.Inf(1), math.Inf(-1)} {
		// Subnormal results have few bits.
		near(t, "exp", x, exp(x), math.Exp(x), 2e-15+5e-324/max(math.Exp(x), 5e-324))
	}
	if v := exp(nan); v == v {
		t.Errorf("exp(NaN) = %v", v)
	}
	if log(1) != 0 || log1p(0) != 0 || exp(0) != 1 {
		t.Errorf("log(1) = %v, log1p(0) = %v, exp(0) = %v", log(1), log1p(0), exp(0))
	}
}

// normalQuantile is the inverse of the normal distribution, and odd.
func TestNormalQuantile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		p := rng.Float64() / 2
		if rng.IntN(4) == 0 {
			p *= math.Exp(-30 * rng.Float64())
		}
		x := normalQuantile(p)
		near(t, "distribution of quantile", p, math.Erfc(-x/math.Sqrt2)/2, p, 1e-13)
		if p > 1e-3 && math.Abs(x+normalQuantile(1-p)) > 1e-12 {
			t.Errorf("quantiles of %v and %v are %v and %v", p, 1-p, x, normalQuantile(1-p))
		}
	}
	if normalQuantile(0.5) != 0 {
		t.Errorf("quantile of a half is %v", normalQuantile(0.5))
	}
}

package exact

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

var nan = math.NaN()

func TestExpLogLog1p(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		x := (2*rng.Float64() - 1) * 700
		near(t, "exp", x, Exp(x), math.Exp(x), 2e-15)
		small := (2*rng.Float64() - 1) * 1e-3
		near(t, "exp", small, Exp(small), math.Exp(small), 1e-15)
		positive := math.Exp(x)
		near(t, "log", positive, Log(positive), math.Log(positive), 2e-15)
		unit := rng.Float64()
		near(t, "log1p", unit, Log1p(unit), math.Log1p(unit), 2e-15)
		tiny := math.Exp(-math.Abs(x))
		near(t, "log1p", tiny, Log1p(tiny), math.Log1p(tiny), 2e-15)
		about := 1 + small
		near(t, "log", about, Log(about), math.Log(about), 1e-14)
	}
}

func TestExpAtItsEnds(t *testing.T) {
	for _, x := range []float64{0, math.Copysign(0, -1), 1, -1, 709.5, -708, -744, -746, -1e300, 1e300, math.Inf(1), math.Inf(-1)} {
		// Subnormal results have few bits.
		near(t, "exp", x, Exp(x), math.Exp(x), 2e-15+5e-324/max(math.Exp(x), 5e-324))
	}
	if v := Exp(nan); v == v {
		t.Errorf("exp(NaN) = %v", v)
	}
	if Log(1) != 0 || Log1p(0) != 0 || Exp(0) != 1 {
		t.Errorf("log(1) = %v, Log1p(0) = %v, Exp(0) = %v", Log(1), Log1p(0), Exp(0))
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
		x := NormalQuantile(p)
		near(t, "distribution of quantile", p, math.Erfc(-x/math.Sqrt2)/2, p, 1e-13)
		if p > 1e-3 && math.Abs(x+NormalQuantile(1-p)) > 1e-12 {
			t.Errorf("quantiles of %v and %v are %v and %v", p, 1-p, x, NormalQuantile(1-p))
		}
	}
	if NormalQuantile(0.5) != 0 {
		t.Errorf("quantile of a half is %v", NormalQuantile(0.5))
	}
}

func TestNormalQuantileIsTheInverse(t *testing.T) {
	for p := 1e-12; p < 1; p += 0.000937 {
		x := NormalQuantile(p)
		back := math.Erfc(-x/math.Sqrt2) / 2
		if math.Abs(back-p) > 1e-14*max(p, 0.01) {
			t.Errorf("NormalQuantile(%g) = %g, whose probability is %g", p, x, back)
		}
		if y := NormalQuantile(1 - p); p > 1e-6 && math.Abs(x+y) > 1e-9 {
			t.Errorf("quantile is not odd at %g: %g and %g", p, x, y)
		}
		if l := Log(p); math.Abs(l-math.Log(p)) > 4e-16*math.Abs(l) {
			t.Errorf("Log(%g) = %g, want %g", p, l, math.Log(p))
		}
	}
}

func TestHalfCosine(t *testing.T) {
	for i := range 1001 {
		x := float64(i) / 1000
		if got, want := HalfCosine(x), (1+math.Cos(math.Pi*x))/2; math.Abs(got-want) > 4e-16 {
			t.Errorf("%v: got %v, want %v", x, got, want)
		}
	}
}

func TestMinimise(t *testing.T) {
	for _, c := range [][3]float64{{-3, 5, 1.25}, {0, 1, 0.75}, {-2, -1, -1}, {4, 7, 4}} {
		low, high, want := c[0], c[1], c[2]
		got := Minimise(func(x float64) float64 { return math.Abs(x - want) }, low, high)
		if math.Abs(got-want) > 5e-9*(high-low) || got < low || got > high {
			t.Errorf("the least |x - %v| of %v to %v is at %v", want, low, high, got)
		}
	}
}

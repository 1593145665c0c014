package kernel

import (
	"flag"
	"math"
	"testing"
)

var exhaustive = flag.Bool("exhaustive", false, "try exp, sigmoid and tanh on every float32 (minutes)")

type function struct {
	name  string
	run   func(dst, src []float32)
	exact func(x float64) float64
	ulp   float64 // largest error allowed
}

var functions = []function{
	{"Exp", Exp, math.Exp, 1.04},
	{"Sigmoid", Sigmoid, func(x float64) float64 {
		if x < -30 {
			e := math.Exp(x)
			return e / (1 + e)
		}
		return 1 / (1 + math.Exp(-x))
	}, 2},
	{"Tanh", Tanh, math.Tanh, 2},
}

// floats yields blocks of float32, every stride-th of all bit patterns.
func floats(stride uint64) func(yield func([]float32) bool) {
	return func(yield func([]float32) bool) {
		block := make([]float32, 0, 1<<12)
		for b := uint64(0); b < 1<<32; b += stride {
			block = append(block, math.Float32frombits(uint32(b)))
			if len(block) == cap(block) {
				if !yield(block) {
					return
				}
				block = block[:0]
			}
		}
		yield(block)
	}
}

// stride returns the step of a sweep: an odd number, so that low bits vary.
func stride() uint64 {
	switch {
	case *exhaustive:
		return 1
	case testing.Short():
		return 65521
	}
	return 4093
}

// ulpOf returns the distance of float32 neighbours around x.
func ulpOf(x float64) float64 {
	_, e := math.Frexp(x)
	if x == 0 {
		e = -200
	}
	return math.Ldexp(1, max(e-24, -149))
}

func TestFunctionsAccuracy(t *testing.T) {
	for _, f := range functions {
		worst, at := 0.0, float32(0)
		check := func(x, y float32) {
			want := f.exact(float64(x))
			if want != want || y != y {
				if want == want || y == y {
					t.Fatalf("%s(%x) = %v, want %v", f.name, x, y, want)
				}
				return
			}
			if r := float32(want); math.IsInf(float64(r), 0) || math.IsInf(float64(y), 0) {
				if r != y {
					t.Fatalf("%s(%x) = %v, want %v", f.name, x, y, r)
				}
				return
			}
			if err := math.Abs(float64(y)-want) / ulpOf(want); err > worst {
				worst, at = err, x
			}
		}
		y := make([]float32, 1<<12)
		for x := range floats(stride()) {
			f.run(y[:len(x)], x)
			for i := range x {
				check(x[i], y[i])
			}
		}
		// The worst places of an exhaustive search, and where results end.
		edges := append([]float32{
			0x1.f40eacp+3, -0x1.69c008p-12, 0x1.090204p-1, -0x1.090204p-1, -0x1.0a79e2p+4, 0x1.008dc2p-3,
			0x1.62e42ep+6, 0x1.62e430p+6, -0x1.9fe368p+6, -0x1.9fe36ap+6, -0x1.5d589ep+6, 0x1.154246p+4,
		}, vectorSpecials...)
		f.run(y[:len(edges)], edges)
		for i, x := range edges {
			check(x, y[i])
		}
		if worst > f.ulp {
			t.Errorf("%s is wrong by %.4f ulp at %x", f.name, worst, at)
		}
		t.Logf("%s: at most %.4f ulp, at %x", f.name, worst, at)
	}
}

func TestFunctionsPaths(t *testing.T) {
	want, got := make([]float32, 1<<12), make([]float32, 1<<12)
	for x := range floats(4*stride() - 1) {
		for _, f := range functions {
			onPath(t, Portable, func() { f.run(want[:len(x)], x) })
			for _, p := range Available() {
				onPath(t, p, func() { f.run(got[:len(x)], x) })
				for i := range x {
					if !sameBits(got[i], want[i]) {
						t.Fatalf("%s(%x) on %s: %x, want %x", f.name, x[i], p, got[i], want[i])
					}
				}
			}
		}
	}
}

func TestFunctionsExactValues(t *testing.T) {
	inf, nan, zero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	y := make([]float32, 6)
	x := []float32{0, zero, inf, -inf, nan, -nan}
	Exp(y, x)
	wantFloats(t, "Exp", y, []float32{1, 1, inf, 0, nan, nan})
	Sigmoid(y, x)
	wantFloats(t, "Sigmoid", y, []float32{0.5, 0.5, 1, 0, nan, nan})
	Tanh(y, x)
	wantFloats(t, "Tanh", y, []float32{0, zero, 1, -1, nan, nan})
	tiny := []float32{0x1p-149, -0x1p-149, 0x1p-126, -0x1.fffffep-127, 0x1p-60, -0x1p-13}
	Tanh(y, tiny)
	wantFloats(t, "Tanh", y[:5], tiny[:5])
}

func TestTanhIsOdd(t *testing.T) {
	y, z := make([]float32, 1<<12), make([]float32, 1<<12)
	for x := range floats(65521) {
		Tanh(y[:len(x)], x)
		Scale(x, -1)
		Tanh(z[:len(x)], x)
		for i := range x {
			if !sameBits(y[i], -z[i]) {
				t.Fatalf("Tanh(%x) = %x, Tanh(%x) = %x", -x[i], y[i], x[i], z[i])
			}
		}
	}
}

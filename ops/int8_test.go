package ops

import (
	"math"
	"math/rand/v2"
	"testing"
)

// inBytes are the shapes with products of bytes.
func inBytes(shapes []encoderShape) (out []encoderShape) {
	for _, s := range shapes {
		s.bytes = true
		out = append(out, s)
	}
	return out
}

// An encoder of bytes is what its definition says. Where a number lies within float32's
// error of the middle between two bytes it may become the other one: rarely, and the
// vector of its text is then off by a share of one byte.
func TestInt8EncoderEqualsItsDefinition(t *testing.T) {
	texts, off := 0, 0
	for _, s := range inBytes(encoderShapes) {
		e := newEncoderRun(t, s, PoolMean, true)
		for name, lens := range encoderLengths(s) {
			e.set(t, lens)
			run(t, e.program)
			got, f := e.program.Output()
			want := pool64(s.states(subject{params: e.params}.wide(), e.texts, e.marks), PoolMean, true)
			for b := range lens {
				worst := 0.0
				for j := b * f; j < (b+1)*f; j++ {
					worst = max(worst, math.Abs(float64(got[j])-want[j]))
				}
				if texts++; worst > 1e-5 {
					off++
				}
				if !(worst < 0.02) {
					t.Errorf("%+v, %s: text %d is off by %v", s, name, b, worst)
				}
			}
		}
	}
	t.Logf("%d of %d texts met another byte", off, texts)
	if off*20 > texts {
		t.Errorf("%d of %d texts are not what the definition says", off, texts)
	}
}

// In the steady state nothing is allocated by the size of the batch.
func TestInt8Allocation(t *testing.T) {
	s := inBytes(encoderShapes)[2]
	e := newEncoderRun(t, s, PoolMean, true)
	cost := func(lens []int32) float64 {
		e.set(t, lens)
		run(t, e.program)
		return testing.AllocsPerRun(5, func() { run(t, e.program) })
	}
	large := ragged(rand.New(rand.NewPCG(5, 6)), 150, 40)
	cost(large)
	few, many := cost([]int32{3, 2}), cost(large)
	t.Logf("%.0f allocations for 5 tokens, %.0f for %d", few, many, total(large))
	if many > few+60 { // closures and goroutines of the blocks
		t.Errorf("%.0f allocations for 5 tokens, %.0f for %d", few, many, total(large))
	}
}

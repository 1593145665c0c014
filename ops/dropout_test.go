package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

// dropped applies dropout to ones, so that the result is the mask. lens is
// nil for dropout of each element by itself.
func dropped(t *testing.T, noise *Noise, name string, p float64, rows, cols int, lens []int32) []float32 {
	t.Helper()
	ones := NewParam("x", rows, cols)
	for i := range ones.Data() {
		ones.Write()[i] = 1
	}
	program := dropoutSubject(ones, noise, name, p, lens).build(t)
	run(t, program)
	mask, _ := program.Output()
	return mask
}

func dropoutSubject(x *Param, noise *Noise, name string, p float64, lens []int32) subject {
	return subject{params: []*Param{x}, node: func(g *Graph, n []*G.Node) (*G.Node, error) {
		if lens == nil {
			return Dropout(n[0], p, noise, name)
		}
		return LockedDropout(n[0], lengthsInput(g, lens), p, noise, name)
	}}
}

func TestDropout(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, lens := range someLengths() {
		for _, p := range []float64{0, 0.1, 0.5, 0.9} {
			for _, cols := range []int{1, 5, 16, 17} {
				for _, locked := range [][]int32{nil, lens} {
					t.Run(fmt.Sprint(name, " ", p, " ", cols, " ", locked != nil), func(t *testing.T) {
						noise := &Noise{Seed: 1, Step: 2}
						mask := dropped(t, noise, "d", p, total(lens), cols, locked)
						s := dropoutSubject(random(rng, "x", 1, total(lens), cols), noise, "d", p, locked)
						s.reference = func(x [][]float64) []float64 {
							y := slices.Clone(x[0])
							for i := range y {
								y[i] *= float64(mask[i])
							}
							return y
						}
						s.check(t)
					})
				}
			}
		}
	}
}

func TestDropoutKeepsTheMean(t *testing.T) {
	for _, p := range []float64{0, 0.1, 0.5, 0.8} {
		const rows, cols = 400, 50
		mask := dropped(t, &Noise{Seed: 3}, "d", p, rows, cols, nil)
		zeros := 0
		for _, m := range mask {
			switch m {
			case 0:
				zeros++
			case float32(1 / (1 - p)):
			default:
				t.Fatalf("p = %v: mask holds %v, want 0 or %v", p, m, 1/(1-p))
			}
		}
		got, sd := float64(zeros)/(rows*cols), math.Sqrt(p*(1-p)/(rows*cols))
		if math.Abs(got-p) > 4*sd {
			t.Errorf("p = %v: %v are dropped", p, got)
		}
	}
}

func TestLockedDropoutDrawsOneMaskForAText(t *testing.T) {
	lens := []int32{6, 4, 4, 1}
	const cols = 40
	mask := dropped(t, &Noise{Seed: 3}, "d", 0.5, total(lens), cols, lens)
	row := func(i int) []float32 { return mask[i*cols : (i+1)*cols] }
	rows := places(lens)
	for b, text := range rows {
		for _, at := range text {
			if !slices.Equal(row(at), row(text[0])) {
				t.Fatalf("text %d: masks differ between its tokens", b)
			}
		}
		if b > 0 && slices.Equal(row(text[0]), row(rows[0][0])) {
			t.Fatalf("texts 0 and %d share a mask", b)
		}
	}
}

// Masks depend on seed, step, name and place alone: not on what was drawn
// before, and not on how large the batch is.
func TestDropoutMasks(t *testing.T) {
	draw := func(seed, step uint64, name string, rows int) []float32 {
		return dropped(t, &Noise{Seed: seed, Step: step}, name, 0.5, rows, 10, nil)
	}
	first := draw(1, 1, "a", 300)
	if !slices.Equal(first, draw(1, 1, "a", 300)) {
		t.Error("equal seeds, steps and names draw different masks")
	}
	if !slices.Equal(first[:70], draw(1, 1, "a", 7)) {
		t.Error("the mask of a row depends on the rows after it")
	}
	for what, other := range map[string][]float32{
		"seed": draw(2, 1, "a", 300), "step": draw(1, 2, "a", 300), "name": draw(1, 1, "b", 300),
	} {
		equal := 0
		for i := range first {
			if first[i] == other[i] {
				equal++
			}
		}
		if equal < 1300 || equal > 1700 {
			t.Errorf("another %s: %d of 3000 elements are equal, want about half", what, equal)
		}
	}
	// Blocks of rows have streams of their own.
	if slices.Equal(first[:tokenBlock*10], first[tokenBlock*10:2*tokenBlock*10]) {
		t.Error("two blocks of rows share a mask")
	}
}

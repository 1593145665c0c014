package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSumSquares(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range lengths() {
		x := randomSlices(t, r, 1, n)[0]
		var s [8]float64
		for e, v := range x {
			s[e%8] += float64(float64(v) * float64(v))
		}
		want := ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
		for _, p := range Available() {
			onPath(t, p, func() {
				if got := SumSquares(x); got != want && (got == got || want == want) {
					t.Errorf("SumSquares of %d floats on %s: %v, want %v", n, p, got, want)
				}
			})
		}
	}
	if got := SumSquares([]float32{3, 4, math.MaxFloat32}); got != 25+math.MaxFloat32*math.MaxFloat32 {
		t.Errorf("SumSquares overflows: %v", got)
	}
}

func TestColumnSums(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, cols := range lengths() {
		for _, rows := range []int{0, 1, 2, 5} {
			dst := randomSlices(t, r, 1, cols)[0]
			src := randomSlices(t, r, 1, rows*cols)[0]
			want := slices.Clone(dst)
			for i, v := range src {
				want[i%cols] += v
			}
			for _, p := range Available() {
				got := cloneSlices(t, [][]float32{dst})
				onPath(t, p, func() { ColumnSums(got[0], src, rows, cols) })
				compareSlices(t, "ColumnSums on "+string(p), got, [][]float32{want})
			}
		}
	}
	if !panics(func() { ColumnSums(make([]float32, 3), make([]float32, 7), 2, 3) }) {
		t.Error("ColumnSums accepts 7 floats for 2 rows of 3")
	}
}

func TestRows(t *testing.T) {
	table := []float32{0, 1, 10, 11, 20, 21}
	dst := make([]float32, 8)
	GatherRows(dst, table, []int32{2, 0, 2, 1}, 2)
	wantFloats(t, "GatherRows", dst, []float32{20, 21, 0, 1, 20, 21, 10, 11})
	AddRows(table, []int32{1, 1, 2}, []float32{1, 2, 3, 4, 5, 6}, 2)
	wantFloats(t, "AddRows", table, []float32{0, 1, 14, 17, 25, 27})
	// In order: 1 is lost in 2^24, and only then taken away.
	one := []float32{1 << 24}
	AddRows(one, []int32{0, 0}, []float32{1, -1 << 24}, 1)
	wantFloats(t, "AddRows", one, []float32{0})
	GatherRows(nil, table, nil, 2)

	for name, f := range map[string]func(){
		"gather past the end":  func() { GatherRows(make([]float32, 2), table, []int32{3}, 2) },
		"gather before row 0":  func() { GatherRows(make([]float32, 2), table, []int32{-1}, 2) },
		"gather to too little": func() { GatherRows(make([]float32, 2), table, []int32{0, 1}, 2) },
		"add past the end":     func() { AddRows(table, []int32{3}, make([]float32, 2), 2) },
		"add too little":       func() { AddRows(table, []int32{0, 1}, make([]float32, 3), 2) },
	} {
		if !panics(f) {
			t.Errorf("%s: no panic", name)
		}
	}
}

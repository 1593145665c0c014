package ops

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

func TestPack(t *testing.T) {
	dst, lens := make([]int32, 10), []int32{9, 9, 9, 9}
	n, err := Pack(dst, lens, [][]int32{{1, 2, 3}, {4, 5}, {6}})
	if err != nil || n != 6 {
		t.Fatal(n, err)
	}
	if want := []int32{1, 4, 6, 2, 5, 3}; !slices.Equal(dst[:n], want) {
		t.Errorf("packed %v, want %v", dst[:n], want)
	}
	if want := []int32{3, 2, 1, 0}; !slices.Equal(lens, want) {
		t.Errorf("lengths %v, want %v", lens, want)
	}
}

func TestPackRefuses(t *testing.T) {
	for _, c := range []struct {
		texts   [][]int32
		message string
	}{
		{[][]int32{{1}, {2, 3}}, "text 1 has 2 tokens"},
		{[][]int32{{1}, {}}, "text 1 has 0 tokens"},
		{[][]int32{{1, 2, 3, 4, 5}}, "5 tokens of 1 texts, there is room for 4 of 2"},
		{[][]int32{{1}, {1}, {1}}, "3 tokens of 3 texts, there is room for 4 of 2"},
	} {
		dst, lens := []int32{7, 7, 7, 7}, []int32{8, 8}
		if _, err := Pack(dst, lens, c.texts); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%v: %v", c.texts, err)
		}
		if dst[0] != 7 || lens[0] != 8 {
			t.Errorf("%v: written to in spite of the error", c.texts)
		}
	}
}

// The layout that the ops read from lengths is the one that Pack writes.
func TestPackingAgreesWithPack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		lens := ragged(rng, 1+rng.IntN(20), 1+rng.IntN(30))
		texts := make([][]int32, len(lens))
		for b, n := range lens {
			for i := range n {
				texts[b] = append(texts[b], int32(b)<<16|i)
			}
		}
		n := total(lens)
		dst, vector := make([]int32, n), make([]int32, len(lens)+rng.IntN(3))
		if got, err := Pack(dst, vector, texts); err != nil || got != n {
			t.Fatal(got, err)
		}
		var p packing
		if err := p.read("test", tensor.New(tensor.WithShape(len(vector)), tensor.WithBacking(vector)), n); err != nil {
			t.Fatal(err)
		}
		if p.texts != len(lens) || p.tokens != n || p.steps != int(lens[0]) {
			t.Fatalf("%v: %d texts, %d tokens, %d steps", lens, p.texts, p.tokens, p.steps)
		}
		for b, rows := range places(lens) {
			for at, row := range rows {
				if p.offsets[at]+b != row || dst[row] != texts[b][at] || b >= p.alive(at) {
					t.Fatalf("%v: token %d of text %d is in row %d, %d alive", lens, at, b, p.offsets[at]+b, p.alive(at))
				}
			}
		}
		checkDeal(t, rng, &p)
	}
}

// checkDeal asks for a number of ranges that cover all texts once.
func checkDeal(t *testing.T, rng *rand.Rand, p *packing) {
	t.Helper()
	n := 1 + rng.IntN(8)
	bounds := p.deal(n, nil)
	if bounds[0] != 0 || bounds[len(bounds)-1] != p.texts || len(bounds) > n+1 {
		t.Fatalf("%v in %d ranges: bounds %v", p.lens, n, bounds)
	}
	for i := 1; i < len(bounds); i++ {
		if bounds[i] <= bounds[i-1] {
			t.Fatalf("%v in %d ranges: bounds %v", p.lens, n, bounds)
		}
		share := total(p.lens[bounds[i-1]:bounds[i]])
		if share > p.tokens/n+int(p.lens[0])+1 {
			t.Fatalf("%v in %d ranges: one has %d tokens of %d", p.lens, n, share, p.tokens)
		}
	}
}

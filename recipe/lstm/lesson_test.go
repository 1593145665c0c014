package lstm

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

// Every text is in one part, all parts are of one size, and what is left over is less
// than a text for each.
func TestDeal(t *testing.T) {
	for _, c := range []struct{ n, parts int }{{1, 1}, {6, 1}, {6, 3}, {50, 7}, {7, 7}} {
		parts := deal(100, c.n, c.parts, 1)
		var all []int
		for _, p := range parts {
			if len(p) != c.n/c.parts {
				t.Errorf("%v: a part of %d", c, len(p))
			}
			all = append(all, p...)
		}
		slices.Sort(all)
		if len(parts) != c.parts || len(slices.Compact(all)) != c.n/c.parts*c.parts || all[0] < 100 || all[len(all)-1] >= 100+c.n {
			t.Errorf("%v: %v", c, parts)
		}
	}
	if slices.Equal(deal(0, 50, 2, 1)[0], deal(0, 50, 2, 2)[0]) {
		t.Error("two seeds deal alike")
	}
}

// A label is that of the mean of the two logits, for the texts of the epoch alone.
func TestJoin(t *testing.T) {
	l := &lesson{first: 2, parts: [][]int{{2, 4}, {3, 5}}, logits: []float64{1, -2, 3, 4}, targets: []float32{0.1, 0.2, 0.3, 0.4}}
	all := [][]int32{{0}, {1}, {2}, {3}, {4}, {5}}
	answer := func(_ context.Context, texts [][]int32) ([][]float32, error) {
		out := make([][]float32, len(texts))
		for i, text := range texts {
			out[i] = []float32{float32(text[0])}
		}
		return out, nil
	}
	if err := l.join(context.Background(), 1, all, answer); err != nil {
		t.Fatal(err)
	}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for i, want := range []float64{0.1, sigmoid((-2 + 3) / 2.), 0.3, sigmoid((4 + 5) / 2.)} {
		if math.Abs(float64(l.targets[i])-want) > 1e-6 {
			t.Errorf("target %d is %v, want %v", i, l.targets[i], want)
		}
	}
	if l.target(0, 1) != 1 || l.target(1, 0) != 0 || l.target(5, 0) != l.targets[3] {
		t.Error("targets of labelled texts are not their labels")
	}
	failed := errors.New("no answer")
	before := slices.Clone(l.targets)
	err := l.join(context.Background(), 0, all, func(context.Context, [][]int32) ([][]float32, error) { return nil, failed })
	if !errors.Is(err, failed) || !slices.Equal(before, l.targets) {
		t.Errorf("%v, targets %v", err, l.targets)
	}
}

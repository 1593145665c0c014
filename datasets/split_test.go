package datasets

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// isPermutation reports whether the parts hold each of 0..n-1 once.
func isPermutation(n int, parts ...[]int) bool {
	all := slices.Sorted(slices.Values(slices.Concat(parts...)))
	for i, x := range all {
		if i != x {
			return false
		}
	}
	return len(all) == n
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		n        int
		fraction float64
		want     int
	}{
		{25000, 0.1, 2500}, {10, 0.25, 3}, {10, 0, 0}, {10, 1, 10}, {10, 0.001, 1}, {10, 0.999, 9},
		{1, 0.5, 0}, {0, 0.5, 0}, {-3, 0.5, 0}, {10, -1, 0}, {10, 2, 10}, {10, math.NaN(), 0}, {2, 0.9, 1},
	} {
		train, validation := Split(c.n, c.fraction, 1)
		if len(validation) != c.want || !isPermutation(max(c.n, 0), train, validation) {
			t.Errorf("Split(%d, %g): %d in validation, want %d", c.n, c.fraction, len(validation), c.want)
		}
		if !slices.IsSorted(train) || !slices.IsSorted(validation) {
			t.Errorf("Split(%d, %g) is not ascending", c.n, c.fraction)
		}
	}
	_, a := Split(1000, 0.1, 1)
	_, b := Split(1000, 0.1, 1)
	_, c := Split(1000, 0.1, 2)
	if !slices.Equal(a, b) {
		t.Error("the same seed split differently")
	}
	if slices.Equal(a, c) {
		t.Error("another seed split alike")
	}
	// Written down, so that no later change shifts the splits of old runs.
	if _, v := Split(20, 0.2, 7); fmt.Sprint(v) != "[0 1 14 16]" {
		t.Errorf("Split(20, 0.2, 7) = %v", v)
	}
}

func TestSplitStratified(t *testing.T) {
	labels := make([]int, 1000)
	for i := range labels {
		if i%10 == 0 {
			labels[i] = 5
		} else if i%97 == 0 {
			labels[i] = -1
		}
	}
	count := func(of []int) map[int]int {
		m := map[int]int{}
		for _, i := range of {
			m[labels[i]]++
		}
		return m
	}
	train, validation := SplitStratified(labels, 0.2, 3)
	if !isPermutation(len(labels), train, validation) || !slices.IsSorted(train) || !slices.IsSorted(validation) {
		t.Fatal("not a split")
	}
	if got := fmt.Sprint(count(validation)); got != "map[-1:2 0:178 5:20]" {
		t.Errorf("validation has %s", got)
	}
}

func TestBatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		lengths := make([]int, rng.IntN(500))
		for i := range lengths {
			lengths[i] = rng.IntN(30)
		}
		cfg := BatchConfig{Size: 1 + rng.IntN(40), Window: rng.IntN(300), Seed: rng.Uint64(), Epoch: rng.IntN(5), Shuffle: rng.IntN(4) > 0}
		batches := Batches(lengths, cfg)
		if !isPermutation(len(lengths), batches...) {
			t.Fatalf("%+v: not every index once", cfg)
		}
		short := 0
		for _, b := range batches {
			if len(b) != cfg.Size {
				short++
			}
			if !slices.IsSortedFunc(b, func(x, y int) int {
				if lengths[x] != lengths[y] {
					return lengths[y] - lengths[x]
				}
				return x - y
			}) {
				t.Fatalf("%+v: batch %v is not longest first", cfg, b)
			}
		}
		if want := min(1, len(lengths)%cfg.Size); short != want {
			t.Fatalf("%+v, %d examples: %d short batches", cfg, len(lengths), short)
		}
		if !slices.EqualFunc(batches, Batches(lengths, cfg), slices.Equal) {
			t.Fatalf("%+v: different the second time", cfg)
		}
	}
}

func TestBatchesShuffle(t *testing.T) {
	lengths := make([]int, 10000)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range lengths {
		lengths[i] = 1 + int(200*rng.ExpFloat64())
	}
	cfg := BatchConfig{Size: 64, Shuffle: true}
	first := Batches(lengths, cfg)
	cfg.Epoch = 1
	second := Batches(lengths, cfg)
	if slices.EqualFunc(first, second, slices.Equal) {
		t.Error("two epochs are alike")
	}
	// Of like length: the longest of a batch is near the mean, where batches
	// at random would be five times apart.
	var longest, sum, rising int
	for i, b := range first {
		longest += lengths[b[0]] * len(b)
		for _, j := range b {
			sum += lengths[j]
		}
		if i > 0 && lengths[b[0]] < lengths[first[i-1][0]] {
			rising++
		}
	}
	if ratio := float64(longest) / float64(sum); ratio > 1.1 {
		t.Errorf("padding would take %.2f times the tokens", ratio)
	}
	if n := len(first); rising < n/3 || rising > 2*n/3 {
		t.Errorf("%d of %d batches are shorter than the one before: not shuffled", rising, n)
	}
	if got := fmt.Sprint(Batches([]int{3, 1, 4, 1, 5, 9, 2, 6}, BatchConfig{Size: 3, Seed: 1, Shuffle: true})); got != "[[1 3] [5 7 4] [2 0 6]]" {
		t.Errorf("the shuffle of seed 1 became %s", got)
	}
}

func TestLine(t *testing.T) {
	l := Line{Slope: 3, Intercept: 2}
	x, y := make([]float32, 100000), make([]float32, 100000)
	l.Batch(1, 0, x, y)
	var mean, square float64
	for i := range x {
		if y[i] != float32(3*x[i])+2 {
			t.Fatalf("y(%g) = %g", x[i], y[i])
		}
		mean += float64(x[i])
		square += float64(x[i]) * float64(x[i])
	}
	mean, square = mean/float64(len(x)), square/float64(len(x))
	if math.Abs(mean) > 0.015 || math.Abs(square-1) > 0.02 {
		t.Errorf("mean %g, mean square %g", mean, square)
	}
	a, b := make([]float32, 4), make([]float32, 4)
	l.Batch(1, 5, a, y[:4])
	l.Batch(1, 5, b, y[:4])
	if !slices.Equal(a, b) {
		t.Error("one step drew two batches")
	}
	l.Batch(1, 6, b, y[:4])
	if slices.Equal(a, b) {
		t.Error("two steps drew one batch")
	}
	if got := fmt.Sprint(a); got != "[-1.1757175 -0.24868765 1.5700036 0.63377845]" {
		t.Errorf("step 5 of seed 1 drew %s", got)
	}
}

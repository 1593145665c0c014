package ops

import (
	"math"
	"slices"
	"testing"
)

// moments returns mean, standard deviation, least and largest of the numbers.
func moments(x []float32) (mean, std, low, high float64) {
	var sum, squares float64
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		sum += float64(v)
		squares += float64(v) * float64(v)
		low, high = min(low, float64(v)), max(high, float64(v))
	}
	mean = sum / float64(len(x))
	return mean, math.Sqrt(squares/float64(len(x)) - mean*mean), low, high
}

func TestUniform(t *testing.T) {
	const n, bound = 100_000, 0.25
	p := NewParam("w", n)
	p.Uniform(1, bound)
	mean, std, low, high := moments(p.Data())
	if want := bound / math.Sqrt(3); math.Abs(std-want) > 0.005*want || math.Abs(mean) > 4*want/math.Sqrt(n) {
		t.Errorf("mean %v, standard deviation %v, want 0 and %v", mean, std, want)
	}
	if low < -bound || high > bound || low > -0.999*bound || high < 0.999*bound {
		t.Errorf("from %v to %v, want to fill ±%v", low, high, bound)
	}
}

func TestNormal(t *testing.T) {
	const n, want = 100_000, 2.0
	p := NewParam("w", n)
	p.Normal(1, want)
	mean, std, low, high := moments(p.Data())
	if math.Abs(std-want) > 0.01*want || math.Abs(mean) > 4*want/math.Sqrt(n) {
		t.Errorf("mean %v, standard deviation %v, want 0 and %v", mean, std, want)
	}
	// The extremes of 100,000 lie between 3.7 and 5.5 standard deviations.
	if low > -3.7*want || high < 3.7*want || low < -5.5*want || high > 5.5*want {
		t.Errorf("from %v to %v", low, high)
	}
	within := 0
	for _, v := range p.Data() {
		if math.Abs(float64(v)) < want {
			within++
		}
	}
	if share := float64(within) / n; math.Abs(share-0.6827) > 0.006 {
		t.Errorf("%v lie within one standard deviation, want 0.6827", share)
	}
}

// Weights depend on the seed and their own name, not on what was drawn before.
func TestWeightsDependOnSeedAndName(t *testing.T) {
	draw := func(seed uint64, name string) []float32 {
		p := NewParam(name, 50)
		p.Normal(seed, 1)
		return p.Data()
	}
	first := draw(1, "a")
	if !slices.Equal(first, draw(1, "a")) {
		t.Error("equal seeds and names draw different weights")
	}
	if slices.Equal(first, draw(2, "a")) || slices.Equal(first, draw(1, "b")) {
		t.Error("another seed or name draws the same weights")
	}
}

// Streams are part of what a seed means: their numbers never change.
func TestStreamsAreForEver(t *testing.T) {
	for _, c := range []struct {
		seed    uint64
		purpose string
		step    uint64
		want    uint64
	}{
		{0, "", 0, 0x5156aec94cd09ede}, {1, "init fc.weight", 0, 0xd9ad8d51193e720d}, {1, "dropout embedding", 7, 0x30a14077140f601b},
	} {
		if got := Stream(c.seed, c.purpose, c.step).Uint64(); got != c.want {
			t.Errorf("first number of stream %d %q %d is %#x, want %#x", c.seed, c.purpose, c.step, got, c.want)
		}
	}
}

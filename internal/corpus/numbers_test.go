package corpus

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestCachedNumbers(t *testing.T) {
	dir := t.TempDir()
	want := []float64{0, math.Copysign(0, -1), 1.5, -math.Pi, math.MaxFloat64, math.SmallestNonzeroFloat64}
	built := 0
	ask := func(key string, numbers []float64) (hit bool) {
		t.Helper()
		got, hit, err := CachedNumbers(dir, key, len(numbers), func() ([]float64, error) { built++; return numbers, nil })
		if err != nil || !slices.EqualFunc(got, numbers, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
			t.Fatalf("%v, %v, want %v", got, err, numbers)
		}
		return hit
	}
	if ask("k", want) || !ask("k", want) || ask("other", want) || ask("none", nil) || !ask("none", nil) || built != 3 {
		t.Errorf("built %d times, want 3: once for each key", built)
	}
	if ask("k", want[:5]) || ask("k", want) || !ask("k", want) {
		t.Error("another count of numbers served")
	}
	path := filepath.Join(dir, "k.numbers")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		flipped := bytes.Clone(data)
		flipped[n] ^= 1
		for _, damaged := range [][]byte{data[:n], flipped, append(bytes.Clone(data), 0)} {
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			if ask("k", want) {
				t.Fatalf("a file damaged at byte %d served", n)
			}
		}
	}
	broken := errors.New("broken")
	if _, _, err := CachedNumbers(dir, "new", 1, func() ([]float64, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

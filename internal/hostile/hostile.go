// Package hostile breaks files for the tests of their readers, and measures
// what a reader allocates for them. Nothing but tests imports it.
package hostile

import (
	"bytes"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"testing"
)

// Allocated returns the bytes of heap that this process has allocated since it
// began, freed or not.
func Allocated() uint64 {
	// Unlike runtime/metrics this counts small objects at once, not when a
	// processor's cache of them is full.
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// Bounded runs f and fails the test where it allocates more than base bytes
// and factor bytes for each of the input's. Other goroutines count too, so
// tests that use it do not run in parallel.
func Bounded(t testing.TB, input int, base, factor uint64, f func()) {
	t.Helper()
	before := Allocated()
	f()
	if got, most := Allocated()-before, base+factor*uint64(input); got > most {
		t.Fatalf("%d bytes allocated for an input of %d bytes, want at most %d", got, input, most)
	}
}

// Cuts yields data cut off at each of its bytes, the empty one included, with
// words for what was done. What it yields is valid until the next.
func Cuts(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for n := range data {
			if !yield(fmt.Sprintf("cut off after %d of %d bytes", n, len(data)), data[:n:n]) {
				return
			}
		}
	}
}

// Flips yields data with one bit flipped, n times at random, or each bit once
// where there are no more than n. What it yields is valid until the next.
func Flips(data []byte, n int, seed uint64) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		rng := rand.New(rand.NewPCG(seed, 1))
		bits := 8 * len(data)
		b := bytes.Clone(data)
		for i := range min(n, bits) {
			bit := i
			if bits > n {
				bit = rng.IntN(bits)
			}
			b[bit/8] ^= 1 << (bit % 8)
			if !yield(fmt.Sprintf("bit %d of byte %d of %d flipped", bit%8, bit/8, len(data)), b) {
				return
			}
			b[bit/8] ^= 1 << (bit % 8)
		}
	}
}

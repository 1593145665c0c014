package kernel

import (
	"math"
	"testing"
)

// Elements are dropped as often as the limit says, whichever bits of number or key
// differ, and neighbours independently.
func TestDropRates(t *testing.T) {
	const n = 1 << 16
	ones, kept := make([]float32, n), make([]float32, n)
	for i := range ones {
		ones[i] = 1
	}
	for _, p := range []float64{0, 0.1, 0.5, 0.9} {
		for _, key := range []uint64{0, 1, 2, 1 << 32, 1 << 63, 0x123456789abcdef0} {
			d := Drop{Key: key, Limit: uint32(p * (1 << 32)), Scale: 2}
			for _, sub := range []Drop{d, d.Sub(0), d.Sub(1)} {
				sub.Apply(kept, ones, uint32(key)*977)
				dropped, pairs, far := 0, 0, 0
				for i, v := range kept {
					if v != 0 && v != 2 {
						t.Fatalf("an element is %v", v)
					}
					if v == 0 {
						dropped++
						if kept[(i+1)%n] == 0 {
							pairs++
						}
						if kept[(i+16)%n] == 0 {
							far++
						}
					}
				}
				for what, c := range map[string]struct {
					count int
					p     float64
				}{"elements": {dropped, p}, "neighbours": {pairs, p * p}, "rows": {far, p * p}} {
					if off := math.Abs(float64(c.count) - n*c.p); off > 6*math.Sqrt(n*c.p*(1-c.p))+1 {
						t.Errorf("key %x, p %v: %d %s of %d are dropped", key, p, c.count, what, n)
					}
				}
			}
		}
	}
}

func TestDropSubsDiffer(t *testing.T) {
	d := Drop{Key: 5}
	seen := map[uint64]bool{}
	for i := range uint32(1 << 12) {
		seen[d.Sub(i).Key] = true
	}
	if len(seen) != 1<<12 {
		t.Errorf("%d keys of %d", len(seen), 1<<12)
	}
}

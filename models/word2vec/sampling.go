package word2vec

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// keeps returns for each word the probability, times 2^32, that an occurrence
// is kept: sqrt(t/f) + t/f, at most 1. Square roots are the same everywhere.
func keeps(counts []int, sample float64) []uint64 {
	total := 0
	for _, n := range counts {
		total += n
	}
	keep := make([]uint64, len(counts))
	for w, n := range counts {
		p := 1.0
		if sample > 0 && n > 0 {
			r := sample * float64(total) / float64(n)
			p = min(1, math.Sqrt(r)+r)
		}
		keep[w] = uint64(p * (1 << 32))
	}
	return keep
}

// drawer draws words with probability proportional to count^0.75 in constant
// time: Walker's alias method with integer thresholds (Vose 1991).
type drawer struct {
	threshold []uint32 // of 2^32: below it the word itself, else its alias
	alias     []int32
}

func newDrawer(counts []int) *drawer {
	n := len(counts)
	share := make([]float64, n)
	sum := 0.0
	for w, c := range counts {
		// x^0.75 by square roots: math.Pow differs between processors.
		root := math.Sqrt(float64(c))
		share[w] = float64(root * math.Sqrt(root)) // not fused with the sum
		sum += share[w]
	}
	d := &drawer{threshold: make([]uint32, n), alias: make([]int32, n)}
	var small, large []int32
	for w := range share {
		share[w] = share[w] / sum * float64(n)
		d.alias[w] = int32(w)
		if share[w] < 1 {
			small = append(small, int32(w))
		} else {
			large = append(large, int32(w))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		d.threshold[s], d.alias[s] = uint32(share[s]*(1<<32)), l
		if share[l] -= 1 - share[s]; share[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	return d // the rest have shares of 1 but for rounding: their alias is themselves
}

// draw takes one number of the stream.
func (d *drawer) draw(rng *rand.Rand) int32 {
	hi, lo := bits.Mul64(rng.Uint64(), uint64(len(d.alias)))
	if uint32(lo>>32) < d.threshold[hi] {
		return int32(hi)
	}
	return d.alias[hi]
}

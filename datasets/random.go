package datasets

import (
	"hash/fnv"
	"math/rand/v2"
)

// stream returns the random stream for one purpose at one step, so that no
// choice made for one purpose shifts those made for another.
func stream(seed uint64, purpose string, step uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(mix(seed^mix(h.Sum64())), mix(seed+0x9e3779b97f4a7c15*(step+1))))
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

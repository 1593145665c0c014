package ops

import "math/rand/v2"

// Uniform fills p with draws from the uniform distribution on (-bound,
// bound), from the stream of (seed, p.Name).
func (p *Param) Uniform(seed uint64, bound float64) {
	rng := Stream(seed, "init "+p.Name, 0)
	data := p.Data()
	for i := range data {
		data[i] = float32((2*unit(rng) - 1) * bound)
	}
}

// Normal fills p with draws from the normal distribution of mean 0 and the
// given standard deviation, from the stream of (seed, p.Name).
func (p *Param) Normal(seed uint64, std float64) {
	rng := Stream(seed, "init "+p.Name, 0)
	data := p.Data()
	for i := range data {
		data[i] = float32(normalQuantile(unit(rng)) * std)
	}
}

// unit returns a number strictly between 0 and 1: an odd multiple of 2^-53.
func unit(rng *rand.Rand) float64 { return float64(rng.Uint64()>>12<<1|1) * 0x1p-53 }

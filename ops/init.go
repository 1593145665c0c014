package ops

import "github.com/gorgonia-zoo/zoo/internal/exact"

// Uniform fills p with draws from the uniform distribution on (-bound,
// bound), from the stream of (seed, p.Name).
func (p *Param) Uniform(seed uint64, bound float64) {
	rng := Stream(seed, "init "+p.Name, 0)
	data := p.Write()
	for i := range data {
		data[i] = float32((2*exact.Unit(rng) - 1) * bound)
	}
}

// Normal fills p with draws from the normal distribution of mean 0 and the
// given standard deviation, from the stream of (seed, p.Name).
func (p *Param) Normal(seed uint64, std float64) {
	rng := Stream(seed, "init "+p.Name, 0)
	data := p.Write()
	for i := range data {
		data[i] = float32(exact.Normal(rng) * std)
	}
}

package datasets

import (
	"math/rand/v2"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Line draws points of y = Slope*x + Intercept with x from the standard
// normal distribution: the smallest data set of the zoo.
type Line struct {
	Slope, Intercept float32
}

// Batch fills x and y, of equal length, with the points of one training step.
// They depend on seed and step alone, so that a run resumed at a step draws
// what the undisturbed run would have drawn there.
func (l Line) Batch(seed, step uint64, x, y []float32) {
	l.Draw(exact.Stream(seed, "datasets.line", step), x, y)
}

// Draw fills x and y, of equal length, with the next points from rng.
func (l Line) Draw(rng *rand.Rand, x, y []float32) {
	for i := range x {
		x[i] = float32(exact.Normal(rng))
		y[i] = l.At(x[i])
	}
}

// At returns the line's value at x.
func (l Line) At(x float32) float32 {
	return float32(l.Slope*x) + l.Intercept // the conversion keeps the compiler from fusing
}

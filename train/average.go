package train

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// AverageKind says how weights are averaged over training.
type AverageKind int

// The kinds of averages, defined as by PyTorch's torch.optim.swa_utils.
const (
	NoAverage AverageKind = iota
	// UniformAverage is the mean of the weights at the moments of averaging:
	// avg += (p - avg) / (n + 1) (Izmailov and others 2018, arXiv:1803.05407).
	UniformAverage
	// ExponentialAverage follows the weights: avg += (1 - Decay) * (p - avg).
	ExponentialAverage
)

// Average asks for an average of the weights. Evaluations see the average, and
// Fit leaves it in the parameters at the end; training itself goes on with the
// raw weights. The first moment of averaging copies the weights.
//
// Averaging reads all weights each time, untouched rows of an embedding too.
type Average struct {
	Kind  AverageKind
	Decay float64 // of the exponential average; 0: 0.999
	After int     // steps before averaging begins
	Every int     // steps from one moment to the next; 0: each step if exponential, each epoch's end if uniform
}

func (a Average) check() error {
	switch {
	case a.Kind < NoAverage || a.Kind > ExponentialAverage:
		return fmt.Errorf("train: Average.Kind %d is unknown", a.Kind)
	case !(a.Decay >= 0 && a.Decay < 1):
		return fmt.Errorf("train: Average.Decay %v, want 0 <= decay < 1", a.Decay)
	case a.After < 0 || a.Every < 0:
		return fmt.Errorf("train: Average.After %d and Every %d cannot be negative", a.After, a.Every)
	}
	return nil
}

// due reports whether the weights after the given step enter the average.
func (a Average) due(step int, epochEnd bool) bool {
	switch {
	case a.Kind == NoAverage || step <= a.After:
		return false
	case a.Every > 0:
		return (step-a.After)%a.Every == 0
	}
	return a.Kind == ExponentialAverage || epochEnd
}

// weight returns the share that the newest weights have after n moments.
func (a Average) weight(n int) float32 {
	switch {
	case n == 0:
		return 1
	case a.Kind == UniformAverage:
		return 1 / float32(n+1)
	case a.Decay == 0:
		return 1 - 0.999
	}
	return float32(1 - a.Decay)
}

// mix moves avg towards p: avg += w * (p - avg), exactly p where w is 1.
func mix(avg, p []float32, w float32) {
	if w == 1 {
		copy(avg, p)
		return
	}
	inChunks(len(p), func(lo, hi int) {
		a, p := avg[lo:hi], p[lo:hi]
		for i := range a {
			a[i] += float32(w * (p[i] - a[i]))
		}
	})
}

// swap exchanges two weights.
func swap(a, b []float32) {
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}

// chunk is the number of neighbouring elements that one goroutine takes. Sums
// over elements are taken per chunk and added in order, so it must not depend
// on the machine.
const chunk = 1 << 14

// inChunks calls f for the ranges of at most chunk elements in 0..n-1.
func inChunks(n int, f func(lo, hi int)) {
	if n <= chunk {
		f(0, n)
		return
	}
	kernel.Parallel((n+chunk-1)/chunk, func(i int) { f(i*chunk, min((i+1)*chunk, n)) })
}

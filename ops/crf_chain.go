package ops

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	G "gorgonia.org/gorgonia"
)

// crfChain is what the ops of a linear-chain CRF share: the weights as factors and the
// forward pass. Sums run in float64 over tags ascending; each step is divided by its
// sum, whose logarithms make log Z, so that no length of sentence overflows.
type crfChain struct {
	k     int
	rules CRFRules
	packing
	scores     []float32 // [N, K] of the batch
	transition []float64 // [K, K]
	start, end []float64 // [K]
	weight     []float64 // [K, K] exp(transition - shift); 0 where the rules forbid
	first      []float64 // [K] exp(start - its largest); 0 where the rules forbid
	last       []float64 // [K] exp(end - its largest)
	shift      float64   // the largest transition that is allowed
	startShift float64
	endShift   float64
	factor     []float64 // [N, K] exp(score - the word's largest)
	alpha      []float64 // [N, K] the forward pass, each row divided by its sum
	work       []float64 // three rows of K for each goroutine
	errs       []error   // [B]
}

func newCRFChain(scores, lengths *G.Node, w CRFWeights, rules CRFRules) (crfChain, error) {
	if err := matrixNode("crf", scores); err != nil {
		return crfChain{}, err
	}
	if err := intsNode("crf", "lengths", lengths); err != nil {
		return crfChain{}, err
	}
	k := scores.Shape()[1]
	if err := w.check(k); err != nil {
		return crfChain{}, err
	}
	if err := rules.check(k); err != nil {
		return crfChain{}, err
	}
	return crfChain{k: k, rules: CRFRules{slices.Clone(rules.Next), slices.Clone(rules.First)}}, nil
}

// begin takes a batch: scores, lengths, and the weights in the order of CRFWeights.
func (c *crfChain) begin(scores, lengths G.Value, weights []G.Value) error {
	data, rows, cols, err := floats("crf", scores)
	if err != nil {
		return err
	}
	if cols != c.k {
		return fmt.Errorf("ops: crf: scores [%d %d], want %d columns", rows, cols, c.k)
	}
	if err := c.read("crf", lengths, rows); err != nil {
		return err
	}
	c.scores = data
	k := c.k
	for i, to := range []*[]float64{&c.transition, &c.start, &c.end} {
		w, _, _, err := floats("crf", weights[i])
		if err != nil {
			return err
		}
		*to = grow(*to, len(w), 0)
		for e, v := range w {
			(*to)[e] = float64(v)
		}
	}
	c.weight, c.first, c.last = grow(c.weight, k*k, 0), grow(c.first, k, 0), grow(c.last, k, 0)
	c.shift = factors(c.weight, c.transition, c.rules.Next)
	c.startShift = factors(c.first, c.start, c.rules.First)
	c.endShift = factors(c.last, c.end, nil)
	c.factor, c.alpha = grow(c.factor, rows*k, 0), grow(c.alpha, rows*k, 0)
	c.work, c.errs = grow(c.work, 3*k*c.texts, 0), grow(c.errs, c.texts, 0)
	return nil
}

// factors writes exp(of - shift) where allowed is nil or true, 0 elsewhere, and returns
// shift, the largest of those.
func factors(dst, of []float64, allowed []bool) (shift float64) {
	shift = math.Inf(-1)
	for i, v := range of {
		if allowed == nil || allowed[i] {
			shift = max(shift, v)
		}
	}
	for i, v := range of {
		dst[i] = 0
		if allowed == nil || allowed[i] {
			dst[i] = exact.Exp(v - shift)
		}
	}
	return shift
}

// errVanished is about scores that lie so far apart that float64 holds no probability of
// what they leave.
var errVanished = errors.New("no sequence of tags has a probability: the scores lie too far apart or are not finite")

// forward runs the forward algorithm over sentence b and returns log Z.
func (c *crfChain) forward(b int) (logZ float64, err error) {
	k, n := c.k, int(c.lens[b])
	logZ = c.startShift + c.endShift + float64(float64(n-1)*c.shift)
	if n == 1 {
		logZ = c.startShift + c.endShift
	}
	var before []float64
	for t := range n {
		row := c.offsets[t] + b
		s, f, a := c.scores[row*k:(row+1)*k], c.factor[row*k:(row+1)*k], c.alpha[row*k:(row+1)*k]
		top := float64(slices.Max(s))
		for j, v := range s {
			f[j] = exact.Exp(float64(v) - top)
		}
		if t == 0 {
			copy(a, c.first)
		} else {
			clear(a)
			for i, p := range before {
				for j, w := range c.weight[i*k : (i+1)*k] {
					a[j] += float64(p * w)
				}
			}
		}
		sum := 0.0
		for j := range a {
			a[j] = float64(a[j] * f[j])
			sum += a[j]
		}
		if !(sum > 0 && sum <= math.MaxFloat64) {
			return 0, fmt.Errorf("word %d: %w", t, errVanished)
		}
		for j := range a {
			a[j] /= sum
		}
		logZ += top + exact.Log(sum)
		before = a
	}
	sum := dot(before, c.last)
	if !(sum > 0) {
		return 0, errVanished
	}
	return logZ + exact.Log(sum), nil
}

// failed returns the first error that a sentence has.
func (c *crfChain) failed() error {
	for b, err := range c.errs {
		if err != nil {
			return fmt.Errorf("ops: crf: sentence %d of the batch: %w", b, err)
		}
	}
	return nil
}

// lead writes exp(s) * beta of the word in the row: what a transition into each of its
// tags leads to.
func (c *crfChain) lead(dst, beta []float64, row int) {
	for j, f := range c.factor[row*c.k : (row+1)*c.k] {
		dst[j] = float64(f * beta[j])
	}
}

// step is beta of the word before that from which next leads on, divided by its sum.
func (c *crfChain) step(beta, next []float64) {
	sum := 0.0
	for i := range beta {
		beta[i] = dot(c.weight[i*c.k:(i+1)*c.k], next)
		sum += beta[i]
	}
	for i := range beta {
		beta[i] /= sum
	}
}

// marginal writes the probability of each tag of a word: alpha * beta over their sum.
func (c *crfChain) marginal(p, alpha, beta []float64) {
	sum := 0.0
	for j, a := range alpha {
		p[j] = float64(a * beta[j])
		sum += p[j]
	}
	for j := range p {
		p[j] /= sum
	}
}

// dot sums products in ascending order.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}

package ops

import (
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// crfDecode finds the best tags.
type crfDecode struct {
	static
	crfChain
	back []int32 // [N, K] the tag before, of the best path to each
	out  buffer
}

var _ G.Op = (*crfDecode)(nil)

// CRFDecode returns, for scores [N, K] packed by lengths, a row [3] for each word:
// its tag in the sequence of the highest score that the rules allow (Viterbi 1967; of
// equal ones the lower tag, from the last word backwards), the probability of that tag,
// and its probability given the tag before. The product of the first word's second
// and the other words' third number is the probability that a run of words has just
// these tags. No gradient passes it.
func CRFDecode(scores, lengths *G.Node, w CRFWeights, rules CRFRules) (*G.Node, error) {
	c, err := newCRFChain(scores, lengths, w, rules)
	if err != nil {
		return nil, err
	}
	op := &crfDecode{static: static{"crf decode", 5, tensor.Shape{scores.Shape()[0], 3}, tensor.Float32}, crfChain: c}
	return G.ApplyOp(op, append([]*G.Node{scores, lengths}, w.nodes()...)...)
}

func (op *crfDecode) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	if err := op.begin(inputs[0], inputs[1], inputs[2:]); err != nil {
		return nil, err
	}
	out := op.out.matrix(op.tokens, 3)
	op.back = grow(op.back, op.tokens*op.k, 0)
	kernel.Parallel(op.texts, func(b int) { op.errs[b] = op.sentence(b, op.work[3*op.k*b:][:3*op.k]) })
	return out, op.failed()
}

func (op *crfDecode) sentence(b int, work []float64) error {
	if _, err := op.forward(b); err != nil {
		return err
	}
	k, n := op.k, int(op.lens[b])
	op.best(b, work)
	beta, next, p := work[:k], work[k:2*k], work[2*k:]
	var after int
	for t := n - 1; t >= 0; t-- {
		row := op.offsets[t] + b
		y := int(op.out.data[row*3])
		if t == n-1 {
			copy(beta, op.last)
		} else {
			// Of the next word, given this one's tag: weight * next over their sum.
			w := op.weight[y*k : (y+1)*k]
			op.out.data[(op.offsets[t+1]+b)*3+2] = float32(float64(w[after]*next[after]) / dot(w, next))
			op.step(beta, next)
		}
		op.marginal(p, op.alpha[row*k:(row+1)*k], beta)
		op.out.data[row*3+1] = float32(p[y])
		if t == 0 {
			op.out.data[row*3+2] = float32(p[y])
			break
		}
		op.lead(next, beta, row)
		after = y
	}
	return nil
}

// best writes the tags of the best path of sentence b into the first column of out.
func (op *crfDecode) best(b int, work []float64) {
	k, n := op.k, int(op.lens[b])
	path, next := work[:k], work[k:2*k]
	for j := range path {
		path[j] = math.Inf(-1)
		if op.first[j] != 0 {
			path[j] = op.start[j] + float64(op.scores[b*k+j])
		}
	}
	for t := 1; t < n; t++ {
		row := op.offsets[t] + b
		back := op.back[row*k : (row+1)*k]
		for j := range next {
			next[j], back[j] = math.Inf(-1), 0
		}
		for i, s := range path {
			for j, w := range op.weight[i*k : (i+1)*k] {
				if v := s + op.transition[i*k+j]; w != 0 && v > next[j] {
					next[j], back[j] = v, int32(i)
				}
			}
		}
		for j := range next {
			next[j] += float64(op.scores[row*k+j])
		}
		path, next = next, path
	}
	for j, e := range op.end {
		path[j] += e
	}
	y := slices.Index(path, slices.Max(path))
	for t := n - 1; ; t-- {
		row := op.offsets[t] + b
		op.out.data[row*3] = float32(y)
		if t == 0 {
			return
		}
		y = int(op.back[row*k+y])
	}
}

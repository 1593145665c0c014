package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// CRFWeights are the nodes of a linear-chain conditional random field over K tags.
type CRFWeights struct {
	Transitions *G.Node // [K, K] score of a tag (column) after another (row)
	Start       *G.Node // [K] score of a tag at the first word
	End         *G.Node // [K] score of a tag at the last word
}

func (w CRFWeights) nodes() []*G.Node { return []*G.Node{w.Transitions, w.Start, w.End} }

func (w CRFWeights) check(tags int) error {
	for _, err := range []error{
		paramNode("crf", "transitions", w.Transitions, tags, tags),
		paramNode("crf", "start", w.Start, tags),
		paramNode("crf", "end", w.End, tags),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// CRFRules say which tags may follow which. A nil slice forbids nothing.
type CRFRules struct {
	Next  []bool // [K*K] whether the tag of the column may follow that of the row
	First []bool // [K] whether a tag may stand at the first word
}

func (r CRFRules) check(tags int) error {
	for _, l := range []struct {
		name       string
		have, want int
	}{{"next", len(r.Next), tags * tags}, {"first", len(r.First), tags}} {
		if l.have != 0 && l.have != l.want {
			return fmt.Errorf("ops: crf: %d rules of what comes %s, want %d", l.have, l.name, l.want)
		}
	}
	return nil
}

// crfLoss is the negative log-likelihood of tags under a CRF.
type crfLoss struct {
	static
	crfChain
	value       G.F32
	dScores     buffer
	dTransition buffer
	dStart      buffer
	dEnd        buffer
	parts       []float64 // [chunks, K*K+2K] gradients of the weights
	losses      []float64 // [B]
}

var _ G.SDOp = (*crfLoss)(nil)

// CRFLoss returns the negative log-likelihood of the tags (int32, [N], packed by
// lengths) given scores [N, K] of each tag at each word: the mean over words of
//
//	log Z - score(tags)    score(y) = start[y_1] + sum s_t[y_t] + sum T[y_t-1, y_t] + end[y_n]
//
// where Z sums exp(score) over all sequences that the rules allow (Lafferty, McCallum
// and Pereira 2001; the forward algorithm, each step divided by its sum). A sequence of
// tags that the rules forbid is an error. It is pytorch-crf's loss with reduction
// token_mean.
func CRFLoss(scores, tags, lengths *G.Node, w CRFWeights, rules CRFRules) (*G.Node, error) {
	c, err := newCRFChain(scores, lengths, w, rules)
	if err != nil {
		return nil, err
	}
	if err := intsNode("crf", "tags", tags); err != nil {
		return nil, err
	}
	op := &crfLoss{static: static{"crf", 6, nil, tensor.Float32}, crfChain: c}
	return G.ApplyOp(op, append([]*G.Node{scores, tags, lengths}, w.nodes()...)...)
}

// crfChunk is the number of sentences whose gradients are summed before they meet those
// of others: fixed, so that the number of cores does not reach the sums.
const crfChunk = 8

func (op *crfLoss) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	tags, err := ints("crf", inputs[1])
	if err != nil {
		return nil, err
	}
	if err := op.begin(inputs[0], inputs[2], inputs[3:]); err != nil {
		return nil, err
	}
	if len(tags) < op.tokens {
		return nil, fmt.Errorf("ops: crf: %d tags for %d words", len(tags), op.tokens)
	}
	k := op.k
	op.dScores.matrix(op.tokens, k)
	size := k*k + 2*k
	chunks := (op.texts + crfChunk - 1) / crfChunk
	op.parts = grow(op.parts, chunks*size, 0)
	op.losses = grow(op.losses, op.texts, 0)
	kernel.Parallel(chunks, func(c int) {
		part := op.parts[c*size:][:size]
		clear(part)
		for b := c * crfChunk; b < min((c+1)*crfChunk, op.texts); b++ {
			op.losses[b], op.errs[b] = op.sentence(b, tags, part, op.work[3*k*b:][:3*k])
		}
	})
	if err := op.failed(); err != nil {
		return nil, err
	}
	sum := 0.0
	for _, l := range op.losses {
		sum += l
	}
	n := float64(op.tokens)
	for c := 1; c < chunks; c++ {
		for i, g := range op.parts[c*size:][:size] {
			op.parts[i] += g
		}
	}
	op.dTransition.matrix(k, k)
	op.dStart.vector(k)
	op.dEnd.vector(k)
	at := 0
	for _, to := range [][]float32{op.dTransition.data[:k*k], op.dStart.data[:k], op.dEnd.data[:k]} {
		for i := range to {
			to[i] = float32(op.parts[at] / n)
			at++
		}
	}
	scale := float32(1 / n)
	for i, g := range op.dScores.data[:op.tokens*k] {
		op.dScores.data[i] = g * scale
	}
	op.value = G.F32(sum / n)
	return &op.value, nil
}

// sentence returns the negative log-likelihood of sentence b, leaves the gradient of its
// scores in dScores and adds those of transitions, start and end, one after another, to
// part. work has 3K numbers.
func (op *crfLoss) sentence(b int, tags []int32, part, work []float64) (float64, error) {
	k, n := op.k, int(op.lens[b])
	logZ, err := op.forward(b)
	if err != nil {
		return 0, err
	}
	gold := 0.0
	for t := range n {
		row := op.offsets[t] + b
		y := int(tags[row])
		if y < 0 || y >= k {
			return 0, fmt.Errorf("tag %d at word %d, want 0 to %d", y, t, k-1)
		}
		gold += float64(op.scores[row*k+y])
		if t == 0 {
			if op.first[y] == 0 {
				return 0, fmt.Errorf("tag %d stands at the first word, which the rules forbid", y)
			}
			gold += op.start[y]
		} else {
			before := int(tags[op.offsets[t-1]+b])
			if op.weight[before*k+y] == 0 {
				return 0, fmt.Errorf("tag %d follows tag %d at word %d, which the rules forbid", y, before, t)
			}
			gold += op.transition[before*k+y]
		}
		if t == n-1 {
			gold += op.end[y]
		}
	}
	beta, next, p := work[:k], work[k:2*k], work[2*k:]
	dT, dStart, dEnd := part[:k*k], part[k*k:k*k+k], part[k*k+k:]
	for t := n - 1; t >= 0; t-- {
		row := op.offsets[t] + b
		if t == n-1 {
			copy(beta, op.last)
		} else {
			op.step(beta, next)
		}
		op.marginal(p, op.alpha[row*k:(row+1)*k], beta)
		y := int(tags[row])
		d := op.dScores.data[row*k : (row+1)*k]
		for j, q := range p {
			d[j] = float32(q)
		}
		d[y] = float32(p[y] - 1)
		if t == n-1 {
			for j, q := range p {
				dEnd[j] += q
			}
			dEnd[y]--
		}
		if t == 0 {
			for j, q := range p {
				dStart[j] += q
			}
			dStart[y]--
			break
		}
		// next = exp(s_t) * beta_t: what a transition into each tag of word t leads to.
		op.lead(next, beta, row)
		before := op.alpha[(op.offsets[t-1]+b)*k:][:k]
		total := 0.0
		for i, a := range before {
			total += float64(a * dot(op.weight[i*k:(i+1)*k], next))
		}
		for i, a := range before {
			a /= total
			g := dT[i*k : (i+1)*k]
			for j, w := range op.weight[i*k : (i+1)*k] {
				g[j] += float64(float64(a*w) * next[j])
			}
		}
		dT[int(tags[op.offsets[t-1]+b])*k+y]--
	}
	return logZ - gold, nil
}

func (op *crfLoss) DiffWRT(int) []bool { return []bool{true, false, false, true, true, true} }

func (op *crfLoss) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	nodes := make(G.Nodes, len(in))
	for i, of := range []*buffer{&op.dScores, nil, nil, &op.dTransition, &op.dStart, &op.dEnd} {
		if of == nil {
			continue
		}
		var dx buffer
		d, err := newDerivative(fmt.Sprintf("dCRF %d", i), in[i], func(v []G.Value) (G.Value, error) {
			dy, err := scalarOf("crf", v[0])
			if err != nil {
				return nil, err
			}
			s := of.value.Shape()
			var to *tensor.Dense
			if len(s) == 1 {
				to = dx.vector(s[0])
			} else {
				to = dx.matrix(s[0], s[1])
			}
			for e := range dx.data {
				dx.data[e] = of.data[e] * dy
			}
			return to, nil
		}, grad, out)
		if err != nil {
			return nil, err
		}
		nodes[i] = d
	}
	return nodes, nil
}

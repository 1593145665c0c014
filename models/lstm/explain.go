package lstm

import (
	"context"
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Explanation is a prediction with the part that each token has in a logit, by
// integrated gradients (Sundararajan, Taly and Yan 2017, arXiv:1703.01365):
//
//	part(t) = sum over e of (x[t,e] - u[e]) * mean over a of dF/dx[t,e] at u + a (x - u)
//
// where x are the embeddings of the text, u is that of the unknown word, F the
// logit, and a runs from 0 to 1. The parts add up to F(x) - F(u): what the
// words say beyond a text of as many unknown words. An unknown word has no
// part.
type Explanation struct {
	Prediction
	Of       int       // the class whose logit is explained: class 1 of two, else the predicted one
	Words    []string  // the tokens that were read; none for a text without
	Parts    []float64 // of each of Words, before the temperature
	Logit    float64   // F(x)
	Baseline float64   // F(u)
	Sum      float64   // of the parts
	Error    float64   // Sum - (Logit - Baseline): of the mean over a, which is a sum over Steps
	Steps    int
}

const (
	// The mean over a is taken by the Gauss-Legendre rule of so many points at
	// first, and of twice as many until the error is small or the last is
	// reached.
	fewestSteps, mostSteps = 32, 512
	// tolerance is the error allowed, as a share of the largest part or of 1,
	// whichever is more.
	tolerance = 0.01
	// explainTokens bounds the tokens in the graph that takes the gradients, and
	// with it its memory; a longer text runs alone.
	explainTokens = 1 << 12
)

// Explain classifies a text and says what part each of its tokens has in the
// answer. It takes the time of some fifty to a thousand predictions. It is
// safe for many goroutines.
func (c *Classifier) Explain(ctx context.Context, text string) (Explanation, error) {
	e, err := c.explain(ctx, text)
	if err != nil {
		return e, fmt.Errorf("lstm: explain: %w", err)
	}
	return e, nil
}

func (c *Classifier) explain(ctx context.Context, text string) (e Explanation, err error) {
	if e.Prediction, err = c.Predict(ctx, text); err != nil {
		return e, err
	}
	e.Words = c.tokenizer.Tokens(text)
	e.Words = e.Words[:min(len(e.Words), c.maxTokens)]
	ids, _ := c.Encode(text)
	unknown := make([]int32, len(ids))
	for i := range unknown {
		unknown[i] = c.vocab.UNK()
	}
	baseline, err := c.network.Logits(ctx, [][]int32{unknown})
	if err != nil {
		return e, err
	}
	output := 0
	if e.Of = 1; c.network.config.logits() > 1 {
		e.Of, output = e.Class, e.Class
	}
	e.Logit, e.Baseline = float64(e.Logits[output]), float64(baseline[0][output])
	g, err := c.network.gradients(ctx, ids, unknown, output)
	if err != nil {
		return e, err
	}
	defer g.close()
	for e.Steps = fewestSteps; ; e.Steps *= 2 {
		if e.Parts, err = g.integrate(ctx, e.Steps); err != nil {
			return e, err
		}
		e.Sum = 0
		size := 1.0
		for _, p := range e.Parts {
			e.Sum += p
		}
		for _, p := range e.Parts {
			size = max(size, math.Abs(p))
		}
		e.Error = e.Sum - (e.Logit - e.Baseline)
		if math.IsNaN(e.Error) {
			return e, fmt.Errorf("the weights give no number for this text")
		}
		if math.Abs(e.Error) <= tolerance*size || 2*e.Steps > mostSteps {
			break
		}
	}
	e.Parts = e.Parts[:len(e.Words)] // a text without tokens counts as one unknown word
	return e, nil
}

// pathGradients is a graph from embeddings to logits, over copies of one text
// at several points of the path.
type pathGradients struct {
	tokens, copies, width int
	from, step            []float32  // [T, E] embeddings of the baseline, and the way from there to the text
	points                *ops.Param // [T*copies, E], packed
	weights               []float32  // [copies, C]
	output, outputs       int
	program               *ops.Program
	close                 func() // gives the slot back
}

// gradients builds the graph for a text and its baseline, of equal length.
// No more of them are at work at once than predictors.
func (n *Network) gradients(ctx context.Context, text, baseline []int32, output int) (*pathGradients, error) {
	release, err := n.lender.Slot(ctx)
	if err != nil {
		return nil, err
	}
	width := n.config.Embedding
	g := &pathGradients{tokens: len(text), copies: max(1, min(16, explainTokens/len(text))), width: width,
		output: output, outputs: n.config.logits(), close: release}
	table := n.embedding.Data()
	for t := range text {
		x, u := table[int(text[t])*width:][:width], table[int(baseline[t])*width:][:width]
		g.from = append(g.from, u...)
		for k := range x {
			g.step = append(g.step, x[k]-u[k])
		}
	}
	g.points = ops.NewParam("points", g.tokens*g.copies, width)
	g.program, err = ops.Build(func(graph *ops.Graph) (loss, out *G.Node, err error) {
		x := graph.Param(g.points) // the first: its gradient is
		lengths, memory := graph.Ints("lengths", g.copies)
		for i := range memory {
			memory[i] = int32(g.tokens)
		}
		logits, err := n.read(graph, x, lengths, nil, differentiable(lengths))
		if err != nil {
			return nil, nil, err
		}
		var weights *G.Node
		weights, g.weights = graph.Floats("weights", g.copies, g.outputs)
		loss, err = ops.Inner(logits, weights)
		return loss, logits, err
	})
	if err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

// integrate returns the part of each token, by a rule of so many points. Sums
// run in order.
func (g *pathGradients) integrate(ctx context.Context, steps int) ([]float64, error) {
	at, weight := gaussLegendre(steps)
	mean := make([]float64, len(g.step))
	for first := 0; first < steps; first += g.copies {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		clear(g.weights)
		x := g.points.Write()
		for b := range g.copies {
			a := 0.0 // of a copy too many, whose weight is 0
			if i := first + b; i < steps {
				a = at[i]
				g.weights[b*g.outputs+g.output] = float32(weight[i] * float64(g.copies))
			}
			for t := range g.tokens { // packed: token t of copy b is row t*copies+b
				row := x[(t*g.copies+b)*g.width:][:g.width]
				for k := range row {
					row[k] = g.from[t*g.width+k] + float32(a*float64(g.step[t*g.width+k]))
				}
			}
		}
		if err := g.program.Run(); err != nil {
			return nil, err
		}
		dx := g.program.Gradients()[0].Data
		for t := range g.tokens {
			for b := range g.copies {
				for k, d := range dx[(t*g.copies+b)*g.width:][:g.width] {
					mean[t*g.width+k] += float64(d)
				}
			}
		}
	}
	parts := make([]float64, g.tokens)
	for t := range parts {
		for k, m := range mean[t*g.width:][:g.width] {
			parts[t] += float64(m * float64(g.step[t*g.width+k]))
		}
	}
	return parts, nil
}

// gaussLegendre returns the points and weights of the Gauss-Legendre rule on
// [0, 1]: the roots of Legendre's polynomial of degree n, by Newton's method.
func gaussLegendre(n int) (at, weight []float64) {
	at, weight = make([]float64, n), make([]float64, n)
	for i := range n {
		x := float64(2*exact.HalfCosine((float64(i)+0.75)/(float64(n)+0.5))) - 1
		var slope float64
		for range 100 {
			p, before := 1.0, 0.0
			for k := 1; k <= n; k++ {
				p, before = (float64(float64(2*k-1)*x*p)-float64(float64(k-1)*before))/float64(k), p
			}
			slope = float64(n) * (float64(x*p) - before) / (float64(x*x) - 1)
			step := p / slope
			if x -= step; math.Abs(step) < 1e-15 {
				break
			}
		}
		at[i], weight[i] = (1-x)/2, 1/((1-float64(x*x))*slope*slope)
	}
	return at, weight
}

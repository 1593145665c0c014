package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
)

// crfCase is a CRF over K tags with sentences of the lengths given.
type crfCase struct {
	k     int
	lens  []int32
	rules CRFRules
}

// crfCases are small enough to enumerate all sequences, with rules and without.
func crfCases() map[string]crfCase {
	return map[string]crfCase{
		"one word":  {3, []int32{1}, CRFRules{}},
		"one tag":   {1, []int32{4, 2}, CRFRules{}},
		"ragged":    {3, []int32{5, 4, 4, 1, 1}, CRFRules{}},
		"many":      {2, []int32{6, 5, 5, 4, 4, 4, 3, 3, 2, 2, 1}, CRFRules{}}, // more than a chunk
		"rules":     {3, []int32{5, 3, 2, 1}, CRFRules{Next: []bool{true, true, false, true, true, true, true, true, true}, First: []bool{true, true, false}}},
		"no return": {3, []int32{4, 3}, CRFRules{Next: []bool{true, true, false, false, true, true, false, false, true}}},
	}
}

// allows tells whether the rules allow a sequence.
func (c crfCase) allows(y []int) bool {
	if c.rules.First != nil && !c.rules.First[y[0]] {
		return false
	}
	for t := 1; t < len(y); t++ {
		if c.rules.Next != nil && !c.rules.Next[y[t-1]*c.k+y[t]] {
			return false
		}
	}
	return true
}

// sequences lists all sequences of n tags that the rules allow.
func (c crfCase) sequences(n int) (all [][]int) {
	y := make([]int, n)
	for {
		if c.allows(y) {
			all = append(all, slices.Clone(y))
		}
		t := n - 1
		for t >= 0 && y[t] == c.k-1 {
			y[t] = 0
			t--
		}
		if t < 0 {
			return all
		}
		y[t]++
	}
}

// score is that of a sequence of tags at the rows of its words. p are scores,
// transitions, start and end.
func (c crfCase) score(p [][]float64, rows []int, y []int) float64 {
	s := p[2][y[0]] + p[3][y[len(y)-1]]
	for t, row := range rows {
		s += p[0][row*c.k+y[t]]
		if t > 0 {
			s += p[1][y[t-1]*c.k+y[t]]
		}
	}
	return s
}

// subject is the loss of one allowed sequence of tags for each sentence.
func (c crfCase) subject(rng *rand.Rand) subject {
	n, rows := total(c.lens), places(c.lens)
	packed := make([]int32, n)
	var gold [][]int
	for _, at := range rows {
		all := c.sequences(len(at))
		y := all[rng.IntN(len(all))]
		gold = append(gold, y)
		for t, row := range at {
			packed[row] = int32(y[t])
		}
	}
	return subject{
		params: []*Param{random(rng, "scores", 2, n, c.k), random(rng, "transitions", 2, c.k, c.k), random(rng, "start", 2, c.k), random(rng, "end", 2, c.k)},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			tags, data := g.Ints("tags", n)
			copy(data, packed)
			return CRFLoss(p[0], tags, lengthsInput(g, c.lens), CRFWeights{p[1], p[2], p[3]}, c.rules)
		},
		reference: func(p [][]float64) []float64 {
			sum := 0.0
			for b, at := range rows {
				z := 0.0
				for _, y := range c.sequences(len(at)) {
					z += math.Exp(c.score(p, at, y))
				}
				sum += math.Log(z) - c.score(p, at, gold[b])
			}
			return []float64{sum / float64(n)}
		},
	}
}

// The loss and its gradients are those of an enumeration of all sequences.
func TestCRFLoss(t *testing.T) {
	for name, c := range crfCases() {
		t.Run(name, func(t *testing.T) { c.subject(rand.New(rand.NewPCG(1, 2))).check(t) })
	}
}

// decode runs CRFDecode.
func (c crfCase) decode(t *testing.T, params []*Param) ([]float32, error) {
	t.Helper()
	p, err := Build(func(g *Graph) (_, _ *G.Node, err error) {
		out, err := CRFDecode(g.Param(params[0]), lengthsInput(g, c.lens), CRFWeights{g.Param(params[1]), g.Param(params[2]), g.Param(params[3])}, c.rules)
		return nil, out, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		return nil, err
	}
	data, _ := p.Output()
	return data, nil
}

// The best sequence, its marginals and conditionals are those of an enumeration.
func TestCRFDecode(t *testing.T) {
	for name, c := range crfCases() {
		t.Run(name, func(t *testing.T) {
			s := c.subject(rand.New(rand.NewPCG(5, 6)))
			out, err := c.decode(t, s.params)
			if err != nil {
				t.Fatal(err)
			}
			p := s.wide()
			for b, at := range places(c.lens) {
				var best []int
				top, z := math.Inf(-1), 0.0
				all := c.sequences(len(at))
				for _, y := range all {
					v := c.score(p, at, y)
					z += math.Exp(v)
					if v > top {
						top, best = v, y
					}
				}
				run := 0.0 // probability of sequences that have all of best's tags
				for _, y := range all {
					if slices.Equal(y, best) {
						run += math.Exp(c.score(p, at, y)) / z
					}
				}
				product := 1.0
				for i, row := range at {
					if got := int(out[row*3]); got != best[i] {
						t.Fatalf("sentence %d, word %d: tag %d, want %d of %v", b, i, got, best[i], best)
					}
					marginal := 0.0
					for _, y := range all {
						if y[i] == best[i] {
							marginal += math.Exp(c.score(p, at, y)) / z
						}
					}
					if got := float64(out[row*3+1]); math.Abs(got-marginal) > 1e-6 {
						t.Errorf("sentence %d, word %d: probability %v, want %v", b, i, got, marginal)
					}
					product *= float64(out[row*3+2])
				}
				if math.Abs(product-run) > 1e-6 {
					t.Errorf("sentence %d: probability of all tags %v, want %v", b, product, run)
				}
			}
		})
	}
}

// Equal scores go to the lower tag, so that the answer does not depend on anything else.
func TestCRFDecodeTies(t *testing.T) {
	c := crfCase{k: 4, lens: []int32{3, 1}}
	params := []*Param{NewParam("scores", 4, 4), NewParam("transitions", 4, 4), NewParam("start", 4), NewParam("end", 4)}
	out, err := c.decode(t, params)
	if err != nil {
		t.Fatal(err)
	}
	for row := range 4 {
		if out[row*3] != 0 {
			t.Errorf("word %d has tag %v, want 0", row, out[row*3])
		}
	}
}

// A long sentence neither overflows nor vanishes, and the loss of its best tags is small.
func TestCRFLongSentence(t *testing.T) {
	n := 20000
	scores := NewParam("scores", n, 2)
	for i, data := 0, scores.Write(); i < len(data); i++ {
		data[i] = float32(i%2) * 50
	}
	zero := []*Param{NewParam("transitions", 2, 2), NewParam("start", 2), NewParam("end", 2)}
	s := subject{params: append([]*Param{scores}, zero...), node: func(g *Graph, p []*G.Node) (*G.Node, error) {
		tags, data := g.Ints("tags", n)
		for i := range data {
			data[i] = 1
		}
		return CRFLoss(p[0], tags, lengthsInput(g, []int32{int32(n)}), CRFWeights{p[1], p[2], p[3]}, CRFRules{})
	}}
	p := s.build(t)
	run(t, p)
	if loss := p.Loss(); !(loss >= -1e-6 && loss < 1e-6) {
		t.Errorf("loss %v, want 0", loss)
	}
}

func TestCRFErrors(t *testing.T) {
	forbid := CRFRules{Next: []bool{true, false, true, true}, First: []bool{true, false}}
	for want, c := range map[string]struct {
		tags  []int32
		rules CRFRules
		score float32
	}{
		"tag 2 at word 1, want 0 to 1":                           {[]int32{0, 2}, CRFRules{}, 0},
		"tag 1 stands at the first word, which the rules forbid": {[]int32{1, 0}, forbid, 0},
		"tag 1 follows tag 0 at word 1, which the rules forbid":  {[]int32{0, 1}, forbid, 0},
		"word 0: no sequence of tags has a probability":          {[]int32{0, 0}, CRFRules{}, float32(math.NaN())},
	} {
		scores := NewParam("scores", 2, 2)
		scores.Write()[0] = c.score
		s := subject{params: []*Param{scores, NewParam("transitions", 2, 2), NewParam("start", 2), NewParam("end", 2)},
			node: func(g *Graph, p []*G.Node) (*G.Node, error) {
				tags, data := g.Ints("tags", 2)
				copy(data, c.tags)
				return CRFLoss(p[0], tags, lengthsInput(g, []int32{2}), CRFWeights{p[1], p[2], p[3]}, c.rules)
			}}
		if err := s.build(t).Run(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestConcatAndGather(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, lens := range someLengths() {
		t.Run(name, func(t *testing.T) {
			n := total(lens)
			subject{
				params: []*Param{random(rng, "a", 1, n, 3), random(rng, "b", 1, n, 5), random(rng, "c", 1, n, 1)},
				node:   func(_ *Graph, p []*G.Node) (*G.Node, error) { return Concat(p...) },
				reference: func(p [][]float64) (out []float64) {
					for r := range n {
						out = append(append(append(out, p[0][r*3:r*3+3]...), p[1][r*5:r*5+5]...), p[2][r])
					}
					return out
				},
			}.check(t)
			u := 1 + n/2
			rows := make([]int32, n)
			for i := range rows {
				rows[i] = rng.Int32N(int32(u))
			}
			subject{
				params: []*Param{random(rng, "x", 1, u, 7)},
				node: func(g *Graph, p []*G.Node) (*G.Node, error) {
					in, data := g.Ints("rows", n)
					copy(data, rows)
					return Gather(p[0], in, lengthsInput(g, lens))
				},
				reference: func(p [][]float64) (out []float64) {
					for _, r := range rows {
						out = append(out, p[0][r*7:r*7+7]...)
					}
					return out
				},
			}.check(t)
		})
	}
}

func TestConcatAndGatherErrors(t *testing.T) {
	for want, node := range map[string]func(g *Graph, p []*G.Node) (*G.Node, error){
		"token 1 reads row 3, want 0 to 2": func(g *Graph, p []*G.Node) (*G.Node, error) {
			in, data := g.Ints("rows", 2)
			data[1] = 3
			return Gather(p[0], in, lengthsInput(g, []int32{2}))
		},
		"input 1 of shape [2 2], want [3 2]": func(g *Graph, p []*G.Node) (*G.Node, error) { return Concat(p[0], p[1]) },
	} {
		s := subject{params: []*Param{NewParam("a", 3, 2), NewParam("b", 2, 2)}, node: node}
		p, err := Build(func(g *Graph) (_, output *G.Node, err error) {
			output, err = s.node(g, []*G.Node{g.Param(s.params[0]), g.Param(s.params[1])})
			return nil, output, err
		})
		if err == nil {
			err = p.Run()
		}
		if err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

func TestMSE(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct{ rows, cols int }{{1, 1}, {5, 1}, {3, 4}, {16, 16}, {7, 17}} {
		target := random(rng, "", 2, c.rows+3, c.cols).Data() // a capacity above the batch
		subject{
			params: []*Param{random(rng, "pred", 2, c.rows, c.cols)},
			node: func(g *Graph, p []*G.Node) (*G.Node, error) {
				n, data := g.Floats("target", c.rows+3, c.cols)
				copy(data, target)
				return MSE(p[0], n)
			},
			reference: func(p [][]float64) []float64 {
				sum := 0.0
				for i, v := range p[0] {
					sum += (v - float64(target[i])) * (v - float64(target[i]))
				}
				return []float64{sum / float64(len(p[0]))}
			},
		}.check(t)
	}
}

// bceSubject is BCEWithLogits of one logit a row.
func bceSubject(logits *Param, labels []float32, weights ...float32) subject {
	return subject{
		params: []*Param{logits},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			n, data := g.Floats("labels", len(labels)+2, 1)
			copy(data, labels)
			return BCEWithLogits(p[0], n, weights...)
		},
		reference: func(p [][]float64) []float64 {
			var sum, all float64
			for i, x := range p[0] {
				y, w := float64(labels[i]), 1.0
				if weights != nil {
					w = float64(weights[0])*(1-y) + float64(weights[1])*y
				}
				sum += w * (math.Log1p(math.Exp(-math.Abs(x))) + max(x, 0) - x*y)
				all += w
			}
			return []float64{sum / all}
		},
	}
}

func TestBCEWithLogits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, rows := range []int{1, 2, 16, 37} {
		for _, size := range []float64{0.1, 3, 30} {
			for _, weights := range [][]float32{nil, {1, 1}, {0.5, 3}, {2, 0.25}} {
				labels := make([]float32, rows)
				for i := range labels {
					labels[i] = float32(rng.IntN(2))
				}
				bceSubject(random(rng, "logits", size, rows, 1), labels, weights...).check(t)
			}
		}
	}
	// Labels between the classes, as label smoothing makes them.
	bceSubject(random(rng, "logits", 3, 3, 1), []float32{0.1, 0.5, 0.9}, 1, 2).check(t)
}

// Of several columns each is a question of its own, and the mean is over all.
func TestBCEWithLogitsOfSeveralColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct{ rows, cols int }{{1, 2}, {5, 3}, {16, 17}} {
		labels := make([]float32, (c.rows+2)*c.cols)
		for i := range labels {
			labels[i] = float32(rng.IntN(2))
		}
		subject{
			params: []*Param{random(rng, "logits", 3, c.rows, c.cols)},
			node: func(g *Graph, p []*G.Node) (*G.Node, error) {
				n, data := g.Floats("labels", c.rows+2, c.cols)
				copy(data, labels)
				return BCEWithLogits(p[0], n)
			},
			reference: func(p [][]float64) []float64 {
				sum := 0.0
				for i, x := range p[0] {
					sum += math.Log1p(math.Exp(-math.Abs(x))) + max(x, 0) - x*float64(labels[i])
				}
				return []float64{sum / float64(len(p[0]))}
			},
		}.check(t)
	}
}

// crossEntropySubject is CrossEntropy over a number of classes.
func crossEntropySubject(logits *Param, labels []int32, weights ...float32) subject {
	return subject{
		params: []*Param{logits},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			n, data := g.Ints("labels", len(labels)+2)
			copy(data, labels)
			return CrossEntropy(p[0], n, weights...)
		},
		reference: func(p [][]float64) []float64 {
			classes := len(p[0]) / len(labels)
			var sum, all float64
			for r, label := range labels {
				x := p[0][r*classes : (r+1)*classes]
				top, e, w := math.Inf(-1), 0.0, 1.0
				for _, v := range x {
					top = max(top, v)
				}
				for _, v := range x {
					e += math.Exp(v - top)
				}
				if weights != nil {
					w = float64(weights[label])
				}
				sum += w * (math.Log(e) + top - x[label])
				all += w
			}
			return []float64{sum / all}
		},
	}
}

func TestCrossEntropy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct{ rows, classes int }{{1, 2}, {4, 3}, {16, 16}, {9, 17}, {2, 1}} {
		for _, size := range []float64{0.1, 3, 30} {
			labels := make([]int32, c.rows)
			for i := range labels {
				labels[i] = rng.Int32N(int32(c.classes))
			}
			logits := random(rng, "logits", size, c.rows, c.classes)
			crossEntropySubject(logits, labels).check(t)
			weights := make([]float32, c.classes)
			for i := range weights {
				weights[i] = 0.25 + rng.Float32()
			}
			crossEntropySubject(logits, labels, weights...).check(t)
		}
	}
}

// logit returns loss and gradient of rows of logits, each row against class 0.
func logit(t *testing.T, x ...[]float32) (bce, ce float32, bceGrad, ceGrad []float32) {
	t.Helper()
	one, two := NewParam("one", len(x), 1), NewParam("two", len(x), 2)
	for r, row := range x {
		one.Write()[r] = row[1] - row[0]
		copy(two.Write()[2*r:], row)
	}
	b := bceSubject(one, make([]float32, len(x))).build(t)
	c := crossEntropySubject(two, make([]int32, len(x))).build(t)
	run(t, b)
	run(t, c)
	return b.Loss(), c.Loss(), b.Gradients()[0].Data, c.Gradients()[0].Data
}

// No logit that float32 holds may give a NaN or lose the gradient.
func TestLossesOfExtremeLogits(t *testing.T) {
	for _, v := range []float32{0, 16, 20, 89, 100, 1000, 1e30, math.MaxFloat32 / 4} {
		bce, ce, bg, cg := logit(t, []float32{0, v})
		want := float64(v) + math.Log1p(math.Exp(-float64(v)))
		for what, got := range map[string]float32{"bce": bce, "cross-entropy": ce} {
			if !(math.Abs(float64(got)-want) <= 1e-6*want) {
				t.Errorf("%s of logit %v is %v, want %v", what, v, got, want)
			}
		}
		p := float32(1 / (1 + math.Exp(-float64(v))))
		if bg[0] != p || cg[1] != p || cg[0] != -p {
			t.Errorf("gradients at logit %v: %v and %v, want %v", v, bg, cg, p)
		}
		bce, ce, _, _ = logit(t, []float32{0, -v})
		if want := float32(math.Log1p(math.Exp(-float64(v)))); math.Abs(float64(bce-want)) > 1e-7*float64(want) ||
			math.Abs(float64(ce-want)) > 1e-15+1e-7*float64(want) {
			t.Errorf("losses at logit %v: %v and %v, want %v", -v, bce, ce, want)
		}
	}
}

// A diverged model's loss is NaN, which the training loop looks for.
func TestLossesKeepNaN(t *testing.T) {
	nan := float32(math.NaN())
	if bce, ce, _, _ := logit(t, []float32{0, nan}, []float32{0, 1}); bce == bce || ce == ce {
		t.Errorf("losses of a NaN are %v and %v", bce, ce)
	}
}

// log(1+e^2) weighs 1, log(1+e^-1) weighs 3: with PyTorch
//
//	F.cross_entropy(tensor([[0., 2.], [0., 1.]]), tensor([0, 1]), weight=tensor([1., 3.]))
//
// gives 0.7667: (2.126928 + 3*0.313262) / 4.
func TestClassWeightsByHand(t *testing.T) {
	const want = 0.7666784
	two := NewParam("two", 2, 2)
	copy(two.Write(), []float32{0, 2, 0, 1})
	one := NewParam("one", 2, 1)
	copy(one.Write(), []float32{2, 1})
	for i, s := range []subject{bceSubject(one, []float32{0, 1}, 1, 3), crossEntropySubject(two, []int32{0, 1}, 1, 3)} {
		p := s.build(t)
		run(t, p)
		if math.Abs(float64(p.Loss())-want) > 1e-6 {
			t.Errorf("loss %d is %v, want %v", i, p.Loss(), want)
		}
	}
}

func TestClassWeightsAreChecked(t *testing.T) {
	for _, weights := range [][]float32{{1}, {1, 1, 1}, {1, -1}, {float32(math.NaN()), 1}, {1, float32(math.Inf(1))}} {
		for i, s := range []subject{
			bceSubject(NewParam("x", 1, 1), []float32{0}, weights...), crossEntropySubject(NewParam("x", 1, 2), []int32{0}, weights...),
		} {
			_, err := Build(func(g *Graph) (loss, _ *G.Node, err error) {
				loss, err = s.node(g, []*G.Node{g.Param(s.params[0])})
				return loss, nil, err
			})
			if err == nil {
				t.Errorf("%s accepts weights %v", fmt.Sprint(i), weights)
			}
		}
	}
}

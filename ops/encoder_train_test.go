package ops

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// trained adds the encoder that is trained to a graph.
func (s encoderShape) trained(g *Graph, nodes []*G.Node, ids, segments, lens *G.Node, drop EncoderDropout, kind Pooling, unit bool) (*G.Node, error) {
	tables, attention, forward := s.nodes(nodes)
	space := NewWorkspace(nil)
	named := func(name string) EncoderDropout {
		d := drop
		d.Name = name
		return d
	}
	x, err := EncoderEmbedding(tables, ids, segments, lens, s.eps, named("embedding"), space)
	if err != nil {
		return nil, err
	}
	if x, err = SelfAttention(x, lens, attention, s.heads, s.eps, named("attention"), space); err != nil {
		return nil, err
	}
	if x, err = FeedForward(x, forward, s.activation, s.eps, named("feed-forward"), space); err != nil {
		return nil, err
	}
	return PoolTexts(x, lens, kind, unit)
}

// encoderSubject is a whole encoder over one batch.
func encoderSubject(s encoderShape, lens []int32, kind Pooling, unit bool) subject {
	rng := rand.New(rand.NewPCG(uint64(len(lens)), 3))
	var texts, marks [][]int32
	for _, n := range lens {
		var text, mark []int32
		for range n {
			text, mark = append(text, rng.Int32N(int32(s.vocab))), append(mark, rng.Int32N(int32(max(1, s.segments))))
		}
		texts, marks = append(texts, text), append(marks, mark)
	}
	return subject{
		params: s.params(rand.New(rand.NewPCG(7, 7))),
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			ids, data := g.Ints("ids", total(lens)+3)
			lengths, lengthData := g.Ints("lengths", len(lens)+2)
			if _, err := PackTexts(data, lengthData, texts); err != nil {
				return nil, err
			}
			var segments *G.Node
			if s.segments > 0 {
				var data []int32
				segments, data = g.Ints("segments", total(lens)+3)
				if _, err := PackTexts(data, lengthData, marks); err != nil {
					return nil, err
				}
			}
			return s.trained(g, p, ids, segments, lengths, EncoderDropout{}, kind, unit)
		},
		reference: func(p [][]float64) []float64 { return pool64(s.states(p, texts, marks), kind, unit) },
		least:     0.1, // the keys' bias has a gradient of zero, a sum of larger terms
	}
}

func TestEncoderGradients(t *testing.T) {
	for i, s := range encoderShapes {
		if testing.Short() && i > 1 {
			break
		}
		for name, lens := range map[string][]int32{"one token": {1}, "ragged": {7, 3, 3, 2, 1}, "long": {35, 17, 2}} {
			for _, kind := range []Pooling{PoolFirst, PoolMean, PoolMax} {
				if name == "long" && (i > 0 || kind == PoolMean) { // in float64 that takes long, too
					continue
				}
				t.Run(fmt.Sprintf("%d, %s, %s", i, name, kind), func(t *testing.T) {
					encoderSubject(s, lens, kind, kind == PoolMean).check(t)
				})
			}
		}
	}
}

// trainedRun is an encoder with dropout and a loss.
type trainedRun struct {
	encoderRun
	noise Noise
}

func newTrainedRun(t testing.TB, s encoderShape, p float64) *trainedRun {
	t.Helper()
	e := &trainedRun{encoderRun: encoderRun{shape: s, params: s.params(rand.New(rand.NewPCG(7, 7)))}, noise: Noise{Seed: 4}}
	e.program = must(t, func(g *Graph) (loss, out *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range e.params {
			nodes = append(nodes, g.Param(p))
		}
		var ids, segments, lens *G.Node
		ids, e.ids = g.Ints("ids", encoderTokens)
		lens, e.lens = g.Ints("lens", encoderTexts)
		if s.segments > 0 {
			segments, e.segments = g.Ints("segments", encoderTokens)
		}
		if out, err = s.trained(g, nodes, ids, segments, lens, EncoderDropout{Hidden: p, Attention: p, Noise: &e.noise}, PoolMean, false); err != nil {
			return nil, nil, err
		}
		loss, err = weigh(out)
		return loss, out, err
	})
	return e
}

// bits is a hash of output and gradients.
func (e *trainedRun) bits(t testing.TB, lens []int32) uint64 {
	h := fnv.New64a()
	binary.Write(h, binary.LittleEndian, e.encoderRun.bits(t, lens))
	for i, g := range e.program.Gradients() {
		binary.Write(h, binary.LittleEndian, dense(e.params[i], g))
	}
	return h.Sum64()
}

// Neither cores nor kernels nor what ran before reach output or gradients.
func TestTrainedEncoderSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, s := range encoderShapes[:3] {
		want := map[string]uint64{}
		for _, path := range kernel.Available() {
			cores := []int{1, 2, 5}
			if path == kernel.Portable && len(kernel.Available()) > 1 {
				cores = cores[2:]
			}
			for _, procs := range cores {
				restore, err := kernel.Use(path)
				if err != nil {
					t.Fatal(err)
				}
				runtime.GOMAXPROCS(procs)
				e := newTrainedRun(t, s, 0.3)
				for range 2 {
					for name, lens := range encoderLengths(s) {
						if testing.Short() && total(lens) > 400 {
							continue
						}
						got := e.bits(t, lens)
						if w, ok := want[name]; ok && w != got {
							t.Errorf("%+v, %s has other bits on %s with %d cores", s, name, path, procs)
						}
						want[name] = got
					}
				}
				restore()
			}
		}
	}
}

// Without dropout the trained encoder computes what the one that predicts does.
func TestTrainedEncoderPredictsAlike(t *testing.T) {
	for _, s := range encoderShapes {
		predicting, training := newEncoderRun(t, s, PoolMean, false), newTrainedRun(t, s, 0)
		for name, lens := range encoderLengths(s) {
			if predicting.bits(t, lens) != training.encoderRun.bits(t, lens) {
				t.Errorf("%+v: %s differs", s, name)
			}
		}
	}
}

// With dropout the gradient is that of the function with these elements dropped.
func TestEncoderDropoutGradients(t *testing.T) {
	s := encoderShapes[0]
	e := newTrainedRun(t, s, 0.25)
	lens := []int32{19, 5, 2}
	loss := func() float64 {
		run(t, e.program)
		return float64(e.program.Loss())
	}
	e.set(t, lens)
	base := loss()
	var grads [][]float32
	for i, g := range e.program.Gradients() {
		grads = append(grads, slices.Clone(dense(e.params[i], g)))
	}
	for i, p := range e.params {
		// Along its own gradient a parameter changes the loss most.
		norm := 0.0
		for _, v := range grads[i] {
			norm += float64(v) * float64(v)
		}
		if norm < 1e-6 {
			continue // the keys' bias
		}
		const h = 4e-3
		saved := slices.Clone(p.Data())
		move := func(by float64) float64 {
			for j, v := range saved {
				p.Write()[j] = v + float32(by*float64(grads[i][j])/norm)
			}
			return loss()
		}
		got := (move(h) - move(-h)) / (2 * h)
		copy(p.Write(), saved)
		if got < 0.97 || got > 1.03 {
			t.Errorf("%s: the loss rises by %v along the gradient, want 1", p.Name, got)
		}
	}
	e.noise.Step++
	if loss() == base {
		t.Error("another step drops the same elements")
	}
	e.noise.Step--
	if loss() != base {
		t.Error("the same step drops others")
	}
}

// In the steady state a run allocates the machine's own small change, and a little for
// each block of rows, not for each token.
func TestEncoderSteadyStateAllocation(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	s := encoderShapes[2]
	for name, e := range map[string]*encoderRun{"predicting": newEncoderRun(t, s, PoolMean, true), "training": &newTrainedRun(t, s, 0.1).encoderRun} {
		cost := func(lens []int32) (allocations, bytes float64) {
			e.set(t, lens)
			run(t, e.program)
			allocations = testing.AllocsPerRun(5, func() { run(t, e.program) })
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range 5 {
				run(t, e.program)
			}
			runtime.ReadMemStats(&after)
			return allocations, float64(after.TotalAlloc-before.TotalAlloc) / 5
		}
		large := encoderLengths(s)["very many"]
		cost(large) // buffers grow to their size
		few, bytes := cost([]int32{2, 1})
		many, more := cost(large)
		t.Logf("%s: %.0f allocations of %.0f bytes for 3 tokens, %.0f of %.0f for %d", name, few, bytes, many, more, total(large))
		if many > few+150 || more > bytes+12000 {
			t.Errorf("%s allocates with the size of its batch", name)
		}
	}
}

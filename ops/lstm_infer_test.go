package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// reader is an embedding and one LSTM layer above it, for batches of any size.
type reader struct {
	program      *Program
	op           *lstmOp
	ids, lengths []int32
}

const readerVocab = 50

func newReader(t testing.TB, tokens, texts int, params []*Param,
	layer func(x, lengths *G.Node, directions ...LSTMWeights) (*G.Node, error)) *reader {
	t.Helper()
	r := &reader{}
	r.program = must(t, func(g *Graph) (_, out *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range params {
			nodes = append(nodes, g.Param(p))
		}
		var ids, lengths *G.Node
		ids, r.ids = g.Ints("ids", tokens)
		lengths, r.lengths = g.Ints("lengths", texts)
		x, err := Embedding(nodes[0], ids, lengths)
		if err != nil {
			return nil, nil, err
		}
		if out, err = layer(x, lengths, weightNodes(nodes[1:])...); err == nil {
			r.op = out.Op().(*lstmOp)
		}
		return nil, out, err
	})
	return r
}

// read returns the bits of the states after texts of the lengths given.
func (r *reader) read(t testing.TB, lens []int32) []uint32 {
	t.Helper()
	clear(r.lengths)
	copy(r.lengths, lens)
	for i := range total(lens) {
		r.ids[i] = int32(i * 7 % readerVocab)
	}
	run(t, r.program)
	out, _ := r.program.Output()
	bits := make([]uint32, len(out))
	for i, v := range out {
		bits[i] = math.Float32bits(v)
	}
	return bits
}

// readerParams are an embedding and the weights of a layer, the recurrent ones
// exact in float16.
func readerParams(rng *rand.Rand, in, hidden, directions int) []*Param {
	params := slices.Clone(lstmSubject(rng, []int32{1}, in, hidden, directions).params)
	params[0] = random(rng, "embedding", 1, readerVocab, in)
	for d := range directions {
		for i, v := range params[2+4*d].Data() {
			v = float32(math.Round(float64(v)*0x1p10) * 0x1p-10)
			if i%11 == 0 {
				v *= 0x1p-12 // some are subnormal
				v = float32(math.Round(float64(v)*0x1p24) * 0x1p-24)
			}
			params[2+4*d].Write()[i] = v
		}
	}
	return params
}

// Few texts may read float16 weights and many float32 ones, in any order, with
// weights of which some are not exact and on any path: the bits are those of LSTM.
func TestInferLSTMByFloat16EqualsLSTMBitForBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	batches := [][]int32{{40}, {5, 3}, {9, 8, 4, 4, 3, 2, 2, 1}, {3, 3, 1}, {1}, {20, 9, 3, 2}, {70}}
	for _, c := range [][3]int{{1, 1, 1}, {17, 20, 2}, {5, 64, 1}, {16, 33, 2}} {
		for _, exact := range []bool{true, false} {
			params := readerParams(rng, c[0], c[1], c[2])
			if !exact {
				u := params[2].Write()
				u[len(u)-1] = math.Nextafter32(u[len(u)-1], 2)
			}
			trained := newReader(t, 100, 10, params, LSTM)
			var want [][]uint32
			for _, lens := range batches {
				want = append(want, trained.read(t, lens))
			}
			// Both the order of the batches and a change of the path decide when which
			// weights are packed.
			for _, first := range []int{0, 2} {
				r := newReader(t, 100, 10, params, InferLSTM)
				for i := range batches {
					i = (i + first) % len(batches)
					for _, path := range kernel.Available() {
						restore, err := kernel.Use(path)
						if err != nil {
							t.Fatal(err)
						}
						got := r.read(t, batches[i])
						restore()
						if !slices.Equal(got, want[i]) {
							t.Errorf("%v, exact %v, from batch %d: batch %d has other bits than LSTM on %s", c, exact, first, i, path)
						}
					}
				}
				if half := r.op.dirs[0].(*lstmInfer).half != nil; half && !exact || !half && exact && kernel.HalfRows() > 0 {
					t.Errorf("exact %v: float16 weights: %v", exact, half)
				}
			}
		}
	}
}

// A predictor holds the recurrent weights in the form that it uses.
func TestInferLSTMPacksWhatItNeeds(t *testing.T) {
	if kernel.HalfRows() == 0 {
		t.Skip("this path reads no float16 weights")
	}
	params := readerParams(rand.New(rand.NewPCG(1, 8)), 4, 20, 1)
	for _, c := range []struct {
		lens         []int32
		half, single bool
	}{
		{[]int32{4}, true, false},
		{[]int32{4, 3, 2, 1}, false, true},
	} {
		r := newReader(t, 100, 10, params, InferLSTM)
		r.read(t, c.lens)
		l := r.op.dirs[0].(*lstmInfer)
		if (l.half != nil) != c.half || (l.wh != nil) != c.single {
			t.Errorf("lengths %v: float16 weights %v, float32 weights %v", c.lens, l.half != nil, l.wh != nil)
		}
	}
}

// BenchmarkInferLSTM reads texts of 230 tokens on one core, D = 100 to H = 256,
// with recurrent weights that are exact in float16 and with others. best is the
// fastest of the runs.
func BenchmarkInferLSTM(b *testing.B) {
	const in, hidden, tokens = 100, 256, 230
	params := readerParams(rand.New(rand.NewPCG(1, 9)), in, hidden, 1)
	for _, kind := range []string{"float16", "float32"} {
		for _, texts := range []int{1, 2, 3, 4, 16, 192} {
			b.Run(fmt.Sprintf("%s/%d", kind, texts), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // b.Run sets it
				u := params[2].Write()
				defer func(v float32) { u[0] = v }(u[0])
				if kind == "float32" {
					u[0] = math.Nextafter32(u[0], 2)
				}
				r := newReader(b, texts*tokens, texts, params, InferLSTM)
				lens := slices.Repeat([]int32{tokens}, texts)
				r.read(b, lens)
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					run(b, r.program)
					best = min(best, time.Since(start))
				}
				flops := float64(2 * 4 * hidden * (in + hidden) * texts * tokens)
				b.ReportMetric(float64(best.Microseconds())/1000, "best-ms")
				b.ReportMetric(flops/float64(best.Nanoseconds()), "best-GFLOP/s")
			})
		}
	}
}

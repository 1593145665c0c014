package ops

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// sharing is one layer whose tokens share rows of its first parameter.
type sharing struct {
	program       *Program
	op            *lstmOp
	rows, lengths []int32
}

func newSharing(t testing.TB, tokens, texts int, params []*Param) *sharing {
	t.Helper()
	s := &sharing{}
	s.program = must(t, func(g *Graph) (_, out *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range params {
			nodes = append(nodes, g.Param(p))
		}
		var rows, lengths *G.Node
		rows, s.rows = g.Ints("rows", tokens)
		lengths, s.lengths = g.Ints("lengths", texts)
		if out, err = InferSharedLSTM(nodes[0], rows, lengths, weightNodes(nodes[1:])...); err == nil {
			s.op = out.Op().(*lstmOp)
		}
		return nil, out, err
	})
	return s
}

// From few shared inputs, whose products are taken beforehand, to more inputs
// than tokens; the bits are those of LSTM on a row for each token.
func TestInferSharedLSTMEqualsLSTMBitForBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 10))
	for _, c := range [][3]int{{1, 1, 1}, {17, 20, 2}, {16, 33, 1}} {
		for name, lens := range someLengths() {
			subject := lstmSubject(rng, lens, c[0], c[1], c[2])
			tokens := total(lens)
			for _, inputs := range []int{1, (tokens + 1) / 2, tokens, tokens + 300} {
				shared, each := slices.Clone(subject.params), slices.Clone(subject.params)
				shared[0], each[0] = random(rng, "x", 1, inputs, c[0]), NewParam("x", tokens, c[0])
				s := newSharing(t, tokens+1, len(lens)+1, shared)
				copy(s.lengths, lens)
				for i := range tokens {
					row := rng.IntN(inputs)
					s.rows[i] = int32(row)
					copy(each[0].Write()[i*c[0]:(i+1)*c[0]], shared[0].Data()[row*c[0]:])
				}
				s.rows[tokens] = -1 // of no token
				want := inferred(t, each, lens)
				for _, path := range kernel.Available() {
					restore, err := kernel.Use(path)
					if err != nil {
						t.Fatal(err)
					}
					run(t, s.program)
					restore()
					if got, _ := s.program.Output(); !slices.Equal(got, want) {
						t.Errorf("%v, %s, %d inputs: other bits than LSTM on %s", c, name, inputs, path)
					}
				}
				if before := s.op.dirs[0].(*lstmInfer).ahead == 0; before != (inputs*4 <= tokens*3) {
					t.Errorf("%d inputs of %d tokens: products taken beforehand: %v", inputs, tokens, before)
				}
			}
		}
	}
}

// More inputs than are kept are multiplied when they are read.
func TestTooManySharedInputs(t *testing.T) {
	const inputs, texts, length = sharedInputs + 1, 22, 1000
	rng := rand.New(rand.NewPCG(1, 13))
	lens := slices.Repeat([]int32{length}, texts)
	shared := lstmSubject(rng, []int32{1}, 1, 1, 1).params
	each := slices.Clone(shared)
	shared[0], each[0] = random(rng, "x", 1, inputs, 1), NewParam("x", texts*length, 1)
	s := newSharing(t, texts*length, texts, shared)
	copy(s.lengths, lens)
	for i := range s.rows {
		s.rows[i] = int32(i % inputs)
		each[0].Write()[i] = shared[0].Data()[i%inputs]
	}
	run(t, s.program)
	if got, _ := s.program.Output(); !slices.Equal(got, inferred(t, each, lens)) {
		t.Error("other bits than LSTM")
	}
	if l := s.op.dirs[0].(*lstmInfer); l.ahead == 0 || len(l.xw) > 0 {
		t.Error("too many products are kept")
	}
}

// BenchmarkInferSharedLSTM reads 64 texts of 230 tokens on one core, D = 100 to
// H = 256, whose different inputs are the named percentage of the tokens, and 100
// without sharing. best is the fastest of the runs.
func BenchmarkInferSharedLSTM(b *testing.B) {
	const in, hidden, texts, length = 100, 256, 64, 230
	for _, percent := range []int{20, 50, 75, 100} {
		b.Run(fmt.Sprint(percent), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // b.Run sets it
			rng := rand.New(rand.NewPCG(1, 14))
			inputs := texts * length * percent / 100
			params := lstmSubject(rng, []int32{1}, in, hidden, 1).params
			params[0] = random(rng, "x", 1, inputs, in)
			s := newSharing(b, texts*length, texts, params)
			copy(s.lengths, slices.Repeat([]int32{length}, texts))
			for i := range s.rows {
				s.rows[i] = int32(rng.IntN(inputs))
			}
			run(b, s.program)
			best := time.Hour
			for b.Loop() {
				start := time.Now()
				run(b, s.program)
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(best.Microseconds())/1000, "best-ms")
		})
	}
}

func TestErrorsOfSharedInputs(t *testing.T) {
	params := lstmSubject(rand.New(rand.NewPCG(1, 11)), []int32{1, 1, 1}, 2, 3, 1).params
	s := newSharing(t, 4, 2, params)
	for _, c := range []struct {
		rows, lengths []int32
		message       string
	}{
		{[]int32{0, 3, 0, 0}, []int32{2, 0}, "token 1 reads row 3, want 0 to 2"},
		{[]int32{0, 0, -1, 0}, []int32{3, 1}, "token 2 reads row -1"},
		{[]int32{0, 0, 0, 0}, []int32{3, 2}, "lengths say 5 tokens, 4 rows"},
		{[]int32{0, 0, 0, 0}, []int32{1<<31 - 1, 1}, "lengths say 2147483648 tokens, 4 rows"},
		{[]int32{0, 0, 0, 0}, []int32{0, 0}, "a batch without tokens"},
	} {
		copy(s.rows, c.rows)
		copy(s.lengths, c.lengths)
		if err := s.program.Run(); err == nil || !strings.HasPrefix(err.Error(), "ops: lstm: ") || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
	}
	_, err := Build(func(g *Graph) (_, out *G.Node, err error) {
		x := g.Param(params[0])
		lengths, _ := g.Ints("lengths", 2)
		out, err = InferSharedLSTM(x, x, lengths)
		return nil, out, err
	})
	if err == nil || !strings.Contains(err.Error(), "lstm: rows ") {
		t.Errorf("rows of floats: %v", err)
	}
}

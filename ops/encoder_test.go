package ops

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// encoderShapes have heads and rows that fill panels and that do not.
var encoderShapes = []encoderShape{
	{vocab: 11, positions: 40, segments: 2, width: 8, heads: 2, inner: 12, activation: GELU, eps: 1e-12},
	{vocab: 11, positions: 41, width: 15, heads: 3, inner: 33, first: 2, activation: GELUTanh, eps: 1e-5},
	{vocab: 30, positions: 200, segments: 1, width: 64, heads: 2, inner: 80, activation: GELU, eps: 1e-12},
	{vocab: 30, positions: 200, width: 34, heads: 2, inner: 17, activation: GELU, eps: 1e-5},
}

// encoderLengths are batches that are dealt to the cores as wholes and in blocks.
func encoderLengths(s encoderShape) map[string][]int32 {
	l := someLengths()
	rng := rand.New(rand.NewPCG(5, 6))
	l["long"] = []int32{37, 33, 32, 31, 17, 16, 15, 2}
	if s.positions >= 200 {
		l["longer"] = []int32{180, 130, 3}
		l["very many"] = ragged(rng, 150, 40)
	}
	return l
}

// encoderRun is a graph that predicts, with the batch in it.
type encoderRun struct {
	shape               encoderShape
	params              []*Param
	program             *Program
	ids, segments, lens []int32
	texts, marks        [][]int32
}

const encoderTokens, encoderTexts = 4000, 160

func newEncoderRun(t testing.TB, s encoderShape, kind Pooling, unit bool) *encoderRun {
	t.Helper()
	e := &encoderRun{shape: s, params: s.params(rand.New(rand.NewPCG(7, 7)))}
	e.program = must(t, func(g *Graph) (_, out *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range e.params {
			nodes = append(nodes, g.Param(p))
		}
		tables, attention, forward := s.nodes(nodes)
		var ids, segments, lens *G.Node
		ids, e.ids = g.Ints("ids", encoderTokens)
		lens, e.lens = g.Ints("lens", encoderTexts)
		if s.segments > 0 {
			segments, e.segments = g.Ints("segments", encoderTokens)
		}
		packs := NewPacks()
		if s.bytes {
			packs = NewInt8Packs()
		}
		space := NewWorkspace(packs)
		x, err := InferEncoderEmbedding(tables, ids, segments, lens, s.eps, space)
		if err != nil {
			return nil, nil, err
		}
		if x, err = InferSelfAttention(x, lens, attention, s.heads, s.eps, space); err != nil {
			return nil, nil, err
		}
		if x, err = InferFeedForward(x, forward, s.activation, s.eps, space); err != nil {
			return nil, nil, err
		}
		out, err = PoolTexts(x, lens, kind, unit)
		return nil, out, err
	})
	return e
}

// set fills the inputs with texts of the given lengths.
func (e *encoderRun) set(t testing.TB, lens []int32) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(len(lens)), uint64(lens[0])))
	e.texts, e.marks = nil, nil
	for _, n := range lens {
		var text, marks []int32
		for range n {
			text = append(text, rng.Int32N(int32(e.shape.vocab)))
			marks = append(marks, rng.Int32N(int32(max(1, e.shape.segments))))
		}
		e.texts, e.marks = append(e.texts, text), append(e.marks, marks)
	}
	if _, err := PackTexts(e.ids, e.lens, e.texts); err != nil {
		t.Fatal(err)
	}
	if e.segments != nil {
		if _, err := PackTexts(e.segments, e.lens, e.marks); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEncoderEqualsItsDefinition(t *testing.T) {
	for _, s := range encoderShapes {
		for _, kind := range []Pooling{PoolFirst, PoolMean, PoolMax} {
			unit := kind != PoolMax
			e := newEncoderRun(t, s, kind, unit)
			for name, lens := range encoderLengths(s) {
				if testing.Short() && total(lens) > 400 {
					continue
				}
				e.set(t, lens)
				run(t, e.program)
				got, _ := e.program.Output()
				want := pool64(s.states(subject{params: e.params}.wide(), e.texts, e.marks), kind, unit)
				compare(t, fmt.Sprintf("%+v, %s, %s: output", s, kind, name), got, want, 1e-5)
			}
		}
	}
}

// bits is a hash of the output's bits.
func (e *encoderRun) bits(t testing.TB, lens []int32) uint64 {
	t.Helper()
	e.set(t, lens)
	run(t, e.program)
	out, _ := e.program.Output()
	h := fnv.New64a()
	binary.Write(h, binary.LittleEndian, out)
	return h.Sum64()
}

// Neither cores nor kernels nor what ran before reach the result.
func TestEncoderSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, s := range append(inBytes(encoderShapes), encoderShapes...) {
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
				e := newEncoderRun(t, s, PoolMean, true)
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

// A text has the bits alone that it has among others, wherever it lies.
func TestEncoderTextsDoNotMeet(t *testing.T) {
	for _, s := range append(inBytes(encoderShapes[2:3]), encoderShapes[2]) {
		textsDoNotMeet(t, s)
	}
}

func textsDoNotMeet(t *testing.T, s encoderShape) {
	t.Helper()
	e := newEncoderRun(t, s, PoolMean, false)
	e.set(t, encoderLengths(s)["very many"])
	run(t, e.program)
	out, f := e.program.Output()
	all, texts, marks := append([]float32(nil), out...), e.texts, e.marks
	for b := 0; b < len(texts); b += 13 {
		if _, err := PackTexts(e.ids, e.lens, texts[b:b+1]); err != nil {
			t.Fatal(err)
		}
		copy(e.segments, marks[b])
		run(t, e.program)
		got, _ := e.program.Output()
		for j, v := range got[:f] {
			if math.Float32bits(v) != math.Float32bits(all[b*f+j]) {
				t.Fatalf("text %d has other bits alone", b)
			}
		}
	}
}

// NaN and infinite weights give NaN, in those texts that meet them, and no panic;
// the largest weights need not.
func TestEncoderSpecialWeights(t *testing.T) {
	for i, v := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32,
		float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32} {
		s := encoderShapes[0]
		s.bytes = i >= 4
		e := newEncoderRun(t, s, PoolMean, true)
		e.set(t, []int32{3, 2})
		copy(e.ids, []int32{1, 2, 3, 4, 5})
		e.params[0].Write()[2*s.width] = v // of word 2, in the first text
		run(t, e.program)
		out, f := e.program.Output()
		if out[0] == out[0] && v != math.MaxFloat32 {
			t.Errorf("%v: the text that meets it is %v", v, out[:f])
		}
		for _, x := range out[f:] {
			if x != x {
				t.Errorf("%v: the other text is %v", v, out[f:])
			}
		}
	}
}

func TestEncoderErrors(t *testing.T) {
	s := encoderShapes[0]
	e := newEncoderRun(t, s, PoolMean, false)
	good := []int32{4, 2, 1}
	want := e.bits(t, good)
	for _, f := range []struct {
		message string
		spoil   func()
	}{
		{"word 11 at row 2, want 0 to 10", func() { e.ids[2] = 11 }},
		{"word -1 at row 6", func() { e.ids[6] = -1 }},
		{"segment 2 at row 3, want 0 to 1", func() { e.segments[3] = 2 }},
		{"a text of 41 tokens, there are 40 positions", func() { e.lens[0] = 41 }},
		{"a batch without tokens", func() { clear(e.lens) }},
		{"length 5 of text 1", func() { e.lens[1] = 5 }},
		{"tokens, 4000 ids", func() { e.lens[0] = 1<<31 - 1 }},
	} {
		e.set(t, good)
		f.spoil()
		if err := e.program.Run(); err == nil || !strings.Contains(err.Error(), f.message) || !strings.HasPrefix(err.Error(), "ops: ") {
			t.Errorf("error %v, want one with %q", err, f.message)
		}
		if e.bits(t, good) != want {
			t.Fatalf("%q: the batch after it has other bits", f.message)
		}
	}
}

// Nodes that do not fit are refused while the graph is built.
func TestEncoderErrorsOfNodes(t *testing.T) {
	s := encoderShapes[0]
	type built struct {
		tables     EncoderTables
		attention  AttentionWeights
		forward    FeedForwardWeights
		other      *G.Node // of a shape that fits nowhere
		heads      int
		activation Activation
		pooling    Pooling
	}
	for name, change := range map[string]func(b *built){
		"heads that do not divide":   func(b *built) { b.heads = 3 },
		"no heads":                   func(b *built) { b.heads = 0 },
		"an unknown activation":      func(b *built) { b.activation = "relu" },
		"an unknown pooling":         func(b *built) { b.pooling = PoolLast },
		"a query of another shape":   func(b *built) { b.attention.Query = b.other },
		"no value bias":              func(b *built) { b.attention.ValueBias = nil },
		"an inner weight too wide":   func(b *built) { b.forward.Inner = b.other },
		"positions of another width": func(b *built) { b.tables.Positions = b.other },
		"no table of segments":       func(b *built) { b.tables.Segments = nil },
		"a first position too far":   func(b *built) { b.tables.FirstPosition = 40 },
	} {
		_, err := Build(func(g *Graph) (_, out *G.Node, err error) {
			var nodes []*G.Node
			for _, p := range s.params(rand.New(rand.NewPCG(1, 1))) {
				nodes = append(nodes, g.Param(p))
			}
			b := built{other: g.Param(NewParam("other", 5, 7)), heads: s.heads, activation: s.activation, pooling: PoolMean}
			b.tables, b.attention, b.forward = s.nodes(nodes)
			change(&b)
			ids, _ := g.Ints("ids", 10)
			segments, _ := g.Ints("segments", 10)
			lens, _ := g.Ints("lens", 4)
			space := NewWorkspace(NewPacks())
			x, err := InferEncoderEmbedding(b.tables, ids, segments, lens, s.eps, space)
			if err != nil {
				return nil, nil, err
			}
			if x, err = InferSelfAttention(x, lens, b.attention, b.heads, s.eps, space); err != nil {
				return nil, nil, err
			}
			if x, err = InferFeedForward(x, b.forward, b.activation, s.eps, space); err != nil {
				return nil, nil, err
			}
			out, err = PoolTexts(x, lens, b.pooling, false)
			return nil, out, err
		})
		if err == nil || !strings.HasPrefix(err.Error(), "ops: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a sublayer overwrites is read by nobody else.
func TestEncoderInputsAreReadAlone(t *testing.T) {
	s := encoderShapes[0]
	_, err := Build(func(g *Graph) (_, out *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range s.params(rand.New(rand.NewPCG(1, 1))) {
			nodes = append(nodes, g.Param(p))
		}
		tables, a, _ := s.nodes(nodes)
		ids, _ := g.Ints("ids", 10)
		segments, _ := g.Ints("segments", 10)
		lens, _ := g.Ints("lens", 4)
		space := NewWorkspace(NewPacks())
		x, err := InferEncoderEmbedding(tables, ids, segments, lens, s.eps, space)
		if err != nil {
			return nil, nil, err
		}
		if _, err = InferSelfAttention(x, lens, a, s.heads, s.eps, space); err != nil {
			return nil, nil, err
		}
		out, err = PoolTexts(x, lens, PoolMean, false)
		return nil, out, err
	})
	if err == nil || !strings.Contains(err.Error(), "another node reads its input") {
		t.Error(err)
	}
}

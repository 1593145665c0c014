package ops

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// results weighs those of a layer's three results that a loss shall depend on.
type results struct{ output, hidden, cell bool }

func (r results) String() string {
	var names []string
	for i, used := range [...]bool{r.output, r.hidden, r.cell} {
		if used {
			names = append(names, [...]string{"output", "hidden", "cell"}[i])
		}
	}
	return strings.Join(names, " and ")
}

// stateSubject is a layer with states over texts of the lengths given; its value is
// a sum over the results used. Initial states have a row more than there are texts.
func stateSubject(rng *rand.Rand, lens []int32, in, hidden, directions int, given bool, used results) subject {
	layer := lstmSubject(rng, lens, in, hidden, directions)
	width, texts := hidden*directions, len(lens)
	params := layer.params
	if given {
		params = append(params, random(rng, "hidden", 1, texts+1, width), random(rng, "cell", 1, texts+1, width))
	}
	rows := places(lens)
	return subject{
		params: params,
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			n := 1 + 4*directions
			var from LSTMState
			if given {
				from = LSTMState{p[n], p[n+1]}
			}
			y, final, err := LSTMFrom(p[0], lengthsInput(g, lens), from, weightNodes(p[1:n])...)
			if err != nil {
				return nil, err
			}
			var all []*G.Node
			for i, r := range []*G.Node{y, final.Hidden, final.Cell} {
				if [...]bool{used.output, used.hidden, used.cell}[i] {
					all = append(all, r)
				}
			}
			return weighAll(all...)
		},
		reference: func(p [][]float64) []float64 {
			out, state := make([]float64, total(lens)*width), [2][]float64{}
			for k := range state {
				state[k] = make([]float64, (texts+1)*width)
				if given {
					state[k] = slices.Clone(p[1+4*directions+k])
				}
			}
			for d := range directions {
				lstmReference(out, width, d*hidden, p[0], in, hidden, rows, d == 1, [4][]float64(p[1+4*d:]), &state)
			}
			sum := 0.0
			for i, r := range [][]float64{out, state[0][:texts*width], state[1][:texts*width]} {
				if [...]bool{used.output, used.hidden, used.cell}[i] {
					for e, v := range r {
						sum += v * float64(coefficient(e))
					}
				}
			}
			return []float64{sum}
		},
	}
}

// weighAll is the sum of what weigh makes of each node.
func weighAll(nodes ...*G.Node) (sum *G.Node, err error) {
	for _, n := range nodes {
		w, err := weigh(n)
		if err != nil {
			return nil, err
		}
		if sum == nil {
			sum = w
		} else if sum, err = G.Add(sum, w); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

func TestLSTMFrom(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for name, lens := range someLengths() {
		for directions := 1; directions <= 2; directions++ {
			t.Run(fmt.Sprint(name, " ", directions), func(t *testing.T) {
				stateSubject(rng, lens, 3, 5, directions, true, results{true, true, true}).check(t)
			})
		}
	}
	for _, used := range []results{{output: true}, {hidden: true}, {cell: true}, {true, false, true}, {false, true, true}} {
		for _, given := range []bool{true, false} {
			t.Run(fmt.Sprint(used, " ", given), func(t *testing.T) {
				stateSubject(rng, []int32{4, 2, 2, 1}, 17, 16, 2, given, used).check(t)
			})
		}
	}
}

// stated is a layer with states, its inputs and what it returns.
type stated struct {
	program             *Program
	x, hidden, cell     []float32
	lens                []int32
	output              *G.Node
	final               LSTMState
	in, width, capacity int
}

// newStated builds a layer with states for texts of the lengths given.
func newStated(t *testing.T, infer bool, params []*Param, lens []int32, directions int) *stated {
	t.Helper()
	s := &stated{in: params[0].RowLen(), width: params[2].RowLen() * directions, capacity: len(lens)}
	s.program = must(t, func(g *Graph) (_, _ *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range params[1:] {
			nodes = append(nodes, g.Param(p))
		}
		x, data := g.Floats("x", total(lens), s.in)
		h, hidden := g.Floats("h", s.capacity, s.width)
		c, cell := g.Floats("c", s.capacity, s.width)
		lengths, l := g.Ints("lengths", s.capacity)
		count, n := g.Ints("count", 1)
		n[0] = int32(total(lens))
		copy(l, lens)
		s.x, s.hidden, s.cell, s.lens = data, hidden, cell, l
		if x, err = Take(x, count); err != nil {
			return nil, nil, err
		}
		layer := LSTMFrom
		if infer {
			layer = InferLSTMFrom
		}
		s.output, s.final, err = layer(x, lengths, LSTMState{h, c}, weightNodes(nodes)...)
		return nil, s.output, err
	})
	return s
}

// run returns copies of the three results.
func (s *stated) run(t *testing.T) [3][]float32 {
	t.Helper()
	run(t, s.program)
	var all [3][]float32
	for i, n := range []*G.Node{s.output, s.final.Hidden, s.final.Cell} {
		data, _ := s.program.Value(n)
		all[i] = slices.Clone(data)
	}
	return all
}

// A text read in two parts, the second from the state that the first ends with, has
// the bits of the text read at once, with a backward pass to follow or without.
func TestLSTMInPartsEqualsWholeBitForBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	const in, hidden, texts, first, second = 17, 20, 19, 6, 5
	lens := func(n int32) []int32 { return slices.Repeat([]int32{n}, texts) }
	layer := lstmSubject(rng, lens(first+second), in, hidden, 1)
	p := layer.build(t)
	run(t, p)
	want, _ := p.Output()
	for _, infer := range []bool{false, true} {
		x, row := layer.params[0].Data(), 0
		var state [3][]float32
		for _, steps := range []int32{first, second} {
			part := newStated(t, infer, layer.params, lens(steps), 1)
			copy(part.x, x[row*in:])
			copy(part.hidden, state[1])
			copy(part.cell, state[2])
			state = part.run(t)
			if n := len(state[0]); !slices.Equal(state[0], want[row*hidden:][:n]) {
				t.Fatalf("infer %v: the part of %d tokens has other bits than the whole", infer, steps)
			}
			row += int(steps) * texts
		}
		if !slices.Equal(state[1], want[(row-texts)*hidden:]) {
			t.Errorf("infer %v: the final state is not the last one", infer)
		}
	}
}

func TestInferLSTMFromEqualsLSTMFromBitForBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for name, lens := range someLengths() {
		for directions := 1; directions <= 2; directions++ {
			layer := lstmSubject(rng, lens, 17, 20, directions)
			h, c := random(rng, "h", 1, len(lens), 20*directions), random(rng, "c", 1, len(lens), 20*directions)
			var got [2][3][]float32
			for i := range got {
				s := newStated(t, i == 1, layer.params, lens, directions)
				copy(s.x, layer.params[0].Data())
				copy(s.hidden, h.Data())
				copy(s.cell, c.Data())
				got[i] = s.run(t)
				if again := s.run(t); !slices.EqualFunc(again[:], got[i][:], slices.Equal) {
					t.Errorf("%s, %d directions: a second run gives other bits", name, directions)
				}
			}
			if !slices.EqualFunc(got[0][:], got[1][:], slices.Equal) {
				t.Errorf("%s, %d directions: InferLSTMFrom differs from LSTMFrom", name, directions)
			}
		}
	}
}

// Neither cores nor kernels reach states or their gradients.
func TestLSTMFromHasTheSameBitsEverywhere(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want [][]float32
	for _, path := range kernel.Available() {
		restore, err := kernel.Use(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, procs := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(procs)
			rng := rand.New(rand.NewPCG(2, 4))
			s := stateSubject(rng, ragged(rng, 33, 12), 10, 18, 2, true, results{true, true, true})
			p := s.build(t)
			run(t, p)
			got := [][]float32{{p.Loss()}}
			for _, g := range p.Gradients() {
				got = append(got, slices.Clone(g.Data))
			}
			if want == nil {
				want = got
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("other bits on %s with %d cores", path, procs)
			}
		}
		restore()
	}
}

func TestLSTMFromRefusesTooFewStates(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 5))
	lens := []int32{2, 1}
	s := lstmSubject(rng, lens, 3, 4, 1)
	for _, rows := range [][2]int{{1, 1}, {2, 3}} {
		p := must(t, func(g *Graph) (_, out *G.Node, err error) {
			var nodes []*G.Node
			for _, p := range s.params {
				nodes = append(nodes, g.Param(p))
			}
			h, _ := g.Floats("h", rows[0], 4)
			c, _ := g.Floats("c", rows[1], 4)
			out, _, err = LSTMFrom(nodes[0], lengthsInput(g, lens), LSTMState{h, c}, weightNodes(nodes[1:])...)
			return nil, out, err
		})
		if err := p.Run(); err == nil || !strings.Contains(err.Error(), "initial state [") {
			t.Errorf("states of %v rows for two texts: %v", rows, err)
		}
	}
}

// PyTorch's nn.LSTM with initial states, packed: see testdata/lstm_state.py.
func TestLSTMFromAgainstPyTorch(t *testing.T) {
	file, err := os.ReadFile("testdata/lstm_state.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		In, Hidden, Directions int
		Lengths                []int32
		Values, Gradients      map[string][]float64
		Output                 []float64
		FinalHidden            []float64 `json:"final_hidden"`
		FinalCell              []float64 `json:"final_cell"`
	}
	if err := json.Unmarshal(file, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		tokens, width := total(c.Lengths), c.Hidden*c.Directions
		var params []*Param
		param := func(name string, shape ...int) {
			p := NewParam(name, shape...)
			for i, v := range c.Values[name] {
				p.Write()[i] = float32(v)
			}
			params = append(params, p)
		}
		param("x", tokens, c.In)
		for d := range c.Directions {
			suffix := []string{"", "1"}[d]
			param("weight_ih"+suffix, 4*c.Hidden, c.In)
			param("weight_hh"+suffix, 4*c.Hidden, c.Hidden)
			param("bias_ih"+suffix, 4*c.Hidden)
			param("bias_hh"+suffix, 4*c.Hidden)
		}
		param("hidden", len(c.Lengths), width)
		param("cell", len(c.Lengths), width)
		var all []*G.Node
		p := must(t, func(g *Graph) (loss, out *G.Node, err error) {
			var nodes []*G.Node
			for _, p := range params {
				nodes = append(nodes, g.Param(p))
			}
			n := 1 + 4*c.Directions
			y, final, err := LSTMFrom(nodes[0], lengthsInput(g, c.Lengths), LSTMState{nodes[n], nodes[n+1]}, weightNodes(nodes[1:n])...)
			if err != nil {
				return nil, nil, err
			}
			all = []*G.Node{y, final.Hidden, final.Cell}
			loss, err = weighAll(all...)
			return loss, nil, err
		})
		run(t, p)
		for i, want := range [][]float64{c.Output, c.FinalHidden, c.FinalCell} {
			got, _ := p.Value(all[i])
			compare(t, fmt.Sprint("result ", i), got, want, 1e-6)
		}
		for i, g := range p.Gradients() {
			compare(t, "gradient of "+params[i].Name, g.Data, c.Gradients[params[i].Name], 1e-5)
		}
	}
}

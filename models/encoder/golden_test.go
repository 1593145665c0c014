package encoder

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// golden is what PyTorch computes with a tiny encoder, by testdata/golden.py.
type golden struct {
	Texts []struct {
		Text           string
		IDs            []int32
		Mean, CLS, Max []float64
	}
	Direction []float64
	Loss      float64
	Gradients map[string]json.RawMessage
}

// readGolden returns a tiny encoder and what PyTorch makes of it.
func readGolden(t testing.TB, name string) (*Network, golden) {
	t.Helper()
	dir := filepath.Join("testdata", name)
	d, err := OpenDirectory(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	n, err := fromTensors(d.Config, d.Tensors)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return n, g
}

func TestVectorsEqualPyTorch(t *testing.T) {
	for _, name := range []string{"bert", "distilbert", "roberta"} {
		n, g := readGolden(t, name)
		var texts [][]int32
		for _, text := range g.Texts {
			texts = append(texts, text.IDs)
		}
		for _, kind := range []ops.Pooling{ops.PoolFirst, ops.PoolMean, ops.PoolMax} {
			got, err := n.Embed(context.Background(), texts, kind, true)
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range g.Texts {
				want := map[ops.Pooling][]float64{ops.PoolFirst: text.CLS, ops.PoolMean: text.Mean, ops.PoolMax: text.Max}[kind]
				if len(want) != 8 {
					t.Fatalf("%s: text %d: PyTorch's %s has %d numbers", name, i, kind, len(want))
				}
				for j, v := range want {
					if !(math.Abs(float64(got[i][j])-v) <= 2e-6) {
						t.Errorf("%s: text %d: %s %d is %v, PyTorch's is %v", name, i, kind, j, got[i][j], v)
					}
				}
			}
		}
	}
}

// gradient returns one of PyTorch's gradients, row-major.
func (g golden) gradient(t *testing.T, p *ops.Param) []float64 {
	t.Helper()
	var flat []float64
	if json.Unmarshal(g.Gradients[p.Name], &flat) == nil {
		return flat
	}
	flat = nil
	var rows [][]float64
	if json.Unmarshal(g.Gradients[p.Name], &rows) == nil {
		for _, row := range rows {
			flat = append(flat, row...)
		}
		return flat
	}
	var some map[int][]float64
	if err := json.Unmarshal(g.Gradients[p.Name], &some); err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	flat = make([]float64, len(p.Data()))
	for i, row := range some {
		copy(flat[i*p.RowLen():], row)
	}
	return flat
}

func TestGradientsEqualPyTorch(t *testing.T) {
	for _, name := range []string{"bert", "distilbert", "roberta"} {
		n, g := readGolden(t, name)
		var texts [][]int32
		for _, text := range g.Texts {
			texts = append(texts, text.IDs)
		}
		slices.SortStableFunc(texts, func(a, b []int32) int { return len(b) - len(a) })
		tokens := 0
		for _, text := range texts {
			tokens += len(text)
		}
		p, err := ops.Build(func(graph *ops.Graph) (loss, out *G.Node, err error) {
			ids, data := graph.Ints("ids", tokens)
			lengths, lens := graph.Ints("lengths", len(texts))
			if _, err := ops.PackTexts(data, lens, texts); err != nil {
				return nil, nil, err
			}
			var segments *G.Node
			if n.segments != nil {
				segments, _ = graph.Ints("segments", tokens)
			}
			if out, err = n.forward(graph, ids, segments, lengths, head{pooling: ops.PoolMean}, ops.EncoderDropout{}); err != nil {
				return nil, nil, err
			}
			// Inner is a mean over the texts, PyTorch's loss a sum.
			weights, w := graph.Floats("direction", len(texts), len(g.Direction))
			for i := range w {
				w[i] = float32(g.Direction[i%len(g.Direction)] * float64(len(texts)))
			}
			loss, err = ops.Inner(out, weights)
			return loss, out, err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if !(math.Abs(float64(p.Loss())-g.Loss) <= 1e-5*math.Abs(g.Loss)) {
			t.Errorf("%s: loss %v, PyTorch's is %v", name, p.Loss(), g.Loss)
		}
		if len(p.Params()) != len(g.Gradients) {
			t.Errorf("%s: %d parameters, PyTorch has %d gradients", name, len(p.Params()), len(g.Gradients))
		}
		for i, param := range p.Params() {
			want, got := g.gradient(t, param), make([]float32, len(param.Data()))
			grad := p.Gradients()[i]
			if grad.Rows == nil {
				copy(got, grad.Data)
			}
			for k, row := range grad.Rows {
				copy(got[int(row)*param.RowLen():], grad.Data[k*param.RowLen():(k+1)*param.RowLen()])
			}
			if len(want) != len(got) {
				t.Fatalf("%s: %s has %d numbers, PyTorch's gradient %d", name, param.Name, len(got), len(want))
			}
			scale := 0.1 // the keys' bias has a gradient of zero
			for _, v := range want {
				scale = max(scale, math.Abs(v))
			}
			for j, v := range want {
				if !(math.Abs(float64(got[j])-v) <= 1e-5*scale) {
					t.Errorf("%s: gradient %d of %s is %v, PyTorch's is %v", name, j, param.Name, got[j], v)
					break
				}
			}
		}
	}
}

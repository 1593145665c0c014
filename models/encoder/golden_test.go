package encoder

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// golden is what PyTorch computes with a tiny encoder, by testdata/golden.py.
type golden struct {
	Texts []struct {
		IDs            []int32
		Mean, CLS, Max []float64
	}
	Direction []float64
	Loss      float64
	Gradients map[string]json.RawMessage
}

// goldenConfigs are the shapes of the encoders in testdata.
var goldenConfigs = map[string]Config{
	"bert":       {Architecture: "bert", Positions: 64, Types: 2, LayerNormEps: 1e-12},
	"distilbert": {Architecture: "distilbert", Positions: 64, LayerNormEps: 1e-12},
	"roberta":    {Architecture: "roberta", Positions: 66, Types: 1, PositionOffset: 2, LayerNormEps: 1e-5},
}

// fileName is the name that a file of an architecture has for a parameter.
func fileName(architecture, name string) string {
	if architecture == "distilbert" {
		for _, r := range [][2]string{
			{"encoder.layer.", "transformer.layer."}, {"attention.self.query", "attention.q_lin"}, {"attention.self.key", "attention.k_lin"},
			{"attention.self.value", "attention.v_lin"}, {"attention.output.dense", "attention.out_lin"}, {"attention.output.LayerNorm", "sa_layer_norm"},
			{"intermediate.dense", "ffn.lin1"}, {"output.dense", "ffn.lin2"}, {"output.LayerNorm", "output_layer_norm"},
		} {
			name = strings.ReplaceAll(name, r[0], r[1])
		}
	}
	return name
}

// readGolden returns a tiny encoder and what PyTorch makes of it.
func readGolden(t *testing.T, name string) (*Network, golden) {
	t.Helper()
	dir := filepath.Join("testdata", name)
	file, err := weights.ReadFile(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	words, err := file.Tensor("embeddings.word_embeddings.weight")
	if err != nil {
		t.Fatal(err)
	}
	c := goldenConfigs[name]
	c.Vocab, c.Hidden, c.Layers, c.Heads, c.Intermediate, c.Activation = words.Shape[0], 8, 2, 2, 12, "gelu"
	n, err := New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params() {
		if err := file.Into(fileName(name, p.Name), p.Shape(), p.Write()); err != nil {
			t.Fatal(err)
		}
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
	for name := range goldenConfigs {
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

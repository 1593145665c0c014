package encoder

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
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

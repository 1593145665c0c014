package encoder

import (
	"context"
	"math"
	"os"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// clouds draws points around a centre for each class.
func clouds(n, dim, classes int) (vectors [][]float32, labels []int32) {
	rng := ops.Stream(3, "clouds", 0)
	centres := make([][]float64, classes)
	for k := range centres {
		for range dim {
			centres[k] = append(centres[k], rng.NormFloat64())
		}
	}
	for i := range n {
		k := i % classes
		v := make([]float32, dim)
		for j := range v {
			v[j] = float32(0.1*centres[k][j] + 0.12*rng.NormFloat64() + 3)
		}
		vectors, labels = append(vectors, v), append(labels, int32(k))
	}
	return vectors, labels
}

func tinyClassifier(t testing.TB, classes ...string) *Classifier {
	t.Helper()
	d, err := OpenDirectory(os.DirFS("testdata/bert"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := FromDirectory(d)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClassifier(e, classes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// At the minimum the gradient of the objective, computed here in float64 by
// its definition, is nothing beside that at the start.
func TestProbeFindsTheMinimum(t *testing.T) {
	const n, dim, classes = 300, 8, 3
	x, labels := clouds(n, dim, classes)
	for _, c := range []float64{0.01, 1, 100} {
		p, err := NewProbe(x, labels, classes, nil)
		if err != nil {
			t.Fatal(err)
		}
		m := tinyClassifier(t, "a", "b", "c")
		steps, err := p.Fit(context.Background(), m, c)
		if err != nil || steps < 2 {
			t.Fatalf("%d steps, %v", steps, err)
		}
		gradient := func(w, b []float32) float64 {
			var g [classes][dim + 1]float64
			for i, v := range x {
				var logits []float64
				for k := range classes {
					sum := float64(b[k])
					for j := range dim {
						sum += float64(w[k*dim+j]) * (float64(v[j]) - p.mean[j]) * p.scale
					}
					logits = append(logits, sum)
				}
				for k, q := range Probabilities(logits, 1) {
					if int32(k) == labels[i] {
						q--
					}
					for j := range dim {
						g[k][j] += q * (float64(v[j]) - p.mean[j]) * p.scale / n
					}
					g[k][dim] += q / n
				}
			}
			sum := 0.0
			for k := range classes {
				for j := range dim {
					g[k][j] += float64(w[k*dim+j]) / (c * n)
				}
				for _, v := range g[k] {
					sum += v * v
				}
			}
			return math.Sqrt(sum)
		}
		start := gradient(make([]float32, classes*dim), make([]float32, classes))
		if end := gradient(p.weight.Data(), p.bias.Data()); end > 3e-3*start {
			t.Errorf("C %v: the gradient fell from %v to %v", c, start, end)
		}
		// Over vectors as they are the layer says the same.
		for i, v := range x[:20] {
			got := m.Logits(v)
			for k := range classes {
				want := float64(p.bias.Data()[k])
				for j := range dim {
					want += float64(p.weight.Data()[k*dim+j]) * (float64(v[j]) - p.mean[j]) * p.scale
				}
				if math.Abs(got[k]-want) > 1e-3*(1+math.Abs(want)) {
					t.Errorf("C %v, vector %d: logit %d is %v, want %v", c, i, k, got[k], want)
				}
			}
		}
	}
}

func TestProbeRefuses(t *testing.T) {
	x, labels := clouds(6, 8, 2)
	if _, err := NewProbe(nil, nil, 2, nil); err == nil {
		t.Error("no vectors")
	}
	if _, err := NewProbe(x, labels[:5], 2, nil); err == nil {
		t.Error("a label too few")
	}
	p, err := NewProbe(x, labels, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := p.Fit(context.Background(), tinyClassifier(t, "a", "b"), c); err == nil {
			t.Errorf("C %v", c)
		}
	}
	if _, err := p.Fit(context.Background(), tinyClassifier(t, "a", "b", "c"), 1); err == nil {
		t.Error("a classifier of three classes")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Fit(ctx, tinyClassifier(t, "a", "b"), 1); err == nil {
		t.Error("a cancelled context")
	}
}

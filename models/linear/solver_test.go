package linear

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// gradientNorm is the norm of the gradient of a problem's objective at (w, b),
// w of the scaled columns, by its definition.
func gradientNorm(m *CSR, scale, y []float64, c float64, w []float64, b float64) (objective, norm float64) {
	g := make([]float64, m.Cols)
	gb := 0.0
	for j, v := range w {
		g[j] = v
		objective += v * v / 2
	}
	for i, row := range dense(m) {
		z := b
		for j, x := range row {
			z += x * scale[j] * w[j]
		}
		objective += c * (math.Log1p(math.Exp(-math.Abs(z))) + max(0, -y[i]*z))
		d := -c * y[i] / (1 + math.Exp(y[i]*z))
		for j, x := range row {
			g[j] += d * x * scale[j]
		}
		gb += d
	}
	norm = gb * gb
	for _, v := range g {
		norm += v * v
	}
	return objective, math.Sqrt(norm)
}

func TestSolverReachesTheMinimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	rounds := 60
	if testing.Short() {
		rounds = 15
	}
	for n := range rounds {
		m := randomMatrix(rng, 2+rng.IntN(80), 1+rng.IntN(120), 1+rng.IntN(10), n%2 == 0)
		y := make([]float64, m.Rows)
		for i := range y {
			y[i] = float64(2*rng.IntN(2) - 1)
		}
		y[0], y[1] = 1, -1
		scale, squared := make([]float64, m.Cols), make([]float64, m.Cols)
		for j := range scale {
			scale[j] = math.Exp(2 * rng.NormFloat64())
		}
		c := math.Pow(10, float64(rng.IntN(7)-3))
		f := newFeatures(m.Transpose())
		for j, old := range f.order {
			squared[j] = scale[old] * scale[old]
		}
		p := newProblem(f, squared, y, c)
		s, err := p.solve(t.Context(), p.warm(t.Context()), 1e-9, 200)
		if err != nil {
			t.Fatal(err)
		}
		w := make([]float64, m.Cols)
		for j, old := range f.order {
			w[old] = s.w[j] / scale[old]
		}
		zero := make([]float64, m.Cols)
		_, start := gradientNorm(m, scale, y, c, zero, 0)
		objective, norm := gradientNorm(m, scale, y, c, w, s.b)
		if norm > 1e-6*start || math.Abs(objective-s.objective) > 1e-10*objective {
			t.Errorf("%d x %d, C %v: norm of the gradient %.3g of %.3g, objective %v, reported %v after %d steps and %d products",
				m.Rows, m.Cols, c, norm, start, objective, s.objective, s.steps, s.products)
		}
	}
}

// The coefficients of a classifier, one logit for each of three classes, are
// where the gradient is zero.
func TestTrainedIsAMinimum(t *testing.T) {
	const c = 5
	rng := rand.New(rand.NewPCG(15, 16))
	docs := randomDocs(rng, 200, 20, 30)
	label := func(i int) int { return len(docs[i]) % 3 }
	cfg := Config{Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2}, C: c, Tolerance: 1e-8}
	trained, _, err := TrainTokens(t.Context(), cfg, tokenize.Config{}, []string{"a", "b", "c"}, sequence(docs), label)
	if err != nil {
		t.Fatal(err)
	}
	x, err := trained.Vectorizer().Transform(t.Context(), sequence(docs))
	if err != nil {
		t.Fatal(err)
	}
	weight, bias := trained.Params()[0].Data(), trained.Params()[1].Data()
	if len(bias) != 3 {
		t.Fatalf("%d logits", len(bias))
	}
	one, w, y := make([]float64, x.Cols), make([]float64, x.Cols), make([]float64, x.Rows)
	for k := range bias {
		for j := range one {
			one[j], w[j] = 1, float64(weight[3*j+k])
		}
		for i := range y {
			if y[i] = -1; label(i) == k {
				y[i] = 1
			}
		}
		_, start := gradientNorm(x, one, y, c, make([]float64, x.Cols), 0)
		if _, norm := gradientNorm(x, one, y, c, w, float64(bias[k])); norm > 1e-5*start {
			t.Errorf("class %d: norm of the gradient %v of %v", k, norm, start)
		}
	}
}

func TestSolverOnOddProblems(t *testing.T) {
	both := []float64{1, -1}
	for _, c := range []struct {
		name string
		m    *CSR
		y    []float64
		c    float64
	}{
		{"no elements", &CSR{Rows: 2, Cols: 3, Start: []int{0, 0, 0}}, both, 1},
		{"no elements, most positive", &CSR{Rows: 4, Cols: 3, Start: []int{0, 0, 0, 0, 0}}, []float64{1, 1, 1, -1}, 1},
		{"separable, hardly any regularisation", &CSR{Rows: 2, Cols: 1, Start: []int{0, 1, 2}, Index: []int32{0, 0}, Value: []float32{1, -1}}, both, 1e6},
		{"contradictory", &CSR{Rows: 2, Cols: 1, Start: []int{0, 1, 2}, Index: []int32{0, 0}}, both, 10},
		{"one large value", &CSR{Rows: 2, Cols: 2, Start: []int{0, 1, 2}, Index: []int32{0, 1}, Value: []float32{1e6, 1}}, both, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFeatures(c.m.Transpose())
			p := newProblem(f, nil, c.y, c.c)
			s, err := p.solve(t.Context(), p.warm(t.Context()), 1e-7, 200)
			if err != nil {
				t.Fatal(err)
			}
			one := make([]float64, c.m.Cols)
			w := make([]float64, c.m.Cols)
			for j := range one {
				one[j] = 1
				w[f.order[j]] = s.w[j]
			}
			_, start := gradientNorm(c.m, one, c.y, c.c, make([]float64, c.m.Cols), 0)
			if _, norm := gradientNorm(c.m, one, c.y, c.c, w, s.b); norm > 1e-6*start {
				t.Errorf("norm of the gradient %v of %v: %+v", norm, start, s)
			}
		})
	}
}

func TestSolverStopsWhenTold(t *testing.T) {
	m := randomMatrix(rand.New(rand.NewPCG(1, 1)), 30, 30, 3, true)
	y := make([]float64, 30)
	for i := range y {
		y[i] = float64(i%2*2 - 1)
	}
	p := newProblem(newFeatures(m.Transpose()), nil, y, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.solve(ctx, p.warm(ctx), 1e-4, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	s, err := p.solve(t.Context(), newPoint(30), 1e-12, 1)
	if err != nil || s.steps != 1 || s.gradient <= 1e-12 {
		t.Errorf("%+v, %v", s, err)
	}
}

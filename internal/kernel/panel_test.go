package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// values fills a guarded slice with numbers of about unit size, some of them
// special if often is not zero.
func values(t testing.TB, r *rand.Rand, n, often int) []float32 {
	x := guarded(t, n)
	for i := range x {
		x[i] = float32(r.NormFloat64() * 3)
		if often > 0 && r.IntN(often) == 0 {
			x[i] = vectorSpecials[r.IntN(len(vectorSpecials))]
		}
	}
	return x
}

// alike runs f on copies of slices on every path and compares what becomes of them
// with what the portable path makes.
func alike(t *testing.T, what string, s [][]float32, f func(s [][]float32)) {
	t.Helper()
	want := cloneSlices(t, s)
	onPath(t, Portable, func() { f(want) })
	for _, p := range Available() {
		got := cloneSlices(t, s)
		onPath(t, p, func() { f(got) })
		compareSlices(t, fmt.Sprintf("%s on %s", what, p), got, want)
	}
}

func TestPanelKernelsPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 1))
	for _, often := range []int{0, 30, 500} {
		for _, rows := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 130} {
			name := fmt.Sprintf("%d rows", rows)
			panel := func() []float32 { return values(t, r, rows*Width, often) }
			row := func() []float32 { return values(t, r, Width, often) }
			alike(t, "SoftmaxColumns, "+name, [][]float32{panel()}, func(s [][]float32) { SoftmaxColumns(s[0]) })
			alike(t, "SoftmaxColumnsBackward, "+name, [][]float32{panel(), panel()}, func(s [][]float32) { SoftmaxColumnsBackward(s[0], s[1]) })
			alike(t, "FillRows, "+name, [][]float32{panel(), row()}, func(s [][]float32) { FillRows(s[0], s[1]) })
			alike(t, "AddRow, "+name, [][]float32{panel(), panel(), row()}, func(s [][]float32) { AddRow(s[0], s[1], s[2]) })
			alike(t, "AddRow in place, "+name, [][]float32{panel(), row()}, func(s [][]float32) { AddRow(s[0], s[0], s[1]) })
			if rows <= Width {
				alike(t, "Transpose, "+name, [][]float32{values(t, r, Width*Width, 0), panel()}, func(s [][]float32) { Transpose(s[0], s[1], rows, 0.3) })
			}
		}
	}
}

// normCase is a normalisation and rows for it.
func normCase(t *testing.T, r *rand.Rand, columns, rows, often int) (n *Norm, x []float32, panel int) {
	panels := Panels(columns)
	panel = rows*Width + 3
	x, _ = normValues(t, r, columns, rows, panel, often)
	n = &Norm{Columns: columns, Gamma: values(t, r, panels*Width, 0), Beta: values(t, r, panels*Width, 0), Eps: 1e-5}
	clear(n.Gamma[columns:])
	clear(n.Beta[columns:])
	return n, x, panel
}

// normValues is rows in panels with a gap, zero past the last column.
func normValues(t *testing.T, r *rand.Rand, columns, rows, panel, often int) (x []float32, panels int) {
	panels = Panels(columns)
	x = values(t, r, (panels-1)*panel+rows*Width, often)
	for c := columns; c < panels*Width; c++ {
		for row := range rows {
			x[c/Width*panel+row*Width+c%Width] = 0
		}
	}
	return x, panels
}

func TestNormPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(32, 1))
	for _, often := range []int{0, 100} {
		for _, columns := range []int{1, 5, 15, 16, 17, 31, 32, 48, 100} {
			for _, rows := range []int{0, 1, 2, 5} {
				n, x, panel := normCase(t, r, columns, rows, often)
				name := fmt.Sprintf("%d rows of %d", rows, columns)
				stats, y := guarded(t, 2*rows), guarded(t, len(x)+5*(Panels(columns)-1))
				alike(t, "Norm.Forward, "+name, [][]float32{y, x, stats}, func(s [][]float32) { n.Forward(s[0], panel+5, s[1], panel, rows, s[2]) })
				n.Forward(make([]float32, len(x)), panel, x, panel, rows, stats) // with which Backward goes on
				dy, _ := normValues(t, r, columns, rows, panel, often)
				dx := guarded(t, len(x)+7*(Panels(columns)-1))
				alike(t, "Norm.Backward, "+name, [][]float32{dx, dy, x, stats}, func(s [][]float32) { n.Backward(s[0], panel+7, s[1], panel, s[2], panel, rows, s[3]) })
				alike(t, "Norm.Backward in place, "+name, [][]float32{dy, x, stats}, func(s [][]float32) { n.Backward(s[0], panel, s[0], panel, s[1], panel, rows, s[2]) })
				alike(t, "NormWeights, "+name, [][]float32{values(t, r, Width, 0), values(t, r, Width, 0), dy[:rows*Width], x[:rows*Width], stats}, func(s [][]float32) {
					NormWeights(s[0], s[1], s[2], s[3], s[4])
				})
				alike(t, "Norm.Forward in place, "+name, [][]float32{x, stats}, func(s [][]float32) { n.Forward(s[0], panel, s[0], panel, rows, s[1]) })
			}
		}
	}
}

func TestNormDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 1))
	const columns, rows = 37, 4
	n, x, panel := normCase(t, r, columns, rows, 0)
	y, stats := make([]float32, len(x)), make([]float32, 2*rows)
	n.Forward(y, panel, x, panel, rows, stats)
	dy, _ := normValues(t, r, columns, rows, panel, 0)
	dx := make([]float32, len(x))
	n.Backward(dx, panel, dy, panel, x, panel, rows, stats)
	var gamma, beta [Width]float64
	for row := range rows {
		at := func(c int) int { return c/Width*panel + row*Width + c%Width }
		mean, variance := 0.0, 0.0
		for c := range columns {
			mean += float64(x[at(c)]) / columns
		}
		for c := range columns {
			variance += math.Pow(float64(x[at(c)])-mean, 2) / columns
		}
		inverse := 1 / math.Sqrt(variance+1e-5)
		near(t, "mean", stats[2*row], mean, 1e-6)
		near(t, "inverse", stats[2*row+1], inverse, 1e-6)
		for c := range columns {
			near(t, "y", y[at(c)], (float64(x[at(c)])-mean)*inverse*float64(n.Gamma[c])+float64(n.Beta[c]), 1e-5)
		}
		// The gradient, by its definition.
		sum, product := 0.0, 0.0
		for c := range columns {
			g := float64(dy[at(c)]) * float64(n.Gamma[c])
			sum += g / columns
			product += g * (float64(x[at(c)]) - mean) * inverse / columns
		}
		for c := range columns {
			h := (float64(x[at(c)]) - mean) * inverse
			near(t, "dx", dx[at(c)], (float64(dy[at(c)])*float64(n.Gamma[c])-sum-h*product)*inverse, 1e-5)
		}
		for c := range Width {
			gamma[c] += float64(dy[at(c)]) * (float64(x[at(c)]) - mean) * inverse
			beta[c] += float64(dy[at(c)])
		}
		for c := columns; c < Panels(columns)*Width; c++ {
			if y[at(c)] != 0 || dx[at(c)] != 0 {
				t.Errorf("column %d past the last is %v", c, y[at(c)])
			}
		}
	}
	dgamma, dbeta := make([]float32, Width), make([]float32, Width)
	NormWeights(dgamma, dbeta, dy[:rows*Width], x[:rows*Width], stats)
	for c := range Width {
		near(t, "dgamma", dgamma[c], gamma[c], 1e-5)
		near(t, "dbeta", dbeta[c], beta[c], 1e-5)
	}
}

func near(t *testing.T, what string, got float32, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestSoftmaxColumnsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(34, 1))
	const rows = 29
	s, ds := values(t, r, rows*Width, 0), values(t, r, rows*Width, 0)
	p := append([]float32(nil), s...)
	SoftmaxColumns(p)
	g := append([]float32(nil), ds...)
	SoftmaxColumnsBackward(g, p)
	for j := range Width {
		sum, dot := 0.0, 0.0
		for i := range rows {
			sum += math.Exp(float64(s[i*Width+j]))
		}
		for i := range rows {
			near(t, "softmax", p[i*Width+j], math.Exp(float64(s[i*Width+j]))/sum, 1e-6)
			dot += float64(p[i*Width+j]) * float64(ds[i*Width+j])
		}
		for i := range rows {
			near(t, "gradient", g[i*Width+j], float64(p[i*Width+j])*(float64(ds[i*Width+j])-dot), 1e-6)
		}
	}
	inf := float32(math.Inf(1))
	s = make([]float32, 2*Width)
	s[0], s[1], s[2+Width], s[3] = float32(math.NaN()), inf, -inf, 3e38
	SoftmaxColumns(s)
	if s[0] == s[0] || s[Width] == s[Width] || s[1] == s[1] || s[2] != 1 || s[2+Width] != 0 || s[3] != 1 || s[4] != 0.5 {
		t.Errorf("special columns: %v", s)
	}
}

func TestGELUAccuracy(t *testing.T) {
	cdf := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	density := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	inner := func(x float64) float64 { return math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x) }
	for _, f := range []struct {
		name string
		run  func(y, x []float32)
		want func(x float64) float64
		off  float64 // allowed, for |x| < 1, and relative to x beyond
	}{
		{"GELU", GELU, func(x float64) float64 { return x * cdf(x) }, 6e-7},
		{"GELUTanh", GELUTanh, func(x float64) float64 { return x * (1 + math.Tanh(inner(x))) / 2 }, 6e-7},
		{"slope", func(y, x []float32) { slope(GELUBackward, y, x) }, func(x float64) float64 { return cdf(x) + x*density(x) }, 6e-7},
		{"tanh slope", func(y, x []float32) { slope(GELUTanhBackward, y, x) }, func(x float64) float64 {
			y := math.Tanh(inner(x))
			return (1+y)/2 + x/2*(1-y*y)*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x)
		}, 2e-6},
	} {
		worst, at := 0.0, float32(0)
		x, y := make([]float32, 1<<12), make([]float32, 1<<12)
		for block := range 64 {
			for i := range x {
				x[i] = (float32(block*len(x)+i)*0x1p-17 - 1) * 9
			}
			f.run(y, x)
			for i := range x {
				if err := math.Abs(float64(y[i]) - f.want(float64(x[i]))); err > worst {
					worst, at = err, x[i]
				}
			}
		}
		t.Logf("%s: at most %.3g, at %v", f.name, worst, at)
		if worst > f.off {
			t.Errorf("%s is off by %.3g at %v", f.name, worst, at)
		}
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	y := make([]float32, 5)
	GELU(y, []float32{100, -100, inf, nan, 0})
	wantFloats(t, "GELU", y, []float32{100, 0, inf, nan, 0})
	slope(GELUBackward, y, []float32{inf, -inf, nan, 0, 1e30})
	wantFloats(t, "slope", y, []float32{1, 0, nan, 0.5, 1})
	slope(GELUTanhBackward, y, []float32{inf, -inf, nan, 0, 1e30})
	wantFloats(t, "tanh slope", y, []float32{1, 0, nan, 0.5, 1})
}

func slope(backward func(dx, dy, x []float32), y, x []float32) {
	ones := make([]float32, len(x))
	for i := range ones {
		ones[i] = 1
	}
	backward(y, ones, x)
}

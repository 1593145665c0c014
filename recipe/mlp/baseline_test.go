package mlp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The baseline finds the plane that points lie on, also where its inputs
// depend on each other as the categories of a column and the constant do.
func TestLinearBaseline(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	plane := func(x []float32) float64 {
		return 2 - 3*float64(x[0]) + 0.5*float64(x[1]) + 10*float64(x[2]) - float64(x[3])
	}
	x := make([][]float32, 200)
	for i := range x {
		x[i] = []float32{float32(rng.NormFloat64()), float32(100 * rng.Float64()), 0, 0, 0}
		x[i][2+rng.IntN(3)] = 1
	}
	l, err := fitLinear(5, len(x), func(i int) ([]float32, float64) { return x[i], plane(x[i]) })
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range append(x, []float32{5, -7, 0, 1, 0}) {
		if got, want := l.predict(row), plane(row); math.Abs(got-want) > 1e-5 {
			t.Fatalf("%v: %v, want %v", row, got, want)
		}
	}
}

// With noise no other plane is nearer.
func TestLinearBaselineIsLeastSquares(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	const n = 300
	x, y := make([][]float32, n), make([]float64, n)
	for i := range x {
		x[i] = []float32{float32(rng.NormFloat64()), float32(rng.NormFloat64())}
		y[i] = 1 + float64(x[i][0]) + rng.NormFloat64()
	}
	l, err := fitLinear(2, n, func(i int) ([]float32, float64) { return x[i], y[i] })
	if err != nil {
		t.Fatal(err)
	}
	loss := func() (sum float64) {
		for i := range x {
			d := l.predict(x[i]) - y[i]
			sum += d * d
		}
		return sum
	}
	least := loss()
	for k := range l.w {
		for _, d := range []float64{-1e-3, 1e-3} {
			l.w[k] += d
			if now := loss(); now <= least {
				t.Errorf("coefficient %d moved by %v: loss %v, was %v", k, d, now, least)
			}
			l.w[k] -= d
		}
	}
}

func TestAgreement(t *testing.T) {
	f := agreement([]float64{1, 2, 3, 6}, []float64{2, 2, 2, 6})
	if f.Rows != 4 || math.Abs(f.RMSE-math.Sqrt(0.5)) > 1e-15 || math.Abs(f.MAE-0.5) > 1e-15 || math.Abs(f.R2-(1-2.0/14)) > 1e-15 {
		t.Errorf("%+v", f)
	}
	if f := agreement([]float64{4, 4}, []float64{5, 3}); f.R2 != 0 || f.RMSE != 1 {
		t.Errorf("a target that does not vary: %+v", f)
	}
}

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// cell is one LSTM cell in float64.
type cell struct{ i, f, g, o, cPrev float64 }

func sigmoid64(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func (a cell) forward() (c, h float64) {
	c = sigmoid64(a.f)*a.cPrev + sigmoid64(a.i)*math.Tanh(a.g)
	return c, sigmoid64(a.o) * math.Tanh(c)
}

func TestLSTMAgainstDifferences(t *testing.T) {
	const n = 37
	r := rand.New(rand.NewPCG(13, 14))
	s := make([][]float32, 9) // i f g o cPrev c h dh dc
	for k := range s {
		s[k] = make([]float32, n)
		for e := range s[k] {
			s[k][e] = float32(r.NormFloat64() * 1.5)
		}
	}
	in := cloneSlices(t, s)
	at := func(e int) cell {
		return cell{float64(in[0][e]), float64(in[1][e]), float64(in[2][e]), float64(in[3][e]), float64(in[4][e])}
	}
	near := func(what string, e int, got float32, want, tolerance float64) {
		t.Helper()
		if !(math.Abs(float64(got)-want) <= tolerance*math.Max(1, math.Abs(want))) {
			t.Errorf("%s[%d] = %v, want %v", what, e, got, want)
		}
	}
	LSTMForward(s[0], s[1], s[2], s[3], s[4], s[5], s[6])
	for e := range n {
		a := at(e)
		c, h := a.forward()
		near("i", e, s[0][e], sigmoid64(a.i), 2e-7)
		near("f", e, s[1][e], sigmoid64(a.f), 2e-7)
		near("g", e, s[2][e], math.Tanh(a.g), 2e-7)
		near("o", e, s[3][e], sigmoid64(a.o), 2e-7)
		near("c", e, s[5][e], c, 4e-7)
		near("h", e, s[6][e], h, 4e-7)
	}
	LSTMBackward(s[0], s[1], s[2], s[3], s[5], s[4], s[7], s[8])
	for e := range n {
		// Central differences of dh*h + dc*c, which is what the gradients are of.
		slope := func(field func(a *cell) *float64) float64 {
			const d = 1e-5
			value := func(shift float64) float64 {
				a := at(e)
				*field(&a) += shift
				c, h := a.forward()
				return float64(in[7][e])*h + float64(in[8][e])*c
			}
			return (value(d) - value(-d)) / (2 * d)
		}
		near("di", e, s[0][e], slope(func(a *cell) *float64 { return &a.i }), 1e-6)
		near("df", e, s[1][e], slope(func(a *cell) *float64 { return &a.f }), 1e-6)
		near("dg", e, s[2][e], slope(func(a *cell) *float64 { return &a.g }), 1e-6)
		near("do", e, s[3][e], slope(func(a *cell) *float64 { return &a.o }), 1e-6)
		near("dc", e, s[8][e], slope(func(a *cell) *float64 { return &a.cPrev }), 1e-6)
	}
}

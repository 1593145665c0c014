package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// Every finite float16 is found again, and the float32 beside it is not taken
// for one.
func TestHalf(t *testing.T) {
	for i := range 1 << 16 {
		h := uint16(i)
		exponent, fraction := int(h>>10&31), float64(h&0x3ff)
		if exponent == 31 {
			continue
		}
		want := math.Ldexp(fraction, -24) // subnormal
		if exponent > 0 {
			want = math.Ldexp(1024+fraction, exponent-25)
		}
		if h>>15 == 1 {
			want = -want
		}
		x := FromHalf(h)
		if float64(x) != want || math.Signbit(float64(x)) != (h>>15 == 1) {
			t.Fatalf("FromHalf(%#x) = %v, want %v", h, x, want)
		}
		if got, exact := ToHalf(x); got != h || !exact {
			t.Fatalf("ToHalf(%v) = %#x, %v, want %#x", x, got, exact, h)
		}
		for _, beside := range []uint32{math.Float32bits(x) + 1, math.Float32bits(x) ^ 0x1000} {
			if _, exact := ToHalf(math.Float32frombits(beside)); exact {
				t.Fatalf("ToHalf(%v) is exact", math.Float32frombits(beside))
			}
		}
	}
	for _, x := range []float64{65505, 65520, 1 << 16, math.MaxFloat32, math.Inf(1), math.NaN(), 0x1p-25, 0x1p-149, 0x1.8p-24} {
		for _, x := range []float32{float32(x), float32(-x)} {
			if _, exact := ToHalf(x); exact {
				t.Errorf("ToHalf(%v) is exact", x)
			}
		}
	}
}

// checkHalf runs the product on every path, by float16 and by float32 panels,
// and compares the bits with mulPortable's, the places between the outputs
// included. bits draws the float16.
func (m product) checkHalf(t *testing.T, value func() float32, bits func() uint16) {
	t.Helper()
	aLen := 0
	for r := range m.rows {
		for i := range m.k {
			aLen = max(aLen, m.a.offset(r, i)+1)
		}
	}
	bLen := 0
	if m.k > 0 {
		bLen = (m.panels-1)*m.bPanel + m.k*Width
	}
	cLen := (m.panels-1)*m.cPanel + (m.rows-1)*m.cRow + Width
	a, c := guarded(t, aLen), guarded(t, cLen)
	for r := range m.rows {
		for i := range m.k {
			a[m.a.offset(r, i)] = value()
		}
	}
	m.a.Data = a
	// What must not be read is NaN; the slice ends where it must.
	const around, nan = 33, 0x7e01
	all := make([]uint16, bLen+2*around)
	for i := range all {
		all[i] = nan
	}
	b := all[around : around+bLen : around+bLen]
	wide := make([]float32, bLen)
	start := make([]float32, cLen)
	for i := range start {
		start[i] = guard
	}
	for p := range m.panels {
		for i := range m.k * Width {
			at := p*m.bPanel + i
			b[at] = bits()
			wide[at] = FromHalf(b[at])
		}
		for r := range m.rows {
			for j := 0; j < Width && m.accumulate; j++ {
				start[p*m.cPanel+r*m.cRow+j] = value()
			}
		}
	}
	want := append([]float32(nil), start...)
	mulPortable(want, m.cRow, m.cPanel, &m.a, wide, m.bPanel, m.rows, m.k, m.panels, m.accumulate)
	for _, path := range Available() {
		restore := use(t, path)
		copy(c, start)
		MulHalf(c, m.cRow, m.cPanel, m.a, b, m.bPanel, m.rows, m.k, m.panels, m.accumulate)
		restore()
		for i := range c {
			if !sameBits(c[i], want[i]) {
				t.Fatalf("%s %v: c[%d] = %v (%x), want %v (%x)", path, m, i,
					c[i], math.Float32bits(c[i]), want[i], math.Float32bits(want[i]))
			}
		}
	}
}

// weights draws float16 of the size of a layer's weights, now and then a zero or a
// subnormal number.
func weights(seed uint64) func() uint16 {
	r := rand.New(rand.NewPCG(seed, 2))
	return func() uint16 {
		h := uint16(r.Uint32())
		if r.IntN(20) == 0 {
			return h & 0x83ff
		}
		return h&0x83ff | uint16(5+r.IntN(12))<<10
	}
}

func TestMulHalfLayouts(t *testing.T) {
	value, bits := normal(11), weights(11)
	for _, accumulate := range []bool{false, true} {
		for _, rows := range []int{1, 2, 3, 4, 5, 7, 8} {
			for _, k := range []int{0, 1, 3, 4, 5, 16, 23} {
				for _, panels := range []int{1, 2, 5, 9, 17} {
					m := product{rows: rows, k: k, panels: panels, accumulate: accumulate}
					// Panels to panels.
					m.cRow, m.cPanel, m.bPanel = Width, rows*Width, k*Width
					m.a = Operand{Row: Width, Col: 1, Width: Width, Block: rows * Width}
					m.checkHalf(t, value, bits)
					// Rows to rows, with gaps.
					m.cRow, m.cPanel, m.bPanel = panels*Width+3, Width, k*Width+7
					m.a = Operand{Row: k + 5, Col: 1, Width: max(k, 1)}
					m.checkHalf(t, value, bits)
					// Odd strides, blocks of five.
					m.cRow, m.cPanel, m.bPanel = 19, rows*19+1, k*Width+1
					m.a = Operand{Row: 11, Col: 2, Width: 5, Block: rows*11 + 3}
					m.checkHalf(t, value, bits)
				}
			}
		}
	}
}

func TestMulHalfLongSums(t *testing.T) {
	value, bits := normal(12), weights(12)
	for _, k := range []int{255, 257, 517} {
		for _, width := range []int{1, 16, 2000} {
			for _, rows := range []int{1, 2, 3, 7} {
				m := product{rows: rows, k: k, panels: 9, cRow: Width, cPanel: rows * Width, bPanel: k * Width, accumulate: rows == 2}
				m.a = Operand{Row: width, Col: 1, Width: width, Block: width * rows}
				m.checkHalf(t, value, bits)
			}
		}
	}
}

// Any finite float16 against any float32.
func TestMulHalfSpecialValues(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 1))
	bits := func() uint16 {
		for {
			if h := uint16(r.Uint32()); h&0x7c00 != 0x7c00 {
				return h
			}
		}
	}
	for _, often := range []int{2, 50, 1000} {
		value := func() float32 {
			if r.IntN(often) == 0 {
				return math.Float32frombits(r.Uint32())
			}
			return float32(math.Ldexp(r.NormFloat64(), r.IntN(120)-60))
		}
		for rows := 1; rows <= 4; rows++ {
			m := product{rows: rows, k: 1 + r.IntN(20), panels: 9, cRow: Width, cPanel: rows * Width, accumulate: rows%2 == 0}
			m.bPanel = m.k * Width
			m.a = Operand{Row: Width, Col: 1, Width: Width, Block: rows * Width}
			m.checkHalf(t, value, bits)
		}
	}
}

func TestMulHalfPanics(t *testing.T) {
	x := make([]float32, 1000)
	b := make([]uint16, 512)
	a := Operand{Data: x[:32], Row: 16, Col: 1, Width: 16, Block: 32}
	for name, f := range map[string]func(){
		"short c":      func() { MulHalf(x[:31], 16, 32, a, b, 256, 2, 16, 1, false) },
		"short a":      func() { MulHalf(x, 16, 32, a, b, 256, 2, 17, 1, false) },
		"short b":      func() { MulHalf(x, 16, 32, a, b[:511], 256, 2, 16, 2, false) },
		"negative row": func() { MulHalf(x, 16, 32, Operand{Data: x, Row: -1, Width: 1}, b, 256, 2, 16, 1, false) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestMulHalfAllocatesNothing(t *testing.T) {
	x, b := make([]float32, 1024), make([]uint16, 1024)
	for _, path := range Available() {
		restore := use(t, path)
		if n := testing.AllocsPerRun(10, func() {
			MulHalf(x[:64], 16, 32, PanelRows(x[64:], 2, 0), b, 256, 2, 16, 2, true)
		}); n != 0 {
			t.Errorf("%s: %v allocations a call", path, n)
		}
		restore()
	}
}

// BenchmarkMulHalf measures a step of few texts, 256 -> 1024, by turns with float32
// and float16 panels: the fastest of the runs, and the rate at which the panels
// are read in it.
func BenchmarkMulHalf(b *testing.B) {
	const k, panels = 256, 64
	value, bits := normal(1), weights(1)
	half, wide := make([]uint16, panels*k*Width), make([]float32, panels*k*Width)
	for i := range half {
		half[i] = bits()
		wide[i] = FromHalf(half[i])
	}
	for _, path := range Available() {
		if path == Portable {
			continue
		}
		for rows := 1; rows <= 4; rows++ {
			b.Run(fmt.Sprintf("%s/%dx%dx%d", path, rows, k, panels*Width), func(b *testing.B) {
				defer use(b, path)()
				x, c := make([]float32, rows*k), make([]float32, rows*panels*Width)
				for i := range x {
					x[i] = value()
				}
				a := Operand{Data: x, Row: k, Col: 1, Width: k}
				turn := func(multiply func()) time.Duration {
					multiply() // the panels of the other turn leave the caches
					start := time.Now()
					for range 4 {
						multiply()
					}
					return time.Since(start) / 4
				}
				best := [2]time.Duration{time.Hour, time.Hour}
				for b.Loop() {
					best[0] = min(best[0], turn(func() { Mul(c, panels*Width, Width, a, wide, k*Width, rows, k, panels, true) }))
					best[1] = min(best[1], turn(func() { MulHalf(c, panels*Width, Width, a, half, k*Width, rows, k, panels, true) }))
				}
				for i, name := range []string{"float32", "float16"} {
					ns := float64(best[i].Nanoseconds())
					b.ReportMetric(float64(2*rows*k*panels*Width)/ns, name+"-GFLOP/s")
					b.ReportMetric(float64(k*panels*Width*(4-2*i))/ns, name+"-GB/s")
				}
			})
		}
	}
}

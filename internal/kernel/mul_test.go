package kernel

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// guard is a NaN no kernel computes: it stands around every slice, so that a
// write past an end changes it and a read past an end spoils the result.
var guard = math.Float32frombits(0x7fabcdef)

// guarded returns a slice of n guards between two runs of guards, and a check
// that those runs are untouched. One float32 of slack at each end keeps it from
// being aligned.
func guarded(t testing.TB, n int) []float32 {
	t.Helper()
	const around = 33
	all := make([]float32, n+2*around)
	for i := range all {
		all[i] = guard
	}
	t.Cleanup(func() {
		for i, v := range all {
			if (i < around || i >= n+around) && math.Float32bits(v) != math.Float32bits(guard) {
				t.Errorf("wrote outside a slice of %d at %d", n, i-around)
			}
		}
	})
	return all[around : n+around : n+around]
}

// sameBits says whether two results are one: the same bits, or both NaN.
func sameBits(x, y float32) bool {
	return math.Float32bits(x) == math.Float32bits(y) || x != x && y != y
}

// product is one call of Mul, in a layout of the test's choosing.
type product struct {
	rows, k, panels int
	cRow, cPanel    int
	a               Operand // Data is filled by run
	bPanel          int
	accumulate      bool
}

func (m product) String() string {
	return fmt.Sprintf("%dx%dx%d c %d,%d a %d,%d,%d,%d b %d accumulate %v", m.rows, m.k, m.panels,
		m.cRow, m.cPanel, m.a.Row, m.a.Col, m.a.Width, m.a.Block, m.bPanel, m.accumulate)
}

// check runs the product on every path and compares it with mulPortable, the
// places between the outputs included. Elements of a and b that the product does
// not name are guards. (TestMulDefinition tells what mulPortable is worth.)
func (m product) check(t *testing.T, value func() float32) {
	t.Helper()
	aLen, bLen, cLen := 0, 0, 0
	for r := range m.rows {
		for i := range m.k {
			aLen = max(aLen, m.a.offset(r, i)+1)
		}
	}
	if m.k > 0 {
		bLen = (m.panels-1)*m.bPanel + m.k*Width
	}
	cLen = (m.panels-1)*m.cPanel + (m.rows-1)*m.cRow + Width
	a, b, c, want := guarded(t, aLen), guarded(t, bLen), guarded(t, cLen), guarded(t, cLen)
	start := make([]float32, cLen)
	for i := range start {
		start[i] = guard
	}
	for r := range m.rows {
		for i := range m.k {
			a[m.a.offset(r, i)] = value()
		}
	}
	for p := range m.panels {
		for i := range m.k * Width {
			b[p*m.bPanel+i] = value()
		}
		for r := range m.rows {
			for j := range Width {
				if m.accumulate {
					start[p*m.cPanel+r*m.cRow+j] = value()
				}
			}
		}
	}
	m.a.Data = a
	copy(want, start)
	mulPortable(want, m.cRow, m.cPanel, &m.a, b, m.bPanel, m.rows, m.k, m.panels, m.accumulate)
	for i, path := range Available() {
		if i > 0 && path == Portable {
			continue // itself, and slow
		}
		restore := use(t, path)
		copy(c, start)
		Mul(c, m.cRow, m.cPanel, m.a, b, m.bPanel, m.rows, m.k, m.panels, m.accumulate)
		restore()
		for i := range c {
			if !sameBits(c[i], want[i]) {
				t.Fatalf("%s %v: c[%d] = %v (%x), want %v (%x)", path, m, i,
					c[i], math.Float32bits(c[i]), want[i], math.Float32bits(want[i]))
			}
		}
	}
}

// normal returns a source of values of about unit size.
func normal(seed uint64) func() float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	return func() float32 { return float32(r.NormFloat64()) }
}

func TestMulLayouts(t *testing.T) {
	value := normal(1)
	for _, accumulate := range []bool{false, true} {
		for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17} {
			for _, k := range []int{0, 1, 3, 4, 5, 16, 23} {
				for _, panels := range []int{1, 2, 5, 9} {
					m := product{rows: rows, k: k, panels: panels, accumulate: accumulate}
					// Panels to panels.
					m.cRow, m.cPanel, m.bPanel = Width, rows*Width, k*Width
					m.a = Operand{Row: Width, Col: 1, Width: Width, Block: rows * Width}
					m.check(t, value)
					// One panel transposed, to row-major with a gap.
					m.cRow, m.cPanel, m.bPanel = panels*Width+3, Width, k*Width+7
					m.a = Operand{Row: 1, Col: max(rows, 16), Width: max(k, 1)}
					m.check(t, value)
					// Odd strides, blocks of five.
					m.cRow, m.cPanel, m.bPanel = 19, rows*19+1, k*Width+1
					m.a = Operand{Row: 11, Col: 2, Width: 5, Block: rows*11 + 3}
					m.check(t, value)
				}
			}
		}
	}
}

// Long sums are cut into pieces; the cuts must not show.
func TestMulLongSums(t *testing.T) {
	value := normal(2)
	for _, k := range []int{255, 257, 517} {
		for _, width := range []int{1, 7, 16, 300, 2000} {
			for _, rows := range []int{1, 7} {
				m := product{rows: rows, k: k, panels: 2, cRow: Width, cPanel: rows * Width, bPanel: k * Width, accumulate: rows == 7}
				m.a = Operand{Row: width, Col: 1, Width: width, Block: width * rows}
				m.check(t, value)
			}
		}
	}
}

// A random layout a round.
func TestMulRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	value := normal(3)
	for range 100 {
		m := product{rows: 1 + r.IntN(40), k: r.IntN(60), panels: 1 + r.IntN(10), accumulate: r.IntN(2) == 0}
		m.cRow = Width + r.IntN(9)
		m.cPanel = m.rows*m.cRow + r.IntN(9)
		m.bPanel = m.k*Width + r.IntN(9)
		m.a = Operand{Row: r.IntN(30), Col: r.IntN(30), Width: 1 + r.IntN(60), Block: r.IntN(300)}
		m.check(t, value)
	}
}

// Infinities, NaN, zeros of both signs, subnormals and the largest numbers go
// through every path alike.
func TestMulSpecialValues(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	specials := []float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
		math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126, -0x1.fffffcp-127, 0x1p-64, -0x1p63}
	for _, often := range []int{2, 50, 1000} {
		value := func() float32 {
			if r.IntN(often) == 0 {
				return specials[r.IntN(len(specials))]
			}
			return float32(math.Ldexp(r.NormFloat64(), r.IntN(120)-60))
		}
		for rows := 1; rows <= 17; rows++ {
			m := product{rows: rows, k: 1 + r.IntN(20), panels: 9, cRow: Width, cPanel: rows * Width, accumulate: rows%2 == 0}
			m.bPanel = m.k * Width
			m.a = Operand{Row: Width, Col: 1, Width: Width, Block: rows * Width}
			m.check(t, value)
		}
	}
}

// One product's bits, the same on every path, processor and day.
func TestMulGolden(t *testing.T) {
	const rows, k, panels = 13, 67, 9
	r := rand.New(rand.NewPCG(8, 1))
	fill := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s { // exact arithmetic: the inputs must not depend on the machine
			s[i] = float32(int32(r.Uint32())) * 0x1p-31
		}
		return s
	}
	a, b, c := fill(rows*k), fill(panels*k*Width), fill(panels*rows*Width)
	for _, path := range Available() {
		restore := use(t, path)
		got := slices.Clone(c)
		Mul(got, Width, rows*Width, Operand{Data: a, Row: k, Col: 1, Width: k}, b, k*Width, rows, k, panels, true)
		restore()
		sum := fnv.New64a()
		binary.Write(sum, binary.LittleEndian, got)
		if got, want := sum.Sum64(), uint64(0x226c98dd8bb1d952); got != want {
			t.Errorf("%s: checksum %#x, want %#x", path, got, want)
		}
	}
}

// The definition, in float64, on numbers whose products and sums are exact.
func TestMulDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	const rows, k, panels = 9, 21, 3
	small := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = float32(r.IntN(201) - 100)
		}
		return s
	}
	a, b, c := small(rows*k), small(panels*k*Width), small(panels*rows*Width)
	for _, path := range Available() {
		restore := use(t, path)
		got := slices.Clone(c)
		Mul(got, Width, rows*Width, Operand{Data: a, Row: k, Col: 1, Width: k}, b, k*Width, rows, k, panels, true)
		restore()
		for p := range panels {
			for row := range rows {
				for j := range Width {
					at := p*rows*Width + row*Width + j
					want := float64(c[at])
					for i := range k {
						want += float64(a[row*k+i]) * float64(b[p*k*Width+i*Width+j])
					}
					if float64(got[at]) != want {
						t.Fatalf("%s: panel %d row %d column %d: %v, want %v", path, p, row, j, got[at], want)
					}
				}
			}
		}
	}
}

func TestMulPanics(t *testing.T) {
	x := make([]float32, 1000)
	a := Operand{Data: x[:32], Row: 16, Col: 1, Width: 16, Block: 32}
	for name, f := range map[string]func(){
		"short c":       func() { Mul(x[:31], 16, 32, a, x, 256, 2, 16, 1, false) },
		"short c panel": func() { Mul(x[:63], 16, 32, a, x, 256, 2, 16, 2, false) },
		"short a":       func() { Mul(x, 16, 32, a, x, 256, 2, 17, 1, false) },
		"short b":       func() { Mul(x, 16, 32, a, x[:511], 256, 2, 16, 2, false) },
		"width 0":       func() { Mul(x, 16, 32, Operand{Data: x}, x, 256, 2, 16, 1, false) },
		"negative row":  func() { Mul(x, 16, 32, Operand{Data: x, Row: -1, Width: 1}, x, 256, 2, 16, 1, false) },
		"a's long block": func() {
			Mul(x, 16, 32, Operand{Data: x[:20], Row: 0, Col: 2, Width: 12, Block: 1}, x, 256, 1, 13, 1, false)
		},
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

func TestMulAllocatesNothing(t *testing.T) {
	x := make([]float32, 4096)
	for _, path := range Available() {
		restore := use(t, path)
		if n := testing.AllocsPerRun(10, func() {
			Mul(x[:64], 16, 32, PanelRows(x[64:], 2, 0), x[1024:], 256, 2, 16, 2, true)
		}); n != 0 {
			t.Errorf("%s: %v allocations a call", path, n)
		}
		restore()
	}
}

package weights

import (
	"math"
	"math/rand/v2"
	"testing"
)

// half is the value of a binary16 by its definition.
func half(h uint16) float64 {
	sign, exponent, mantissa := 1.0, int(h>>10&31), float64(h&0x3ff)
	if h&0x8000 != 0 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * math.Ldexp(mantissa, -24)
	case 31:
		if mantissa != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+mantissa, exponent-25)
}

func brain(h uint16) float64 { return float64(math.Float32frombits(uint32(h) << 16)) }

// Every 16-bit pattern is read as its value and written back as itself.
func TestSixteenBitExhaustive(t *testing.T) {
	for _, c := range []struct {
		d     DType
		value func(uint16) float64
		to    func(float32) uint16
		quiet uint16
	}{{F16, half, toF16, 0x200}, {BF16, brain, toBF16, 0x40}} {
		src, dst := make([]byte, 2<<16), make([]float32, 1<<16)
		for h := range 1 << 16 {
			src[2*h], src[2*h+1] = byte(h), byte(h>>8)
		}
		decode(c.d, dst, src)
		for h, got := range dst {
			want, back := c.value(uint16(h)), c.to(got)
			if math.IsNaN(want) {
				if got == got || back|c.quiet != uint16(h)|c.quiet {
					t.Fatalf("%v %#04x: NaN became %v and %#04x", c.d, h, got, back)
				}
				continue
			}
			if float64(got) != want || math.Signbit(float64(got)) != math.Signbit(want) || back != uint16(h) {
				t.Fatalf("%v %#04x: got %v, want %v; written back as %#04x", c.d, h, got, want, back)
			}
		}
	}
}

// Rounding is checked where it is hard, on and beside every midpoint of
// neighbours, and on random patterns.
func TestSixteenBitRounding(t *testing.T) {
	for _, c := range []struct {
		name  string
		value func(uint16) float64
		to    func(float32) uint16
		inf   uint16
		huge  float64 // the first power of two out of range: infinity's neighbour in rounding
	}{{"F16", half, toF16, 0x7c00, 1 << 16}, {"BF16", brain, toBF16, 0x7f80, math.Ldexp(1, 128)}} {
		check := func(x float32, want uint16) {
			if got := c.to(x); got != want {
				t.Fatalf("%s of %v (%#08x): got %#04x, want %#04x", c.name, x, math.Float32bits(x), got, want)
			}
			if got := c.to(-x); got != want|0x8000 {
				t.Fatalf("%s of %v: got %#04x, want %#04x", c.name, -x, got, want|0x8000)
			}
		}
		for h := range c.inf {
			low, high := c.value(h), c.value(h+1)
			if h+1 == c.inf {
				high = c.huge
			}
			middle := float32((low + high) / 2)
			even := h + h&1
			if float64(middle) != (low+high)/2 { // float32's last subnormal has no half
				continue
			}
			check(middle, even)
			check(math.Nextafter32(middle, float32(math.Inf(1))), h+1)
			check(math.Nextafter32(middle, 0), h)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		x := math.Float32frombits(r.Uint32() &^ (1 << 31))
		if x != x || x >= 65520 {
			continue
		}
		h := toF16(x)
		error := math.Abs(half(h) - float64(x))
		for _, other := range []uint16{h - 1, h + 1} {
			if h == 0 && other > h || other == 0x7c00 {
				continue
			}
			if d := math.Abs(half(other) - float64(x)); d < error || d == error && h&1 == 1 {
				t.Fatalf("F16 of %v: got %#04x, %#04x is nearer", x, h, other)
			}
		}
	}
}

func TestNotFinite(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, d := range []DType{F32, F16, BF16} {
		for n := range 40 {
			b, x := make([]byte, n*d.Size()), make([]float32, n)
			for range 20 {
				for i := range x {
					x[i] = float32(r.NormFloat64()) * 60000 / 6
				}
				if n > 0 { // the largest values must pass
					x[r.IntN(n)] = map[DType]float32{F32: -math.MaxFloat32, F16: -65504, BF16: 0x1.fep127}[d]
				}
				encode(d, b, x)
				if got := notFinite(d, b); got != -1 {
					t.Fatalf("%v: %v: got %d, want -1", d, x, got)
				}
				if n == 0 {
					continue
				}
				want := r.IntN(n)
				x[want] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}[r.IntN(3)]
				encode(d, b, x)
				if got := notFinite(d, b); got != want {
					t.Fatalf("%v: %v: got %d, want %d", d, x, got, want)
				}
			}
		}
	}
}

func TestDTypeNames(t *testing.T) {
	for d := DType(0); d < dtypes; d++ {
		if d.Size() == 0 || d.String() == "" || dtypeByName[d.String()] != d {
			t.Errorf("type %d: name %q, size %d", d, d, d.Size())
		}
	}
	if dtypes.String() != "unknown" || dtypes.Size() != 0 {
		t.Error("a type beyond the last")
	}
}

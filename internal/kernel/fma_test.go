package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA is x*y + z by math/big, rounded once.
func exactFMA(x, y, z float32) float32 {
	special := func(v float32) bool { return math.IsInf(float64(v), 0) || v != v }
	if special(x) || special(y) || special(z) {
		// Nothing is rounded here.
		return float32(float64(x)*float64(y) + float64(z))
	}
	const prec = 1000 // the exponents of a product and z differ by less
	p := new(big.Float).SetPrec(prec).SetFloat64(float64(x))
	p.Mul(p, new(big.Float).SetFloat64(float64(y)))
	sum := new(big.Float).SetPrec(prec).Add(p, new(big.Float).SetFloat64(float64(z)))
	if sum.Sign() == 0 {
		return x*y + z // the sign of a zero is that of any precision
	}
	f, _ := sum.Float32()
	return f
}

var fmaSpecials = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 3, 1.0 / 3, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
	math.MaxFloat32, -math.MaxFloat32, 0x1.fffffcp127, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32,
	0x1p-126, -0x1p-126, 0x1.fffffcp-127, 0x1p-127, 0x1.8p-149, 0x1p-63, 0x1p-75, 0x1.000002p-75, 0x1p64, -0x1.000002p63,
	0x1.fffffep-1, 0x1.000002p0, -0x1.000002p0, 0x1p-24, -0x1p-24, 0x1p-25, 0x1.000002p-24, 0x1p12, 0x1.002p12,
}

func TestFMA32Specials(t *testing.T) {
	for _, x := range fmaSpecials {
		for _, y := range fmaSpecials {
			for _, z := range fmaSpecials {
				checkFMA(t, x, y, z)
			}
		}
	}
}

func checkFMA(t *testing.T, x, y, z float32) {
	t.Helper()
	want := exactFMA(x, y, z)
	if got := fma32(x, y, z); !sameBits(got, want) {
		t.Fatalf("fma32(%x, %x, %x) = %x, want %x", x, y, z, got, want)
	}
	var sums tile
	var ys [Width]float32
	ys[3] = y
	for h := range sums {
		sums[h][3] = tileSum(z)
	}
	xs := []float32{x}
	sums.add(xs, xs, xs, xs, 1, ys[:])
	row := tileRow{3: tileSum(z)}
	row.add(xs, 1, ys[:])
	for _, r := range append(sums[:], row) {
		if !sameBits(float32(r[3]), want) {
			t.Fatalf("a tile's %x * %x + %x = %x, want %x", x, y, z, r[3], want)
		}
	}
}

func TestFMA32Random(t *testing.T) {
	n := 30_000
	if testing.Short() {
		n = 5_000
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range n {
		// Any bits at all.
		checkFMA(t, math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()))
		// A sum near the size of the product.
		x, y := float32(r.NormFloat64()), float32(r.NormFloat64())
		checkFMA(t, x, y, float32(math.Ldexp(r.NormFloat64(), r.IntN(100)-50)))
		// Cancellation to within a few units of the last place.
		z := -x * y
		checkFMA(t, x, y, math.Float32frombits(math.Float32bits(z)+r.Uint32N(5)-2))
	}
}

// Sums that lie a hair beside the middle between two float32, where rounding
// twice goes wrong. z has its last bit anywhere; the product is half a unit of
// z's last place plus or minus something far below.
func TestFMA32NearMiddles(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	wrongTwice := 0
	for range 15_000 {
		mantissa := 1 + float64(r.Uint32N(1<<23))*0x1p-23
		exponent := r.IntN(230) - 140 // z from deep below the normal range on
		z := float32(math.Ldexp(mantissa, exponent))
		ulp := math.Float32frombits(math.Float32bits(z)+1) - z
		// (1+u)*(1-u) = 1 - u*u, and (1+u)*(1+u) = 1 + 2u + u*u.
		u := math.Ldexp(1, -1-r.IntN(23))
		half := float64(ulp) / 2
		e := math.Ilogb(half)
		x := float32(math.Ldexp(1+u, e/2))
		y := float32(math.Ldexp(1-u, e-e/2))
		if r.IntN(2) == 0 {
			y = -y
		}
		checkFMA(t, x, y, z)
		checkFMA(t, -x, y, -z)
		if float32(float64(x)*float64(y)+float64(z)) != exactFMA(x, y, z) {
			wrongTwice++
		}
	}
	if wrongTwice < 30 {
		t.Errorf("only %d of the inputs are hard", wrongTwice)
	}
}

func BenchmarkFMA32(b *testing.B) {
	x, y, z := float32(1.1), float32(0.7), float32(0.3)
	for b.Loop() {
		z = fma32(x, y, z) * 0.5
	}
	_ = z
}

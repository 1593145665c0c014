package kernel

import "math"

// ToHalf converts x to float16 (IEEE 754 binary16) if that is exact: if x is
// finite and FromHalf gives back the same bits, those of subnormal numbers and of
// the zeros included.
func ToHalf(x float32) (h uint16, exact bool) {
	b := math.Float32bits(x)
	sign := uint16(b >> 16 & 0x8000)
	switch b &= 0x7fffffff; {
	case b >= 0x47800000: // 2^16 and above
		return 0, false
	case b < 0x38800000: // below 2^-14 the grid is 2^-24: adding 0.5 rounds to it
		h = sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-0x3f000000)
	default:
		h = sign | uint16((b-(127-15)<<23)>>13)
	}
	return h, math.Float32bits(FromHalf(h)) == math.Float32bits(x)
}

// FromHalf converts a finite float16. The product scales the exponent's bias and
// makes subnormal numbers normal ones.
func FromHalf(h uint16) float32 {
	m := math.Float32frombits(uint32(h&0x7fff)<<13) * 0x1p112
	return math.Float32frombits(math.Float32bits(m) | uint32(h&0x8000)<<16)
}

// HalfRows returns the most rows that MulHalf multiplies faster than Mul on the
// path in use. It is zero where nothing is gained.
func HalfRows() int { return halfRows() }

// MulHalf is Mul by panels of finite float16. It has the bits that Mul has by the
// same panels in float32, since every float16 is a float32. It is for products
// of so few rows that reading b takes longer than multiplying by it.
func MulHalf(c []float32, cRow, cPanel int, a Operand, b []uint16, bPanel, rows, k, panels int, accumulate bool) {
	if begin("MulHalf", c, cRow, cPanel, &a, len(b), bPanel, rows, k, panels, accumulate) {
		mulHalf(c, cRow, cPanel, &a, b, bPanel, rows, k, panels, accumulate)
	}
}

// mulHalfPortable takes b a row of a panel at a time.
func mulHalfPortable(c []float32, cRow, cPanel int, a *Operand, b []uint16, bPanel, rows, k, panels int, accumulate bool) {
	for p := range panels {
		for i := range k {
			var y [Width]float32
			for j, h := range b[p*bPanel+i*Width:][:Width] {
				y[j] = FromHalf(h)
			}
			for r := range rows {
				out := (*[Width]float32)(c[p*cPanel+r*cRow:])
				if i == 0 && !accumulate {
					clear(out[:])
				}
				x := a.Data[a.offset(r, i)]
				for j, v := range y {
					out[j] = fma32(x, v, out[j])
				}
			}
		}
	}
}

package kernel

import (
	"fmt"
	"math"
)

// Products of bytes: both operands are rounded to multiples of a scale, from -127
// to 127 of them, and their products are summed as integers, exactly. So the order
// of summing does not matter, and every path has the same bits.

// Most8 is the largest magnitude of a byte, MaxDepth8 how many products of two of
// them a sum holds at most: it fits 32 bits.
const (
	Most8     = 127
	MaxDepth8 = 1 << 17
)

// Quantise8 rounds a row to multiples of a scale from -127 to 127:
// x[i] = float32(q[i]) * scale, the largest being 127 or -127. Rows that have been
// rounded so before keep their values exactly. A row that holds a NaN or an infinity
// has the scale NaN and zeros.
func Quantise8(q []int8, x []float32) (scale float32) {
	largest := float32(0)
	for _, v := range x {
		largest = max(largest, float32(math.Abs(float64(v))))
	}
	if !(largest <= math.MaxFloat32) {
		clear(q)
		return float32(math.NaN())
	}
	scale = largest / Most8
	if scale == 0 {
		clear(q)
		return 0
	}
	for i, v := range x {
		// Below the normal numbers a scale is rounded so much that 127 is too few.
		q[i] = int8(max(-Most8, min(Most8, math.RoundToEven(float64(v)/float64(scale)))))
	}
	// Dividing by 127 rounds: where the row was rounded before, one of the
	// numbers beside is what it was rounded by.
	for _, s := range [3]float32{scale, math.Nextafter32(scale, 0), math.Nextafter32(scale, math.MaxFloat32)} {
		if multiples8(q, x, s) {
			return s
		}
	}
	return scale
}

// multiples8 says whether x is q times a scale exactly.
func multiples8(q []int8, x []float32, scale float32) bool {
	for i, v := range x {
		if float32(q[i])*scale != v {
			return false
		}
	}
	return true
}

// Rows8 is a left operand of MulAdd8: rows of k bytes, each with a scale, in panels of
// 16 k. Byte (r, i) stands for (Data[(i/16*Stride+r)*16+i%16] - 128) * Scales[r].
type Rows8 struct {
	Data   []uint8   // [Panels(k)][Stride][16]
	Scales []float32 // [Stride]
	Stride int
}

// least8 is the smallest magnitude that counts: the inverse of a smaller one's scale
// is no float32.
const least8 = 0x1p-100

// Set rounds rows of x [rows, k] to the rows from at on. x is panels with xPanel floats
// from one to the next, of which columns past the last are zero. A row's scale is its
// largest magnitude divided by 127, and a byte the product of the float with 127 divided
// by that magnitude, rounded to the nearest integer, from halves to the even one. A row
// without magnitude above 2^-100 becomes zeros; the scale of one that holds a NaN or an
// infinity is NaN, and so is every product with it.
func (a Rows8) Set(at int, x []float32, xPanel, rows, k int) {
	panels := Panels(k)
	if rows <= 0 || k <= 0 {
		return
	}
	if at < 0 || xPanel < 0 || at+rows > a.Stride || len(a.Scales) < at+rows || len(a.Data) < panels*a.Stride*Width ||
		len(x) < (panels-1)*xPanel+rows*Width {
		panic(fmt.Sprintf("kernel: Rows8.Set: %d floats, panels %d apart, to rows %d to %d of %d bytes and %d scales, stride %d; k %d",
			len(x), xPanel, at, at+rows, len(a.Data), len(a.Scales), a.Stride, k))
	}
	for r := range rows {
		from, to := x[r*Width:], a.Data[(at+r)*Width:]
		largest := math.Float32frombits(largest8(from, xPanel, panels))
		switch {
		case !(largest <= math.MaxFloat32):
			a.Scales[at+r] = float32(math.NaN())
		case largest < least8:
			a.Scales[at+r] = 0
		default:
			a.Scales[at+r] = largest / Most8
			quantise8(to, a.Stride*Width, from, xPanel, panels, Most8/largest)
			continue
		}
		for p := range panels {
			row := to[p*a.Stride*Width:][:Width]
			for i := range row {
				row[i] = 128
			}
		}
	}
}

// Weights8 is a right operand of MulAdd8, [k, columns], each column rounded by itself:
// what a dense layer keeps as rows of its weights.
type Weights8 struct {
	columns, k int
	data       []int8    // [Panels(columns)][k'/4][16][4], k' is k filled up to a multiple of 16
	scales     []float32 // [columns'] filled up likewise
	// start is what a sum begins with where it is one of (x+128) w in place of x w:
	// -128 times the sum of w.
	start []int32
}

// NewWeights8 returns weights that are zero. k is at most MaxDepth8.
func NewWeights8(k, columns int) *Weights8 {
	if k < 1 || k > MaxDepth8 || columns < 1 {
		panic(fmt.Sprintf("kernel: NewWeights8: [%d, %d], want 1 to %d rows, 1 column or more", k, columns, MaxDepth8))
	}
	n := Panels(columns) * Width
	return &Weights8{columns: columns, k: k, data: make([]int8, n*Panels(k)*Width), scales: make([]float32, n), start: make([]int32, n)}
}

// Set rounds w, k floats, by Quantise8 and makes them column j. Several goroutines may
// set different columns.
func (w *Weights8) Set(j int, column []float32) {
	if len(column) != w.k || j < 0 || j >= w.columns {
		panic(fmt.Sprintf("kernel: Weights8.Set: %d floats for column %d, want %d for one below %d", len(column), j, w.k, w.columns))
	}
	q := make([]int8, w.k)
	w.scales[j] = Quantise8(q, column)
	sum := int32(0)
	to := w.data[j/Width*w.panel()+j%Width*4:]
	for i, v := range q {
		to[i/4*4*Width+i%4] = v
		sum += int32(v)
	}
	w.start[j] = -128 * sum
}

// panel is the number of bytes in a panel.
func (w *Weights8) panel() int { return Panels(w.k) * Width * Width }

// MulAdd8 adds the product of rows of a from row on by some panels of w to panels c,
// from one of which to the next there are cPanel floats. For p < panels, r < rows,
// j < 16, and column h = (first+p)*16+j of w:
//
//	c[p*cPanel+r*16+j] = fma(float32(sum), a.Scales[row+r]*scale of h, c[p*cPanel+r*16+j])
//	sum = sum over i < k of byte (row+r, i) of a times byte (i, h) of w, an int32
//
// The conversion, the product of the scales and the fused multiply-add round once each.
// c must not overlap a. Calls that write different elements may run at the same time.
// MulAdd8 panics when a slice is too short.
func MulAdd8(c []float32, cPanel int, a Rows8, row int, w *Weights8, first, panels, rows int) {
	if rows <= 0 || panels <= 0 {
		return
	}
	if need := (panels-1)*cPanel + rows*Width; cPanel < 0 || need > len(c) {
		panic(fmt.Sprintf("kernel: MulAdd8: c has %d floats, %d rows in %d panels %d apart need %d", len(c), rows, panels, cPanel, need))
	}
	if row < 0 || row+rows > a.Stride || len(a.Scales) < row+rows || len(a.Data) < Panels(w.k)*a.Stride*Width {
		panic(fmt.Sprintf("kernel: MulAdd8: rows %d to %d of %d bytes and %d scales, stride %d; k %d",
			row, row+rows, len(a.Data), len(a.Scales), a.Stride, w.k))
	}
	if first < 0 || first+panels > Panels(w.columns) {
		panic(fmt.Sprintf("kernel: MulAdd8: panels %d to %d of %d", first, first+panels, Panels(w.columns)))
	}
	mulAdd8(c, cPanel, a, row, w, first, panels, rows)
}

// mulAdd8Portable is MulAdd8 for any CPU, and the reference for the other paths.
func mulAdd8Portable(c []float32, cPanel int, a Rows8, row int, w *Weights8, first, panels, rows int) {
	for p := range panels {
		b, scales := w.data[(first+p)*w.panel():][:w.panel()], w.scales[(first+p)*Width:]
		for r := range rows {
			var sums [Width]int32
			for i := 0; i < w.k; i += 4 { // weights past the last are zero
				x := (*[4]uint8)(a.Data[(i/Width*a.Stride+row+r)*Width+i%Width:])
				y := (*[4 * Width]int8)(b[i*Width:])
				x0, x1, x2, x3 := int32(x[0])-128, int32(x[1])-128, int32(x[2])-128, int32(x[3])-128
				for j := range sums {
					sums[j] += x0*int32(y[4*j]) + x1*int32(y[4*j+1]) + x2*int32(y[4*j+2]) + x3*int32(y[4*j+3])
				}
			}
			out := c[p*cPanel+r*Width:][:Width]
			for j, sum := range sums {
				out[j] = fma32(float32(sum), a.Scales[row+r]*scales[j], out[j])
			}
		}
	}
}

// largest8Portable returns the largest of the bits without sign of a row of panels.
func largest8Portable(x []float32, panel, panels int) (most uint32) {
	for p := range panels {
		for _, v := range x[p*panel:][:Width] {
			most = max(most, math.Float32bits(v)&0x7fffffff)
		}
	}
	return most
}

// quantise8Portable rounds a row of panels times inverse to bytes.
func quantise8Portable(dst []uint8, dstPanel int, x []float32, panel, panels int, inverse float32) {
	for p := range panels {
		to := dst[p*dstPanel:][:Width]
		for j, v := range x[p*panel:][:Width] {
			to[j] = uint8(128 + int32(math.RoundToEven(float64(v*inverse))))
		}
	}
}

package kernel

import (
	"fmt"
)

// Operand is a left operand of Mul. Its element (r, k) is
//
//	Data[(k/Width)*Block + r*Row + (k%Width)*Col]
//
// which covers the ways in which the zoo's matrices are read:
//
//	panels of n rows, read by rows           Row 16, Col 1, Width 16, Block 16*n
//	one panel, read transposed (k its rows)  Row 1, Col 16, Width k, Block 0
//	a row-major matrix                       Row ld, Col 1, Width k, Block 0
type Operand struct {
	Data []float32
	// Row and Col are the distances, in floats, between neighbouring rows and
	// between neighbouring k inside a block of Width values of k.
	Row, Col int
	// Width is the number of k in a block, at least 1, and Block the distance
	// between blocks.
	Width, Block int
}

// PanelRows returns the operand that reads panels of n rows from row first on:
// data is [panels][n][16].
func PanelRows(data []float32, n, first int) Operand {
	return Operand{Data: data[first*Width:], Row: Width, Col: 1, Width: Width, Block: n * Width}
}

// PanelColumns returns the operand that reads one panel transposed: data is
// [k][16], the operand [16, k].
func PanelColumns(data []float32, k int) Operand {
	return Operand{Data: data, Row: 1, Col: Width, Width: max(k, 1)}
}

// offset returns where element (r, k) lies.
func (a *Operand) offset(r, k int) int {
	return k/a.Width*a.Block + r*a.Row + k%a.Width*a.Col
}

// Mul multiplies the left operand a [rows, k] by panels b and writes or adds the
// product to panels c. For p < panels, r < rows, j < 16:
//
//	c[p*cPanel+r*cRow+j] (+)= sum over i < k of a(r, i) * b[p*bPanel+i*16+j]
//
// The sum runs over ascending i with one fused multiply-add a term, starting
// from zero or, with accumulate, from what c holds; so a product in several
// calls over successive ranges of k has the bits of a single one, on every path.
//
// Only those elements are written. c must not overlap a or b, nor its own rows
// each other. Calls that write different elements may run at the same time.
// Mul panics when a slice is too short or a distance negative.
func Mul(c []float32, cRow, cPanel int, a Operand, b []float32, bPanel, rows, k, panels int, accumulate bool) {
	if begin("Mul", c, cRow, cPanel, &a, len(b), bPanel, rows, k, panels, accumulate) {
		mul(c, cRow, cPanel, &a, b, bPanel, rows, k, panels, accumulate)
	}
}

// begin checks the arguments of a product by a b of n elements and says whether
// anything is left to do.
func begin(name string, c []float32, cRow, cPanel int, a *Operand, n, bPanel, rows, k, panels int, accumulate bool) bool {
	if rows <= 0 || panels <= 0 {
		return false
	}
	if min(cRow, cPanel, a.Row, a.Col, a.Block, bPanel, k, a.Width-1) < 0 {
		panic(fmt.Sprintf("kernel: %s: bad distances: c %d, %d; a %d, %d, width %d, %d; b %d; k %d",
			name, cRow, cPanel, a.Row, a.Col, a.Width, a.Block, bPanel, k))
	}
	if need := (panels-1)*cPanel + (rows-1)*cRow + Width; need > len(c) {
		panic(fmt.Sprintf("kernel: %s: c has %d floats, %d rows in %d panels need %d", name, len(c), rows, panels, need))
	}
	if k == 0 {
		for p := 0; p < panels && !accumulate; p++ {
			for r := range rows {
				clear(c[p*cPanel+r*cRow:][:Width])
			}
		}
		return false
	}
	// The last element of the last block or, if that one is short, of the block
	// before may lie furthest.
	need := a.offset(rows-1, k-1)
	if full := k / a.Width * a.Width; full > 0 {
		need = max(need, a.offset(rows-1, full-1))
	}
	if need >= len(a.Data) {
		panic(fmt.Sprintf("kernel: %s: a has %d floats, %d rows of %d need %d", name, len(a.Data), rows, k, need+1))
	}
	if need := (panels-1)*bPanel + k*Width; need > n {
		panic(fmt.Sprintf("kernel: %s: b has %d elements, %d panels of %d rows need %d", name, n, panels, k, need))
	}
	return true
}

// mulPortable is Mul for any CPU, and the reference for the other paths. Four rows
// at a time share what is read of b.
func mulPortable(c []float32, cRow, cPanel int, a *Operand, b []float32, bPanel, rows, k, panels int, accumulate bool) {
	const height = len(tile{})
	var sum tile
	for p := range panels {
		for r := 0; r < rows; {
			n := 1
			if r+height <= rows {
				n = height
			}
			for h := range n {
				sum[h].set(c[p*cPanel+(r+h)*cRow:], accumulate)
			}
			for first := 0; first < k; first += a.Width {
				x, y := a.Data[a.offset(r, first):], b[p*bPanel+first*Width:][:min(a.Width, k-first)*Width]
				if n == height {
					sum.add(x, x[a.Row:], x[2*a.Row:], x[3*a.Row:], a.Col, y)
				} else {
					sum[0].add(x, a.Col, y)
				}
			}
			for h := range n {
				sum[h].copyTo(c[p*cPanel+(r+h)*cRow:])
			}
			r += n
		}
	}
}

// tile holds the sums of four rows of a panel.
type tile [4]tileRow

// set begins sums with those of c or, unless accumulate, with zeros.
func (t *tileRow) set(c []float32, accumulate bool) {
	if !accumulate {
		clear(t[:])
		return
	}
	for j, v := range c[:Width] {
		t[j] = tileSum(v)
	}
}

func (t *tileRow) copyTo(c []float32) {
	c = c[:Width]
	for j, v := range t {
		c[j] = float32(v)
	}
}

//go:build arm64 || loong64 || ppc64 || ppc64le || riscv64 || s390x

package kernel

// On these processors the compiler makes of a float32 product and a sum the one
// instruction that rounds once (Go's specification allows it to; TestFMA32Random and its
// neighbours fail if it does not). Only a product of two constants it would round by
// itself: one factor must be a variable.

// fma32 returns x*y + z rounded once.
func fma32(x, y, z float32) float32 {
	return x*y + float32(z) // a fused sum is wanted, of this product and not of one in z
}

// A tileRow holds the sums of a row of a panel.
type (
	tileRow [Width]tileSum
	tileSum = float32
)

// add adds to row h of the tile the products of that row's x, whose values lie step
// apart, by the rows of y.
func (t *tile) add(x0, x1, x2, x3 []float32, step int, y []float32) {
	for at := 0; len(y) >= Width; at += step {
		v0, v1, v2, v3 := x0[at], x1[at], x2[at], x3[at]
		for j, v := range y[:Width] {
			t[0][j] = fma32(v0, v, t[0][j])
			t[1][j] = fma32(v1, v, t[1][j])
			t[2][j] = fma32(v2, v, t[2][j])
			t[3][j] = fma32(v3, v, t[3][j])
		}
		y = y[Width:]
	}
}

// add adds to a row of a tile likewise.
func (t *tileRow) add(x []float32, step int, y []float32) {
	for at := 0; len(y) >= Width; at += step {
		w := x[at]
		for j, v := range y[:Width] {
			t[j] = fma32(w, v, t[j])
		}
		y = y[Width:]
	}
}

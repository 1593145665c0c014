package kernel

import "fmt"

// SumSquares returns the sum of the squares of x in float64. Element e goes to
// the sum e%8 of eight, in ascending order; squares are exact. Then the eight
// sums are added pairwise: s[j]+s[j+4], j+2, j+1.
func SumSquares(x []float32) float64 {
	var s [8]float64
	sumSquares(&s, x)
	return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

// ColumnSums adds the rows of the row-major matrix src [rows, cols] to dst
// [cols], the first row first.
func ColumnSums(dst, src []float32, rows, cols int) {
	if rows < 0 || cols < 0 || len(dst) != cols || len(src) != rows*cols {
		panic(fmt.Sprintf("kernel: ColumnSums: %d and %d floats for %d rows of %d", len(dst), len(src), rows, cols))
	}
	columnSums(dst, src, rows, cols)
}

func sumSquaresPortable(s *[8]float64, x []float32) {
	for e, v := range x {
		d := float64(v)
		s[e%8] += float64(d * d)
	}
}

func columnSumsPortable(dst, src []float32, rows, cols int) {
	for r := range rows {
		addPortable(dst, src[r*cols:][:cols])
	}
}

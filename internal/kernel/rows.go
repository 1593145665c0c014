package kernel

import "fmt"

// FillRows writes row, the 16 floats of one panel's columns, to every row of the
// panel dst [rows][16].
func FillRows(dst, row []float32) {
	checkPanel("FillRows", len(dst), len(dst), len(row))
	if len(dst) > 0 {
		fillRows(dst, row)
	}
}

// AddRow writes src plus row, in every row of the panels [rows][16], to dst. dst
// may be src.
func AddRow(dst, src, row []float32) {
	checkPanel("AddRow", len(dst), len(src), len(row))
	if len(dst) > 0 {
		addRow(dst, src, row)
	}
}

// Transpose writes the transpose of src [rows][16], rows at most 16, times scale to
// dst [16][16]: dst[j*16+r] = src[r*16+j]*scale. Columns of dst past the last row
// are zero. dst must not overlap src.
func Transpose(dst, src []float32, rows int, scale float32) {
	if rows < 0 || rows > Width || len(src) < rows*Width || len(dst) < Width*Width {
		panic(fmt.Sprintf("kernel: Transpose: %d rows of %d floats to %d", rows, len(src), len(dst)))
	}
	if rows == Width {
		transpose(dst, src, scale)
		return
	}
	var whole [Width * Width]float32
	copy(whole[:], src[:rows*Width])
	transpose(dst, whole[:], scale)
	for j := range Width { // not even the NaN that 0 times an infinite scale is
		clear(dst[j*Width+rows : (j+1)*Width])
	}
}

func checkPanel(name string, dst, src, row int) {
	if dst != src || dst%Width != 0 || row != Width {
		panic(fmt.Sprintf("kernel: %s: %d and %d floats and a row of %d, want panels of one size and %d", name, dst, src, row, Width))
	}
}

func fillRowsPortable(dst, row []float32) {
	for ; len(dst) > 0; dst = dst[Width:] {
		copy(dst, row)
	}
}

func addRowPortable(dst, src, row []float32) {
	for i, x := range src {
		dst[i] = x + row[i%Width]
	}
}

func transposePortable(dst, src []float32, scale float32) {
	for r := range Width {
		for j := range Width {
			dst[j*Width+r] = src[r*Width+j] * scale
		}
	}
}

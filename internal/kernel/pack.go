package kernel

// Pack copies the row-major matrix src [rows, cols], whose rows start ld floats
// apart, to panels: dst is [Panels(cols)][rows][16]. Columns past the last are
// zero.
func Pack(dst, src []float32, rows, cols, ld int) {
	for p := range Panels(cols) {
		first := p * Width
		n := min(Width, cols-first)
		panel := dst[p*rows*Width:][:rows*Width]
		for r := range rows {
			row := panel[r*Width:][:Width]
			copy(row, src[r*ld+first:][:n])
			clear(row[n:])
		}
	}
}

// PackT packs the transpose of the row-major matrix src [rows, cols], whose rows
// start ld floats apart: dst is [Panels(rows)][cols][16]. Places past the last
// row are zero. PyTorch keeps the weights of a layer as [out, in]; PackT makes
// of them the right operand of the forward product.
func PackT(dst, src []float32, rows, cols, ld int) {
	for p := range Panels(rows) {
		first := p * Width
		n := min(Width, rows-first)
		panel := dst[p*cols*Width:][:cols*Width]
		for j := range n {
			for c, v := range src[(first+j)*ld:][:cols] {
				panel[c*Width+j] = v
			}
		}
		for j := n; j < Width; j++ {
			for c := range cols {
				panel[c*Width+j] = 0
			}
		}
	}
}

// Unpack is the inverse of Pack: it copies the panels src
// [Panels(cols)][rows][16] to the row-major matrix dst [rows, cols], whose rows
// start ld floats apart. What lies between the rows of dst is left alone.
func Unpack(dst, src []float32, rows, cols, ld int) {
	for p := range Panels(cols) {
		first := p * Width
		n := min(Width, cols-first)
		panel := src[p*rows*Width:][:rows*Width]
		for r := range rows {
			copy(dst[r*ld+first:][:n], panel[r*Width:])
		}
	}
}

// CopyRows copies rows of cols floats, 16 at most, from src, where they start
// srcLD floats apart, to dst, where they start dstLD apart: a panel's rows to or
// from those of a matrix. What lies between the rows of dst is left alone.
func CopyRows(dst []float32, dstLD int, src []float32, srcLD int, rows, cols int) {
	if cols != Width {
		for r := range rows {
			copy(dst[r*dstLD:][:cols], src[r*srcLD:])
		}
		return
	}
	for r := range rows { // by a copy in between, which needs no call of memmove
		row := *(*[Width]float32)(src[r*srcLD:])
		*(*[Width]float32)(dst[r*dstLD:]) = row
	}
}

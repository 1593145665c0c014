//go:build arm64 && !noasm

package kernel

import "math"

// The lengths have been compared by the exported functions, which call these with
// one row at least.

func gelu(dst, src []float32) {
	if current == Portable {
		geluPortable(dst, src)
		return
	}
	geluNEON(first(dst), first(src), len(dst))
}

func geluTanh(dst, src []float32) {
	if current == Portable {
		geluTanhPortable(dst, src)
		return
	}
	geluTanhNEON(first(dst), first(src), len(dst))
}

func geluBackward(dx, dy, x []float32) {
	if current == Portable {
		geluBackwardPortable(dx, dy, x)
		return
	}
	geluBackwardNEON(first(dx), first(dy), first(x), len(dx))
}

func geluTanhBackward(dx, dy, x []float32) {
	if current == Portable {
		geluTanhBackwardPortable(dx, dy, x)
		return
	}
	geluTanhBackwardNEON(first(dx), first(dy), first(x), len(dx))
}

func softmaxColumns(s []float32) {
	if current == Portable {
		softmaxColumnsPortable(s)
		return
	}
	softmaxColumnsNEON(first(s), len(s)/Width)
}

func softmaxColumnsBackward(ds, p []float32) {
	if current == Portable {
		softmaxColumnsBackwardPortable(ds, p)
		return
	}
	softmaxColumnsBackwardNEON(first(ds), first(p), len(p)/Width)
}

func normForward(y []float32, yPanel int, x []float32, xPanel, rows int, n *Norm, stats []float32) {
	if current == Portable {
		normForwardPortable(y, yPanel, x, xPanel, rows, n, stats)
		return
	}
	mask, panels, width := n.lastMask(), Panels(n.Columns), float32(n.Columns)
	normForwardNEON(first(y), first(x), yPanel, xPanel, rows, panels, first(n.Gamma), first(n.Beta), &mask[0], first(stats), width, n.Eps)
}

func normBackward(dx []float32, dxPanel int, dy []float32, dyPanel int, x []float32, xPanel, rows int, n *Norm, stats []float32) {
	if current == Portable {
		normBackwardPortable(dx, dxPanel, dy, dyPanel, x, xPanel, rows, n, stats)
		return
	}
	mask, panels, width := n.lastMask(), Panels(n.Columns), float32(n.Columns)
	normBackwardNEON(first(dx), first(dy), first(x), dxPanel, dyPanel, xPanel, rows, panels, first(n.Gamma), &mask[0], first(stats), width)
}

func normWeights(dgamma, dbeta, dy, x, stats []float32) {
	if current == Portable {
		normWeightsPortable(dgamma, dbeta, dy, x, stats)
		return
	}
	normWeightsNEON(first(dgamma), first(dbeta), first(dy), first(x), first(stats), len(dy)/Width)
}

func fillRows(dst, row []float32) {
	if current == Portable {
		fillRowsPortable(dst, row)
		return
	}
	fillRowsNEON(first(dst), first(row), len(dst)/Width)
}

func addRow(dst, src, row []float32) {
	if current == Portable {
		addRowPortable(dst, src, row)
		return
	}
	addRowNEON(first(dst), first(src), first(row), len(dst)/Width)
}

func dropApply(dst, src []float32, d *Drop, start uint32) {
	if current == Portable {
		dropPortable(dst, src, d, start)
		return
	}
	k := [5]uint32{uint32(d.Key), uint32(d.Key >> 32), start, d.Limit, math.Float32bits(d.Scale)}
	dropNEON(first(dst), first(src), len(dst), &k[0])
}

func transpose(dst, src []float32, scale float32) {
	if current == Portable {
		transposePortable(dst, src, scale)
		return
	}
	transposeNEON(first(dst), first(src), scale)
}

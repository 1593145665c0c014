//go:build amd64 && !noasm

package kernel

import "math"

// The lengths have been compared by the exported functions, which call these with
// one row at least.

func gelu(dst, src []float32) {
	switch current {
	case AVX2:
		geluAVX2(first(dst), first(src), len(dst))
	case AVX512:
		geluAVX512(first(dst), first(src), len(dst))
	default:
		geluPortable(dst, src)
	}
}

func geluTanh(dst, src []float32) {
	switch current {
	case AVX2:
		geluTanhAVX2(first(dst), first(src), len(dst))
	case AVX512:
		geluTanhAVX512(first(dst), first(src), len(dst))
	default:
		geluTanhPortable(dst, src)
	}
}

func geluBackward(dx, dy, x []float32) {
	switch current {
	case AVX2:
		geluBackwardAVX2(first(dx), first(dy), first(x), len(dx))
	case AVX512:
		geluBackwardAVX512(first(dx), first(dy), first(x), len(dx))
	default:
		geluBackwardPortable(dx, dy, x)
	}
}

func geluTanhBackward(dx, dy, x []float32) {
	switch current {
	case AVX2:
		geluTanhBackwardAVX2(first(dx), first(dy), first(x), len(dx))
	case AVX512:
		geluTanhBackwardAVX512(first(dx), first(dy), first(x), len(dx))
	default:
		geluTanhBackwardPortable(dx, dy, x)
	}
}

func softmaxColumns(s []float32) {
	switch current {
	case AVX2:
		softmaxColumnsAVX2(first(s), len(s)/Width)
	case AVX512:
		softmaxColumnsAVX512(first(s), len(s)/Width)
	default:
		softmaxColumnsPortable(s)
	}
}

func softmaxColumnsBackward(ds, p []float32) {
	switch current {
	case AVX2:
		softmaxColumnsBackwardAVX2(first(ds), first(p), len(p)/Width)
	case AVX512:
		softmaxColumnsBackwardAVX512(first(ds), first(p), len(p)/Width)
	default:
		softmaxColumnsBackwardPortable(ds, p)
	}
}

func normForward(y []float32, yPanel int, x []float32, xPanel, rows int, n *Norm, stats []float32) {
	mask, panels, width := n.lastMask(), Panels(n.Columns), float32(n.Columns)
	switch current {
	case AVX2:
		normForwardAVX2(first(y), first(x), yPanel, xPanel, rows, panels, first(n.Gamma), first(n.Beta), &mask[0], first(stats), width, n.Eps)
	case AVX512:
		normForwardAVX512(first(y), first(x), yPanel, xPanel, rows, panels, first(n.Gamma), first(n.Beta), &mask[0], first(stats), width, n.Eps)
	default:
		normForwardPortable(y, yPanel, x, xPanel, rows, n, stats)
	}
}

func normBackward(dx []float32, dxPanel int, dy []float32, dyPanel int, x []float32, xPanel, rows int, n *Norm, stats []float32) {
	mask, panels, width := n.lastMask(), Panels(n.Columns), float32(n.Columns)
	switch current {
	case AVX2:
		normBackwardAVX2(first(dx), first(dy), first(x), dxPanel, dyPanel, xPanel, rows, panels, first(n.Gamma), &mask[0], first(stats), width)
	case AVX512:
		normBackwardAVX512(first(dx), first(dy), first(x), dxPanel, dyPanel, xPanel, rows, panels, first(n.Gamma), &mask[0], first(stats), width)
	default:
		normBackwardPortable(dx, dxPanel, dy, dyPanel, x, xPanel, rows, n, stats)
	}
}

func normWeights(dgamma, dbeta, dy, x, stats []float32) {
	switch current {
	case AVX2:
		normWeightsAVX2(first(dgamma), first(dbeta), first(dy), first(x), first(stats), len(dy)/Width)
	case AVX512:
		normWeightsAVX512(first(dgamma), first(dbeta), first(dy), first(x), first(stats), len(dy)/Width)
	default:
		normWeightsPortable(dgamma, dbeta, dy, x, stats)
	}
}

func fillRows(dst, row []float32) {
	switch current {
	case AVX2:
		fillRowsAVX2(first(dst), first(row), len(dst)/Width)
	case AVX512:
		fillRowsAVX512(first(dst), first(row), len(dst)/Width)
	default:
		fillRowsPortable(dst, row)
	}
}

func addRow(dst, src, row []float32) {
	switch current {
	case AVX2:
		addRowAVX2(first(dst), first(src), first(row), len(dst)/Width)
	case AVX512:
		addRowAVX512(first(dst), first(src), first(row), len(dst)/Width)
	default:
		addRowPortable(dst, src, row)
	}
}

func transpose(dst, src []float32, scale float32) {
	if current == Portable {
		transposePortable(dst, src, scale)
		return
	}
	transposeAVX2(first(dst), first(src), scale)
}

func dropApply(dst, src []float32, d *Drop, start uint32) {
	k := [5]uint32{uint32(d.Key), uint32(d.Key >> 32), start, d.Limit, math.Float32bits(d.Scale)}
	switch current {
	case AVX2:
		dropAVX2(first(dst), first(src), len(dst), &k[0])
	case AVX512:
		dropAVX512(first(dst), first(src), len(dst), &k[0])
	default:
		dropPortable(dst, src, d, start)
	}
}

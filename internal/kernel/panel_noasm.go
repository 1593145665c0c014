//go:build !(amd64 || arm64) || noasm

package kernel

func gelu(dst, src []float32)                 { geluPortable(dst, src) }
func geluTanh(dst, src []float32)             { geluTanhPortable(dst, src) }
func geluBackward(dx, dy, x []float32)        { geluBackwardPortable(dx, dy, x) }
func geluTanhBackward(dx, dy, x []float32)    { geluTanhBackwardPortable(dx, dy, x) }
func softmaxColumns(s []float32)              { softmaxColumnsPortable(s) }
func softmaxColumnsBackward(ds, p []float32)  { softmaxColumnsBackwardPortable(ds, p) }
func fillRows(dst, row []float32)             { fillRowsPortable(dst, row) }
func addRow(dst, src, row []float32)          { addRowPortable(dst, src, row) }
func transpose(dst, src []float32, s float32) { transposePortable(dst, src, s) }

func normForward(y []float32, yPanel int, x []float32, xPanel, rows int, n *Norm, stats []float32) {
	normForwardPortable(y, yPanel, x, xPanel, rows, n, stats)
}

func normBackward(dx []float32, dxPanel int, dy []float32, dyPanel int, x []float32, xPanel, rows int, n *Norm, stats []float32) {
	normBackwardPortable(dx, dxPanel, dy, dyPanel, x, xPanel, rows, n, stats)
}

func normWeights(dgamma, dbeta, dy, x, stats []float32) {
	normWeightsPortable(dgamma, dbeta, dy, x, stats)
}

func dropApply(dst, src []float32, d *Drop, first uint32) { dropPortable(dst, src, d, first) }

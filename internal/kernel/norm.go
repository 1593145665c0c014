package kernel

import (
	"fmt"
	"math"
)

// Norm is a layer normalisation of rows that lie in panels (Ba, Kiros and Hinton
// 2016, arXiv:1607.06450).
type Norm struct {
	Columns     int       // of a row
	Gamma, Beta []float32 // [Panels(Columns)*16], zero past the last column
	Eps         float32
}

// Forward normalises rows of x, in panels whose beginnings lie xPanel floats apart,
// and writes them to y, in panels yPanel apart, which may be x:
//
//	d = x - mean    y = d/sqrt(var + eps) * gamma + beta
//
// stats takes the mean and 1/sqrt(var + eps) of each row, [rows][2]. Columns of x
// past the last must be zero, and are zero in y.
//
// A sum over the columns of a row is taken in 16 lanes, column c in lane c%16, over
// ascending panels, and the lanes are then added pairwise: l and l+8, l+4, l+2, l+1.
// The variance sums d² with fused multiply-adds.
func (n *Norm) Forward(y []float32, yPanel int, x []float32, xPanel, rows int, stats []float32) {
	if rows <= 0 {
		return
	}
	n.check("Norm.Forward", yPanel, rows, len(y))
	n.check("Norm.Forward", xPanel, rows, len(x))
	if len(stats) < 2*rows {
		panic(fmt.Sprintf("kernel: Norm.Forward: %d statistics for %d rows", len(stats), rows))
	}
	normForward(y, yPanel, x, xPanel, rows, n, stats)
}

// Backward writes to dx the gradient of Forward's input x, given dy, that of its
// output. With the statistics that Forward left, g = dy*gamma and x' = (x -
// mean)/sqrt(var + eps),
//
//	dx = (g - mean(g) - x' mean(g x')) / sqrt(var + eps)
//
// where means are sums as Forward takes them, that of g x' fused, divided by the
// number of columns. The three lie in panels of their own distances; dx may be dy.
// Columns past the last become zero.
func (n *Norm) Backward(dx []float32, dxPanel int, dy []float32, dyPanel int, x []float32, xPanel, rows int, stats []float32) {
	if rows <= 0 {
		return
	}
	n.check("Norm.Backward", dxPanel, rows, len(dx))
	n.check("Norm.Backward", dyPanel, rows, len(dy))
	n.check("Norm.Backward", xPanel, rows, len(x))
	if len(stats) < 2*rows {
		panic(fmt.Sprintf("kernel: Norm.Backward: %d statistics for %d rows", len(stats), rows))
	}
	normBackward(dx, dxPanel, dy, dyPanel, x, xPanel, rows, n, stats)
}

// NormWeights adds to dgamma and dbeta, one panel's 16 columns each, the gradients
// that rows of a layer normalisation contribute, the first row first: dy x' and dy,
// the former fused. dy and x are that panel of Backward's, [rows][16], and stats its
// statistics.
func NormWeights(dgamma, dbeta, dy, x, stats []float32) {
	checkPanel("NormWeights", len(dy), len(x), len(dgamma))
	checkPanel("NormWeights", len(dy), len(x), len(dbeta))
	if len(stats)*Width/2 < len(dy) {
		panic(fmt.Sprintf("kernel: NormWeights: %d statistics for %d rows", len(stats), len(dy)/Width))
	}
	if len(dy) > 0 {
		normWeights(dgamma, dbeta, dy, x, stats)
	}
}

func (n *Norm) check(name string, panel, rows int, lengths ...int) {
	panels := Panels(n.Columns)
	if n.Columns < 1 || panel < 0 || len(n.Gamma) < panels*Width || len(n.Beta) < panels*Width {
		panic(fmt.Sprintf("kernel: %s: %d columns, %d and %d weights, panels %d apart", name, n.Columns, len(n.Gamma), len(n.Beta), panel))
	}
	need := (panels-1)*panel + rows*Width
	for _, have := range lengths {
		if have < need {
			panic(fmt.Sprintf("kernel: %s: %d floats, %d rows in %d panels need %d", name, have, rows, panels, need))
		}
	}
}

// lastMask has all bits in the lanes of the last panel that hold columns.
func (n *Norm) lastMask() (mask [Width]uint32) {
	for j := range (n.Columns-1)%Width + 1 {
		mask[j] = math.MaxUint32
	}
	return mask
}

// laneSum adds 16 lanes pairwise.
func laneSum(s *[Width]float32) float32 {
	for half := Width / 2; half > 0; half /= 2 {
		for l := range half {
			s[l] += s[l+half]
		}
	}
	return s[0]
}

func normForwardPortable(y []float32, yPanel int, x []float32, xPanel, rows int, n *Norm, stats []float32) {
	width := float32(n.Columns)
	for r := range rows {
		var s [Width]float32
		for c := range n.Columns {
			s[c%Width] += x[c/Width*xPanel+r*Width+c%Width]
		}
		mean := laneSum(&s) / width
		clear(s[:])
		for c := range n.Columns {
			d := x[c/Width*xPanel+r*Width+c%Width] - mean
			s[c%Width] = fma32(d, d, s[c%Width])
		}
		inverse := 1 / float32(math.Sqrt(float64(laneSum(&s)/width+n.Eps)))
		stats[2*r], stats[2*r+1] = mean, inverse
		for c := range Panels(n.Columns) * Width {
			d := float32(0)
			if c < n.Columns {
				d = x[c/Width*xPanel+r*Width+c%Width] - mean
			}
			y[c/Width*yPanel+r*Width+c%Width] = fma32(d*inverse, n.Gamma[c], n.Beta[c])
		}
	}
}

func normBackwardPortable(dx []float32, dxPanel int, dy []float32, dyPanel int, x []float32, xPanel, rows int, n *Norm, stats []float32) {
	width := float32(n.Columns)
	for r := range rows {
		mean, inverse := stats[2*r], stats[2*r+1]
		// read returns the gradient of the normalised value and that value.
		read := func(c int) (g, h float32) {
			d := x[c/Width*xPanel+r*Width+c%Width] - mean
			return float32(dy[c/Width*dyPanel+r*Width+c%Width] * n.Gamma[c]), float32(d * inverse)
		}
		var sum, product [Width]float32
		for c := range n.Columns {
			g, h := read(c)
			sum[c%Width] += g
			product[c%Width] = fma32(g, h, product[c%Width])
		}
		a, b := laneSum(&sum)/width, laneSum(&product)/width
		for c := range Panels(n.Columns) * Width {
			d := float32(0)
			if c < n.Columns {
				g, h := read(c)
				d = fma32(-b, h, g-a) * inverse
			}
			dx[c/Width*dxPanel+r*Width+c%Width] = d
		}
	}
}

func normWeightsPortable(dgamma, dbeta, dy, x, stats []float32) {
	for i, d := range dy {
		h := x[i] - stats[i/Width*2]
		h *= stats[i/Width*2+1]
		dbeta[i%Width] += d
		dgamma[i%Width] = fma32(d, h, dgamma[i%Width])
	}
}

package curves

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Attention returns the picture of where a translator looked: a row for each token of
// the target, the first at the top, a column for each of the source, the darker the
// larger its share, which the weights give.
func Attention(source, target []string, weights [][]float32) (*Figure, error) {
	if len(source) == 0 || len(target) == 0 || len(weights) != len(target) {
		return nil, fmt.Errorf("curves: %d rows of attention of %d tokens to %d", len(weights), len(target), len(source))
	}
	for _, row := range weights {
		if len(row) != len(source) {
			return nil, fmt.Errorf("curves: a row of %d weights for %d tokens", len(row), len(source))
		}
	}
	short := func(tokens []string) []string {
		out := make([]string, len(tokens))
		for i, t := range tokens {
			r := []rune(t)
			if len(r) > maxName {
				r = append(r[:maxName-1:maxName-1], '…')
			}
			out[i] = string(r)
		}
		return out
	}
	rows := short(target)
	slices.Reverse(rows)
	p := plot.New()
	p.BackgroundColor = color.White
	p.X.Label.Text, p.Y.Label.Text = "text", "translation"
	p.Add(shares(weights))
	p.NominalX(short(source)...)
	p.NominalY(rows...)
	p.X.Tick.Label.Rotation = math.Pi / 2
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	long := max(len(source), len(target))
	side := min(maxSize, max(width, margin+vg.Length(cellSize*vg.Length(long))))
	return &Figure{panels: []*plot.Plot{p}, width: side, panel: side - vg.Centimeter}, nil
}

// shares draws cells, the first row at the top.
type shares [][]float32

// DataRange implements plot.DataRanger.
func (m shares) DataRange() (xmin, xmax, ymin, ymax float64) {
	return -0.5, float64(len(m[0])) - 0.5, -0.5, float64(len(m)) - 0.5
}

// Plot implements plot.Plotter.
func (m shares) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, row := range m {
		at := float64(len(m) - 1 - i)
		for k, share := range row {
			left, right, low, high := x(float64(k)-0.5), x(float64(k)+0.5), y(at-0.5), y(at+0.5)
			c.FillPolygon(shade(float64(share)), []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}})
		}
	}
}

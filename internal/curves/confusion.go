package curves

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Of a confusion matrix: the largest that has numbers in its cells, the longest
// name of a class in characters, the room of a class and that beside the cells.
const (
	maxNumbers = 25
	maxName    = 24
	cellSize   = 7 * vg.Millimeter
	margin     = 6 * vg.Centimeter
	maxSize    = 60 * vg.Centimeter
)

// Confusion returns the picture of a confusion matrix: rows are the truth,
// columns the answers. A cell is the darker the larger its share of the row.
func Confusion(classes []string, counts [][]int) (*Figure, error) {
	if len(classes) == 0 || len(counts) != len(classes) {
		return nil, fmt.Errorf("curves: %d rows of a confusion matrix of %d classes", len(counts), len(classes))
	}
	for _, row := range counts {
		if len(row) != len(classes) {
			return nil, fmt.Errorf("curves: a row of %d cells in a confusion matrix of %d classes", len(row), len(classes))
		}
	}
	names, reversed := make([]string, len(classes)), make([]string, len(classes))
	long := 0
	for i, name := range classes {
		r := []rune(name)
		if len(r) > maxName {
			r = append(r[:maxName-1:maxName-1], '…')
		}
		names[i], reversed[len(classes)-1-i] = string(r), string(r)
		long = max(long, len(r))
	}
	p := plot.New()
	p.BackgroundColor = color.White
	p.X.Label.Text, p.Y.Label.Text = "answer", "truth"
	p.Add(matrix(counts))
	p.NominalX(names...)
	p.NominalY(reversed...) // the first at the top
	if len(classes) > 4 || long > 12 {
		p.X.Tick.Label.Rotation = math.Pi / 2
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	}
	side := min(maxSize, max(width, margin+vg.Length(cellSize*vg.Length(len(classes)))))
	return &Figure{panels: []*plot.Plot{p}, width: side, panel: side - vg.Centimeter}, nil
}

// matrix draws cells, the first row at the top.
type matrix [][]int

// DataRange implements plot.DataRanger.
func (m matrix) DataRange() (xmin, xmax, ymin, ymax float64) {
	end := float64(len(m)) - 0.5
	return -0.5, end, -0.5, end
}

// Plot implements plot.Plotter.
func (m matrix) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := p.X.Tick.Label
	style.Rotation, style.XAlign, style.YAlign = 0, draw.XCenter, draw.YCenter
	for i, row := range m {
		all := 0
		for _, n := range row {
			all += n
		}
		at := float64(len(m) - 1 - i)
		for k, n := range row {
			share := float64(n) / float64(max(1, all))
			left, right, low, high := x(float64(k)-0.5), x(float64(k)+0.5), y(at-0.5), y(at+0.5)
			c.FillPolygon(shade(share), []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}})
			if len(m) > maxNumbers || n == 0 {
				continue
			}
			if style.Color = color.Black; share > 0.5 {
				style.Color = color.White
			}
			c.FillText(style, vg.Point{X: x(float64(k)), Y: y(at)}, fmt.Sprint(n))
		}
	}
}

// shade is between a light grey and blue.
func shade(share float64) color.Color {
	mix := func(from, to uint8) uint8 {
		return uint8(math.Round(float64(from) + float64(share*(float64(to)-float64(from)))))
	}
	return color.RGBA{mix(245, blue.R), mix(245, blue.G), mix(245, blue.B), 255}
}

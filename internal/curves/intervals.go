package curves

import (
	"errors"
	"image/color"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Interval is a share that was measured, and what it may be in truth.
type Interval struct {
	Name             string
	Value, Low, High float64
	Chosen           bool // drawn in another colour
}

// Intervals draws shares in per cent with their intervals, the first on top. The
// same ones give the same bytes.
func Intervals(label string, list []Interval) (*Figure, error) {
	if len(list) == 0 {
		return nil, errors.New("curves: no intervals")
	}
	p := panel("")
	names := make([]string, len(list))
	p.X.Label.Text = label
	for i, v := range list {
		at := len(list) - 1 - i
		names[at] = v.Name
		c := color.Color(blue)
		if v.Chosen {
			c = orange
		}
		line, err := plotter.NewLine(plotter.XYs{{X: 100 * v.Low, Y: float64(at)}, {X: 100 * v.High, Y: float64(at)}})
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = c, vg.Points(1.5)
		dot, err := plotter.NewScatter(plotter.XYs{{X: 100 * v.Value, Y: float64(at)}})
		if err != nil {
			return nil, err
		}
		dot.Color, dot.Shape, dot.Radius = c, draw.CircleGlyph{}, vg.Points(3)
		p.Add(line, dot)
	}
	p.NominalY(names...)
	p.X.Min, p.X.Max = span(p.X.Min, p.X.Max)
	p.Y.Min, p.Y.Max = -0.6, float64(len(list))-0.4
	f := &Figure{panel: 2*vg.Centimeter + vg.Length(vg.Length(len(list))*0.6*vg.Centimeter)}
	f.panels = append(f.panels, p)
	return f, nil
}

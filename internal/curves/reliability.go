package curves

import (
	"errors"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Bin is a point of a reliability diagram.
type Bin struct {
	Low, High   float64 // of the probability of the answer
	Texts       int
	Probability float64 // mean
	Accuracy    float64 // share of the answers that is right
}

// Reliability returns the reliability diagram: how many answers are right by how
// sure they are, beside the diagonal of a classifier that is calibrated, and
// below it how many answers are so sure.
func Reliability(bins []Bin) (*Figure, error) {
	if len(bins) == 0 {
		return nil, errors.New("curves: a reliability diagram without answers")
	}
	right, number := panel("share that is right"), panel("texts")
	right.Legend.Left = true
	ideal, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	if err != nil {
		return nil, fmt.Errorf("curves: %w", err)
	}
	ideal.Color, ideal.Dashes = color.Gray{128}, []vg.Length{vg.Points(4), vg.Points(4)}
	right.Add(ideal)
	right.Legend.Add("as sure as right", ideal)
	var points plotter.XYs
	most := 0
	for _, b := range bins {
		points = append(points, plotter.XY{X: b.Probability, Y: b.Accuracy})
		most = max(most, b.Texts)
		top := float64(b.Texts)
		bar, err := plotter.NewPolygon(plotter.XYs{{X: b.Low, Y: 0}, {X: b.Low, Y: top}, {X: b.High, Y: top}, {X: b.High, Y: 0}})
		if err != nil {
			return nil, fmt.Errorf("curves: %w", err)
		}
		bar.Color, bar.LineStyle.Color = blue, color.White
		number.Add(bar)
	}
	if err := add(right, "these answers", orange, points); err != nil {
		return nil, err
	}
	for _, p := range []*plot.Plot{right, number} {
		p.X.Min, p.X.Max, p.Y.Min = 0, 1, 0
	}
	right.Y.Max, number.Y.Max = 1, float64(max(1, most))
	number.X.Label.Text = "probability of the answer"
	return &Figure{panels: []*plot.Plot{right, number}}, nil
}

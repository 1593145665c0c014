// Package curves draws how a training went from the log that it wrote: the
// loss and what was measured on the validation data, by optimizer steps; and how
// a classifier did, as a confusion matrix and a reliability diagram; and how
// candidates compare.
package curves

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"image/color"
	"io"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Epoch is a line of the log.
type Epoch struct {
	Epoch      int                 `json:"epoch"` // from 1
	Step       int                 `json:"step"`  // steps done
	Loss       float64             `json:"loss"`
	Validation map[string]*float64 `json:"validation"` // null where not finite
}

// maxLine bounds a line of the log.
const maxLine = 1 << 20

// Read reads a log of one JSON object a line. Lines that are no epoch's are
// passed over. A run that was resumed may have written an epoch again: the
// last line of it counts, and drops those after it.
func Read(r io.Reader) ([]Epoch, error) {
	var log []Epoch
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	for s.Scan() {
		var e Epoch
		if json.Unmarshal(s.Bytes(), &e) != nil || e.Epoch < 1 || e.Step < 1 {
			continue
		}
		for n := len(log); n > 0 && (log[n-1].Step >= e.Step || log[n-1].Epoch >= e.Epoch); n-- {
			log = log[:n-1]
		}
		log = append(log, e)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("curves: %w", err)
	}
	return log, nil
}

// Size of a picture.
const (
	width       = 16 * vg.Centimeter
	panelHeight = 7 * vg.Centimeter
	maxPanels   = 6
)

// Colours of the training data and of the validation data, told apart by
// colour-blind readers (Okabe and Ito 2008).
var (
	blue   = color.RGBA{0, 114, 178, 255}
	orange = color.RGBA{213, 94, 0, 255}
)

// Figure is a picture.
type Figure struct {
	panels []*plot.Plot // one below the other
	width  vg.Length    // 0 for the usual one
	panel  vg.Length    // height of a panel, 0 for the usual one
}

// Draw returns the picture of a log, which must have a line: a panel for the
// loss, on the training and, where it was measured, the validation data, and
// one for each other measurement. The same log gives the same bytes.
func Draw(log []Epoch) (*Figure, error) {
	if len(log) == 0 {
		return nil, fmt.Errorf("curves: the log has no epochs")
	}
	names := map[string]bool{}
	for _, e := range log {
		for name := range e.Validation {
			names[name] = true
		}
	}
	f := &Figure{panel: panelHeight}
	validation := func(name string) plotter.XYs {
		return points(log, func(e Epoch) float64 {
			if v := e.Validation[name]; v != nil {
				return *v
			}
			return math.NaN()
		})
	}
	p := panel("loss")
	if err := add(p, "training", blue, points(log, func(e Epoch) float64 { return e.Loss })); err != nil {
		return nil, err
	}
	if names["loss"] {
		if err := add(p, "validation", orange, validation("loss")); err != nil {
			return nil, err
		}
	}
	f.panels = append(f.panels, p)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name == "loss" || len(f.panels) == maxPanels {
			continue
		}
		p := panel("validation " + name)
		if err := add(p, "", orange, validation(name)); err != nil {
			return nil, err
		}
		f.panels = append(f.panels, p)
	}
	for _, p := range f.panels {
		p.X.Min, p.X.Max = 0, float64(log[len(log)-1].Step)
		p.Y.Min, p.Y.Max = span(p.Y.Min, p.Y.Max)
	}
	f.panels[len(f.panels)-1].X.Label.Text = "step"
	return f, nil
}

// span widens a range that is too narrow for ticks, or has nothing in it.
func span(low, high float64) (float64, float64) {
	size := max(math.Abs(low), math.Abs(high))
	switch {
	case low > high || size == 0:
		return 0, 1
	case high-low <= 1e-6*size:
		return low - float64(0.1*size), high + float64(0.1*size)
	}
	return low, high
}

// maxValue bounds what is drawn: ticks are computed with some room above.
const maxValue = 1e100

// points are the values of a log that can be drawn.
func points(log []Epoch, value func(Epoch) float64) plotter.XYs {
	var out plotter.XYs
	for _, e := range log {
		if v := value(e); math.Abs(v) <= maxValue {
			out = append(out, plotter.XY{X: float64(e.Step), Y: v})
		}
	}
	return out
}

// add draws a line with a dot at each epoch, if there is a point.
func add(p *plot.Plot, name string, c color.Color, xy plotter.XYs) error {
	if len(xy) == 0 {
		return nil
	}
	line, dots, err := plotter.NewLinePoints(xy)
	if err != nil {
		return fmt.Errorf("curves: %s: %w", name, err)
	}
	line.Color, line.Width = c, vg.Points(1.5)
	dots.Color, dots.Shape, dots.Radius = c, draw.CircleGlyph{}, vg.Points(2)
	p.Add(line, dots)
	if name != "" {
		p.Legend.Add(name, line, dots)
	}
	return nil
}

// panel is one without lines.
func panel(label string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.White
	p.Y.Label.Text = label
	p.Legend.Top = true // where a loss that falls leaves room
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = color.Gray{225}, color.Gray{225}
	p.Add(g)
	return p
}

// size is that of all panels.
func (f *Figure) size() (vg.Length, vg.Length) {
	return cmp.Or(f.width, width), cmp.Or(f.panel, panelHeight) * vg.Length(len(f.panels))
}

// draw puts the panels below one another, their axes aligned.
func (f *Figure) draw(c draw.Canvas) (err error) {
	defer func() {
		if cause := recover(); cause != nil { // plot panics on what it cannot draw
			err = fmt.Errorf("curves: %v", cause)
		}
	}()
	rows := make([][]*plot.Plot, len(f.panels))
	for i, p := range f.panels {
		rows[i] = []*plot.Plot{p}
	}
	tiles := draw.Tiles{Rows: len(rows), Cols: 1, PadX: vg.Millimeter, PadY: 2 * vg.Millimeter,
		PadTop: 2 * vg.Millimeter, PadBottom: 2 * vg.Millimeter, PadLeft: 2 * vg.Millimeter, PadRight: 4 * vg.Millimeter}
	for i, row := range plot.Align(rows, tiles, c) {
		f.panels[i].Draw(row[0])
	}
	return nil
}

// WriteSVG writes the picture as SVG.
func (f *Figure) WriteSVG(w io.Writer) error {
	c := vgsvg.New(f.size())
	if err := f.draw(draw.New(c)); err != nil {
		return err
	}
	if _, err := c.WriteTo(w); err != nil {
		return fmt.Errorf("curves: %w", err)
	}
	return nil
}

// WritePNG writes the picture as PNG, of 150 dots an inch.
func (f *Figure) WritePNG(w io.Writer) error {
	c := vgimg.NewWith(vgimg.UseWH(f.size()), vgimg.UseDPI(150), vgimg.UseBackgroundColor(color.White))
	if err := f.draw(draw.New(c)); err != nil {
		return err
	}
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(w); err != nil {
		return fmt.Errorf("curves: %w", err)
	}
	return nil
}

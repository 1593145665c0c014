package main

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/gorgonia-zoo/zoo/classify"
)

// Of a report: the most classes whose confusion matrix is printed, the pairs of
// classes that are named in its place, the longest name of a class, and the
// width of a bar.
const (
	maxMatrix  = 12
	mostPairs  = 10
	maxClass   = 24
	maxHeading = 10
	barWidth   = 30
)

// evaluation is what eval prints of a classifier of texts, after its name.
func evaluation(e *classify.Evaluation, r *classify.Report, worst []textError, seconds float64, colours bool) string {
	var w strings.Builder
	at := e.AccuracyInterval()
	fmt.Fprintf(&w, "%d examples: accuracy %.4f (95 %% interval %.4f to %.4f), loss %.4f, calibration error %.4f, %.1f s",
		e.Examples, e.Accuracy, at.Low, at.High, e.Loss, e.Calibration, seconds)
	from := 1
	for _, b := range e.ByLength {
		to := fmt.Sprintf("%d to %d", from, b.Tokens)
		if b.Tokens == 0 {
			to = fmt.Sprintf("%d or more", from)
		}
		if b.Examples > 0 {
			fmt.Fprintf(&w, "\n  %-12s tokens: %6d examples, accuracy %.4f", to, b.Examples, b.Accuracy)
		}
		from = b.Tokens + 1
	}
	scores(&w, r)
	if len(r.Classes) <= maxMatrix {
		confusion(&w, r, colours)
	} else {
		confusions(&w, r)
	}
	reliability(&w, e)
	if len(worst) > 0 {
		fmt.Fprintf(&w, "\n\n  the worst errors, those it is surest of:")
		mistakes(&w, worst)
	}
	return w.String()
}

// scores prints the table of classes.
func scores(w *strings.Builder, r *classify.Report) {
	width := len("weighted mean")
	for _, c := range r.Classes {
		width = max(width, len([]rune(className(c.Name, maxClass))))
	}
	fmt.Fprintf(w, "\n\n  %-*s  precision  recall      F1  examples", width, "class")
	examples := 0
	line := func(name string, s classify.Score, n int) {
		fmt.Fprintf(w, "\n  %-*s     %.4f  %.4f  %.4f  %8d", width, name, s.Precision, s.Recall, s.F1, n)
	}
	for _, c := range r.Classes {
		line(className(c.Name, maxClass), c.Score, c.Examples)
		if c.Examples > 0 && c.Predicted == 0 {
			w.WriteString("  never predicted")
		}
		examples += c.Examples
	}
	line("macro mean", r.Macro, examples)
	line("weighted mean", r.Weighted, examples)
}

// confusion prints the matrix.
func confusion(w *strings.Builder, r *classify.Report, colours bool) {
	name, cell := 0, 6
	for _, c := range r.Classes {
		name = max(name, len([]rune(className(c.Name, maxClass))))
		cell = max(cell, len([]rune(className(c.Name, maxHeading))))
	}
	fmt.Fprintf(w, "\n\n  confusion matrix: rows are the truth, columns the answers\n  %*s", name, "")
	for _, c := range r.Classes {
		fmt.Fprintf(w, "  %*s", cell, className(c.Name, maxHeading))
	}
	for i, row := range r.Confusion {
		fmt.Fprintf(w, "\n  %-*s", name, className(r.Classes[i].Name, maxClass))
		for _, n := range row {
			text := fmt.Sprintf("  %*d", cell, n)
			if colours {
				text = shaded(text, float64(n)/float64(max(1, r.Classes[i].Examples)))
			}
			w.WriteString(text)
		}
	}
}

// shaded puts a cell on a background that is the darker the larger its share.
func shaded(cell string, share float64) string {
	grounds := []int{255, 153, 111, 69, 26} // of 256 colours, from light grey to blue
	if share == 0 {
		return cell
	}
	k := min(len(grounds)-1, int(share*float64(len(grounds))))
	ink := 16
	if k >= 3 {
		ink = 231
	}
	return fmt.Sprintf("\x1b[48;5;%d;38;5;%dm%s\x1b[0m", grounds[k], ink, cell)
}

// confusions prints which classes are taken for each other, where there are too many
// for a matrix.
func confusions(w *strings.Builder, r *classify.Report) {
	most := r.MostConfused(mostPairs)
	if len(most) == 0 {
		return
	}
	fmt.Fprintf(w, "\n\n  most often confused (--plots draws the matrix of %d classes):", len(r.Classes))
	for _, p := range most {
		fmt.Fprintf(w, "\n  %6d of %d: %s answered as %s", p.Texts, r.Classes[p.Truth].Examples, className(r.Classes[p.Truth].Name, maxClass), className(r.Classes[p.Answer].Name, maxClass))
	}
}

// reliability prints the diagram: a bar to the share of answers that is right,
// and a mark at how sure they are.
func reliability(w *strings.Builder, e *classify.Evaluation) {
	fmt.Fprintf(w, "\n\n  reliability: answers by their probability (|) and the share that is right (=)")
	for _, b := range e.Reliability() {
		bar := []rune(strings.Repeat("=", int(math.Round(b.Accuracy*barWidth))))
		at := min(barWidth-1, int(b.Probability*barWidth))
		for len(bar) <= at {
			bar = append(bar, ' ')
		}
		bar[at] = '|'
		fmt.Fprintf(w, "\n  %.2f to %.2f %8d examples, probability %.4f, right %.4f  %s", b.Low, b.High, b.Examples, b.Probability, b.Accuracy, string(bar))
	}
}

// mistakes prints errors with their texts.
func mistakes(w *strings.Builder, list []textError) {
	for _, m := range list {
		where := m.ID
		if m.Line > 0 {
			where = fmt.Sprintf("line %d", m.Line)
		}
		fmt.Fprintf(w, "\n  %.4f %s, but %s in truth (%s): %s", m.Probability, className(m.Label, maxClass), className(m.Truth, maxClass), where, harmless(shorten(m.Text)))
	}
}

// className is the name of a class, of at most so many characters.
func className(name string, most int) string {
	r := []rune(harmless(shorten(name)))
	if len(r) > most {
		r = append(r[:most-1:most-1], '…')
	}
	return string(r)
}

// harmless drops what steers a terminal.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

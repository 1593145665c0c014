package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/classify"
)

// inputAnswer is a line of predict --json for a model that gives several labels, a
// number, or one class of a pair.
type inputAnswer struct {
	Text          string          `json:"text"`
	Pair          string          `json:"pair,omitempty"`
	Label         *string         `json:"label,omitempty"`       // of one class
	Probability   *float64        `json:"probability,omitempty"` // of Label
	Labels        *[]string       `json:"labels,omitempty"`      // of several, those given
	Prediction    *float64        `json:"prediction,omitempty"`  // of a number
	Tokens        int             `json:"tokens"`
	Truncated     bool            `json:"truncated"`
	Known         *float64        `json:"known,omitempty"`     // share of the words, of a model with a vocabulary
	Unknown       bool            `json:"unknown,omitempty"`   // whether no word is known
	Abstained     bool            `json:"abstained,omitempty"` // Label is empty
	Probabilities []labelled      `json:"probabilities,omitempty"`
	Columns       json.RawMessage `json:"columns,omitempty"` // of the row, those that are kept

	kept []cell
}

// fields are the columns of an answer in a table.
func (p *inputPrinter) fields() []string {
	var names []string
	switch p.task.Kind {
	case classify.Number:
		names = []string{"prediction"}
	case classify.Several:
		names = []string{"labels", "probabilities"}
	default:
		names = []string{"label", "probability"}
	}
	for k := p.first(); p.flat && k <= min(p.top, len(p.task.Classes)); k++ {
		names = append(names, fmt.Sprintf("label_%d", k), fmt.Sprintf("probability_%d", k))
	}
	if p.knower != nil {
		if _, ok := p.knower.Known(""); ok {
			names = append(names, "known")
		}
	}
	return names
}

// first is the number of the first of the most probable labels that have columns of
// their own: the first is the answer where there is one class.
func (p *inputPrinter) first() int {
	if p.task.Kind == classify.OneClass {
		return 2
	}
	return 1
}

// understand says what an answer is worth. A text without a known word is given no
// labels.
func (p *inputPrinter) understand(in classify.Input, of classify.Answer) inputAnswer {
	a := inputAnswer{Text: in.Text, Pair: in.Pair, Tokens: of.Tokens, Truncated: of.Truncated}
	if p.knower != nil {
		if share, ok := p.knower.Known(strings.TrimSpace(in.Text + "\n" + in.Pair)); ok {
			a.Known, a.Unknown = &share, share == 0
		}
	}
	for _, k := range p.ranked(of.Probabilities)[:min(p.top, len(of.Probabilities))] {
		a.Probabilities = append(a.Probabilities, labelled{p.task.Classes[k], of.Probabilities[k]})
	}
	switch p.task.Kind {
	case classify.Number:
		a.Prediction = &of.Number
	case classify.Several:
		labels := []string{}
		if !a.Unknown {
			for _, k := range classify.Given(of.Probabilities, p.task.Thresholds) {
				labels = append(labels, p.task.Classes[k])
				if p.top == 0 {
					a.Probabilities = append(a.Probabilities, labelled{p.task.Classes[k], of.Probabilities[k]})
				}
			}
		}
		a.Labels = &labels
	default:
		best := classify.Most(of.Probabilities)
		label, probability := p.task.Classes[best], of.Probabilities[best]
		if p.threshold > 0 && (probability < p.threshold || a.Unknown) {
			label, a.Abstained = "", true
		}
		a.Label, a.Probability = &label, &probability
	}
	return a
}

// ranked are the classes, the most probable first, of equals the earlier.
func (p *inputPrinter) ranked(probabilities []float64) []int {
	order := make([]int, len(probabilities))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(probabilities[y], probabilities[x]) })
	return order
}

// said are the labels given and their probabilities, as one cell each has them.
func (p *inputPrinter) said(a inputAnswer, format func(float64) string) (labels, probabilities string) {
	var numbers []string
	for _, name := range *a.Labels {
		at := slices.IndexFunc(a.Probabilities, func(l labelled) bool { return l.Label == name })
		if at >= 0 { // of --top, which may list fewer
			numbers = append(numbers, format(a.Probabilities[at].Probability))
		}
	}
	return strings.Join(*a.Labels, p.separator), strings.Join(numbers, p.separator)
}

// line is an answer for people: fields between tabs.
func (p *inputPrinter) line(a inputAnswer) string {
	var b strings.Builder
	more := a.Probabilities
	switch p.task.Kind {
	case classify.Number:
		fmt.Fprintf(&b, "%.6g", *a.Prediction)
	case classify.Several:
		labels, probabilities := p.said(a, func(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) })
		if labels == "" {
			labels = "-"
		}
		if b.WriteString(labels); p.top == 0 {
			b.WriteString("\t" + probabilities)
			more = nil
		}
	default:
		fmt.Fprintf(&b, "%s\t%.4f", *a.Label, *a.Probability)
		more = more[min(1, len(more)):]
	}
	for _, o := range more {
		fmt.Fprintf(&b, "\t%s\t%.4f", o.Label, o.Probability)
	}
	b.WriteString("\t" + shorten(a.Text))
	if p.task.Pairs {
		b.WriteString("\t" + shorten(a.Pair))
	}
	var notes []string
	if a.Truncated {
		notes = append(notes, fmt.Sprintf("first %d tokens", a.Tokens))
	}
	if a.Unknown {
		notes = append(notes, "no word that the model knows")
	}
	if a.Abstained {
		notes = append(notes, "abstained")
	}
	if len(notes) > 0 {
		fmt.Fprintf(&b, "\t(%s)", strings.Join(notes, "; "))
	}
	return b.String() + "\n"
}

// row is an answer in a table: the cells that are kept, then those of fields.
func (p *inputPrinter) row(a inputAnswer) (kept []cell, answer []any, more []extra) {
	kept = a.kept
	if kept == nil { // of no table
		if kept = []cell{{text: a.Text}}; p.task.Pairs {
			kept = append(kept, cell{text: a.Pair})
		}
	}
	ranked := a.Probabilities
	switch {
	case p.task.Kind == classify.Number:
		answer = []any{*a.Prediction}
	case p.task.Kind == classify.Several && p.flat:
		labels, probabilities := p.said(a, func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) })
		answer = []any{labels, probabilities}
	case p.task.Kind == classify.Several:
		answer = []any{*a.Labels, a.Probabilities}
	default:
		answer = []any{*a.Label, *a.Probability}
		ranked = ranked[min(1, len(ranked)):]
	}
	if p.flat && p.top > 0 {
		for _, o := range ranked {
			answer = append(answer, o.Label, o.Probability)
		}
	}
	if a.Known != nil {
		answer = append(answer, *a.Known)
	}
	if a.Unknown {
		more = append(more, extra{"unknown", true})
	}
	if a.Abstained {
		more = append(more, extra{"abstained", true})
	}
	if p.task.Kind == classify.OneClass && len(a.Probabilities) > 0 {
		more = append(more, extra{"probabilities", a.Probabilities})
	}
	return kept, answer, more
}

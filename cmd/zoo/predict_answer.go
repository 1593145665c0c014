package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// textAnswer is a line of predict --json for a classifier.
type textAnswer struct {
	Text          string          `json:"text"`
	Label         string          `json:"label"`
	Probability   float64         `json:"probability"`
	Tokens        int             `json:"tokens"`
	Truncated     bool            `json:"truncated"`
	Known         *float64        `json:"known,omitempty"`     // share of the words, of a model with a vocabulary
	Unknown       bool            `json:"unknown,omitempty"`   // whether no word is known
	Abstained     bool            `json:"abstained,omitempty"` // Label is empty
	Probabilities []labelled      `json:"probabilities,omitempty"`
	Columns       json.RawMessage `json:"columns,omitempty"` // of the row, those that are kept

	kept []cell
}

// labelled is a label and its probability.
type labelled struct {
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
}

// line is an answer for people: fields between tabs.
func (a textAnswer) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\t%.4f", a.Label, a.Probability)
	if len(a.Probabilities) > 0 {
		for _, o := range a.Probabilities[1:] {
			fmt.Fprintf(&b, "\t%s\t%.4f", o.Label, o.Probability)
		}
	}
	b.WriteString("\t" + shorten(a.Text))
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
func (p *textPrinter) row(a textAnswer) (kept []cell, answer []any, more []extra) {
	kept = a.kept
	if kept == nil { // of no table
		kept = []cell{{text: a.Text}}
	}
	answer = []any{a.Label, a.Probability}
	if p.flat && len(a.Probabilities) > 0 {
		for _, o := range a.Probabilities[1:] {
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
	if len(a.Probabilities) > 0 {
		more = append(more, extra{"probabilities", a.Probabilities})
	}
	return kept, answer, more
}

// notes says at the end what was unusual.
func (p *textPrinter) notes(c *cobra.Command, lines bool, file string) {
	say := func(format string, args ...any) { fmt.Fprintf(c.ErrOrStderr(), format+"\n", args...) }
	switch {
	case p.read == 0:
		say("there was nothing to predict from: the input is empty")
	case lines:
		p.broken.say(c.ErrOrStderr(), p.read)
	}
	if p.threshold > 0 {
		say("%d of %d texts have no label: their answer is less probable than %v, or no word of them is known", p.abstained, p.read, p.threshold)
	}
	if file == "" {
		return // the answers say the rest
	}
	if p.unknown > 0 {
		say("%d of %d texts have no word that the model knows", p.unknown, p.read)
	}
	if p.truncated > 0 {
		say("%d of %d texts are longer than the model reads, and were cut", p.truncated, p.read)
	}
	say("%d answers are in %s", p.read, file)
}

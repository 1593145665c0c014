package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/spf13/cobra"
)

// tagAnswer is a line of predict --json for a tagger. Places are counted in characters
// (Unicode code points) of the text.
type tagAnswer struct {
	Text  string    `json:"text"`
	Words []tagWord `json:"words"`
	Spans []tagSpan `json:"spans,omitempty"`
}

type tagWord struct {
	Text          string             `json:"text"`
	Begin         int                `json:"begin"`
	End           int                `json:"end"`
	Sentence      int                `json:"sentence"` // counted from 0
	Tags          map[string]string  `json:"tags"`     // by column
	Probabilities map[string]float64 `json:"probabilities"`
	Known         bool               `json:"known"`
}

type tagSpan struct {
	Column      string  `json:"column"`
	Kind        string  `json:"kind"`
	Text        string  `json:"text"`
	Begin       int     `json:"begin"`
	End         int     `json:"end"`
	Probability float64 `json:"probability"`
}

// predictTags tags texts.
func predictTags(c *cobra.Command, m tagging.Tagger, args []string, from *source, to *output) error {
	if err := unwanted(c, "a tagger's answers are words", "format", "keep", "out"); err != nil {
		return err
	}
	lines, err := textLines(c, &from.table, args, from.file)
	if err != nil {
		return err
	}
	p := &tagPrinter{columns: m.Columns(), colours: colourful(c.OutOrStdout())}
	out := bufio.NewWriter(c.OutOrStdout())
	for texts, err := range lines {
		if err == nil {
			var tagged []tagging.Tagged
			if tagged, err = m.TagAll(c.Context(), texts); err == nil {
				err = p.write(out, texts, tagged, to.asJSON)
			}
		}
		if flushed := out.Flush(); err == nil {
			err = flushed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tagPrinter writes tagged texts.
type tagPrinter struct {
	columns []tagging.Column
	colours bool
}

func (p *tagPrinter) write(out io.Writer, texts []string, tagged []tagging.Tagged, asJSON bool) error {
	for i, text := range texts {
		var err error
		if asJSON {
			err = printJSON(out, p.answer(text, tagged[i]))
		} else {
			_, err = io.WriteString(out, p.lines(text, tagged[i]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answer is the JSON of a tagged text.
func (p *tagPrinter) answer(text string, t tagging.Tagged) tagAnswer {
	a := tagAnswer{Text: text, Words: []tagWord{}}
	chars, at := 0, 0 // characters before byte at
	count := func(to int) int {
		chars += utf8.RuneCountInString(text[at:to])
		at = to
		return chars
	}
	sentence := 0
	for i, w := range t.Words {
		for i >= t.Sentences[sentence] {
			sentence++
		}
		one := tagWord{Text: w.Text, Begin: count(w.Begin), End: count(w.End), Sentence: sentence,
			Tags: map[string]string{}, Probabilities: map[string]float64{}, Known: w.Known}
		for k, c := range p.columns {
			one.Tags[c.Name], one.Probabilities[c.Name] = w.Tags[k], w.Probabilities[k]
		}
		a.Words = append(a.Words, one)
	}
	for _, s := range t.Spans {
		a.Spans = append(a.Spans, tagSpan{s.Column, s.Kind, text[t.Words[s.First].Begin:t.Words[s.Last].End],
			a.Words[s.First].Begin, a.Words[s.Last].End, s.Probability})
	}
	return a
}

// lineWidth is how many columns of a terminal the words of a text take at most.
const lineWidth = 78

// lines shows a text for people: where columns mark spans the text with its spans in
// brackets, else its words above their tags. An empty line follows each text.
func (p *tagPrinter) lines(text string, t tagging.Tagged) string {
	var b strings.Builder
	marked := false
	for k, c := range p.columns {
		if c.Spans {
			marked = true
			b.WriteString(p.spans(text, t, k) + "\n")
		}
	}
	plain := p.plain()
	if marked && len(plain) == 0 {
		return b.String()
	}
	from := 0
	for _, end := range t.Sentences {
		for from < end {
			rows := make([]strings.Builder, 1+len(plain))
			for used := 0; from < end; from++ {
				w := t.Words[from]
				cells := []string{steady(w.Text)}
				for _, k := range plain {
					cells = append(cells, w.Tags[k])
				}
				width := 0
				for _, cell := range cells {
					width = max(width, utf8.RuneCountInString(cell)+1)
				}
				if used > 0 && used+width > lineWidth {
					break
				}
				used += width
				for r, cell := range cells {
					padded := cell + strings.Repeat(" ", width-utf8.RuneCountInString(cell))
					if r > 0 && p.colours {
						padded = "\x1b[36m" + padded + "\x1b[0m"
					}
					rows[r].WriteString(padded)
				}
			}
			for r := range rows {
				b.WriteString(strings.TrimRight(rows[r].String(), " ") + "\n")
			}
		}
	}
	return b.String() + "\n"
}

// plain lists the columns that mark no spans.
func (p *tagPrinter) plain() (list []int) {
	for k, c := range p.columns {
		if !c.Spans {
			list = append(list, k)
		}
	}
	return list
}

// spans is the text with the spans of a column marked, in colours or in brackets.
func (p *tagPrinter) spans(text string, t tagging.Tagged, column int) string {
	var b strings.Builder
	at := 0
	for _, s := range t.Spans {
		if s.Column != p.columns[column].Name {
			continue
		}
		begin, end := t.Words[s.First].Begin, t.Words[s.Last].End
		b.WriteString(steady(text[at:begin]))
		part := steady(text[begin:end])
		if p.colours {
			fmt.Fprintf(&b, "\x1b[1;%dm%s\x1b[0m\x1b[2m(%s %.2f)\x1b[0m", colourOf(s.Kind), part, s.Kind, s.Probability)
		} else {
			fmt.Fprintf(&b, "[%s](%s %.2f)", part, s.Kind, s.Probability)
		}
		at = end
	}
	b.WriteString(steady(text[at:]))
	return b.String()
}

// colourOf is the colour of a kind of spans, always the same.
func colourOf(kind string) int {
	sum := 0
	for _, r := range kind {
		sum += int(r)
	}
	return 31 + sum%6
}

// steady replaces what would steer a terminal or break a line.
func steady(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

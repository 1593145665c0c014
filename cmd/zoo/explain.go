package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode"

	"github.com/gorgonia-zoo/zoo/classify"
	"golang.org/x/term"
)

// colourful tells whether to write colours to w: only to a terminal that
// knows them, and never where NO_COLOR (https://no-color.org) is set.
func colourful(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// explain says of texts what each word contributes.
func (p *textPrinter) explain(ctx context.Context, texts []string, out io.Writer, asJSON bool) error {
	m := p.model.(classify.Explainer) // predict refuses others
	for _, text := range texts {
		of, e, err := m.Explain(ctx, text)
		if err != nil {
			return err
		}
		answer := p.understand(text, of)
		p.count(answer)
		if asJSON {
			err = printJSON(out, struct {
				textAnswer
				Explanation classify.Explanation `json:"explanation"`
			}{answer, e})
		} else {
			_, err = io.WriteString(out, explanation(answer, e, p.colours))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// explanation shows the words of a text in their order, with the
// contributions that are not small beside the largest.
func explanation(p textAnswer, e classify.Explanation, colours bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\t%.4f", p.Label, p.Probability)
	if p.Unknown {
		b.WriteString("\t(no word that the model knows)")
	}
	b.WriteString("\n ")
	largest := 0.0
	for _, w := range e.Words {
		largest = max(largest, math.Abs(w.Contribution))
	}
	for _, w := range e.Words {
		share := 0.0
		if largest > 0 {
			share = w.Contribution / largest
		}
		token := strings.Map(func(r rune) rune { // no text steers the terminal
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, shorten(w.Token))
		if math.Abs(share) >= 0.1 {
			token = fmt.Sprintf("%s(%+.2f)", token, w.Contribution)
		}
		if colours {
			token = paint(token, share)
		}
		b.WriteString(" " + token)
	}
	fmt.Fprintf(&b, "\n  logit of %q %.4f = %.4f + %.4f from the words, error %.1g\n  by %s\n",
		e.Of, e.Logit, e.Baseline, e.Sum, math.Abs(e.Error), e.Method)
	return b.String()
}

// paint colours a word green for and red against, the stronger the more it
// contributes: of -1 to 1.
func paint(word string, share float64) string {
	colour := 32
	if share < 0 {
		colour = 31
	}
	switch size := math.Abs(share); {
	case size >= 0.5:
		return fmt.Sprintf("\x1b[1;%dm%s\x1b[0m", colour, word)
	case size >= 0.1:
		return fmt.Sprintf("\x1b[%dm%s\x1b[0m", colour, word)
	}
	return word
}

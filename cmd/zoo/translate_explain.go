package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/curves"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
	"github.com/spf13/cobra"
)

// showAttention prints a table: a row for each word of the translation, a column for
// each token of the text, and in the cells per cent of the attention; and draws it where
// that was asked for.
func (f *translateFlags) showAttention(c *cobra.Command, w io.Writer, a *recipe.Attention) error {
	if _, err := io.WriteString(w, attentionTable(a, colourful(c.OutOrStdout()))); err != nil {
		return err
	}
	if f.plot == "" {
		return nil
	}
	return drawAttention(f.plot, a)
}

// mostColumns is how many tokens of the text one table has beside each other; the rest
// follows below.
const mostColumns = 16

func attentionTable(a *recipe.Attention, colours bool) string {
	var w strings.Builder
	rows := make([]string, len(a.Target))
	width := 0
	for i, t := range a.Target {
		rows[i] = piece(t)
		width = max(width, len([]rune(rows[i])))
	}
	for from := 0; from < len(a.Source); from += mostColumns {
		to := min(from+mostColumns, len(a.Source))
		cells := make([]int, len(a.Source))
		fmt.Fprintf(&w, "  %*s", width, "")
		for j := from; j < to; j++ {
			name := piece(a.Source[j])
			cells[j] = max(4, len([]rune(name)))
			fmt.Fprintf(&w, "  %*s", cells[j], name)
		}
		for i, row := range a.Weights {
			fmt.Fprintf(&w, "\n  %-*s", width, rows[i])
			for j := from; j < to; j++ {
				text := fmt.Sprintf("  %*.0f", cells[j], 100*row[j])
				if colours {
					text = shaded(text, float64(row[j]))
				}
				w.WriteString(text)
			}
		}
		w.WriteString("\n")
	}
	return w.String()
}

// piece is a token as it is shown: '·' before those that go on with a word.
func piece(token string) string {
	word, begins := strings.CutPrefix(token, " ")
	if word = harmless(word); begins || word == "</s>" {
		return className(word, maxClass)
	}
	return className("·"+word, maxClass)
}

// drawAttention writes the picture.
func drawAttention(path string, a *recipe.Attention) error {
	source, target := make([]string, len(a.Source)), make([]string, len(a.Target))
	for i, t := range a.Source {
		source[i] = piece(t)
	}
	for i, t := range a.Target {
		target[i] = piece(t)
	}
	figure, err := curves.Attention(source, target, a.Weights)
	if err != nil {
		return fmt.Errorf("zoo: translate: --plot: the text has no word: %w", err)
	}
	write := figure.WriteSVG
	if filepath.Ext(path) == ".png" {
		write = figure.WritePNG
	}
	return weights.WriteFileAtomic(path, write)
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// translationAnswer is a line of translate --json.
type translationAnswer struct {
	Text        string              `json:"text"`
	Translation string              `json:"translation"`
	Score       float64             `json:"score"`
	Tokens      int                 `json:"tokens"`
	Truncated   bool                `json:"truncated"`
	Others      []alternativeAnswer `json:"others,omitempty"`
	Attention   *attentionAnswer    `json:"attention,omitempty"`
}

type alternativeAnswer struct {
	Translation string  `json:"translation"`
	Score       float64 `json:"score"`
}

type attentionAnswer struct {
	Source  []string    `json:"source"`
	Target  []string    `json:"target"`
	Weights [][]float32 `json:"weights"`
}

// translateFlags are the flags of translate.
type translateFlags struct {
	file    string
	beam    int
	best    int
	asJSON  bool
	explain bool
	plot    string
}

func newTranslate(z *zoo.Zoo) *cobra.Command {
	var f translateFlags
	c := &cobra.Command{
		Use:   "translate MODEL [TEXT ...]",
		Short: "Translate texts",
		Long: `Translate texts from arguments, a file or standard input, one text a line, and print
the translations, one a line; a line without words becomes an empty one. The score of
--json is the mean log probability of the translation's subwords.`,
		Example: `  zoo translate mine "Ein Mann spielt Gitarre."
  zoo translate mine --file german.txt > english.txt
  zoo translate mine --beam 10 --best 3 --json "Zwei Hunde rennen über die Wiese."
  zoo translate mine --explain "Ein Mann spielt Gitarre."`,
		Args:              takes("MODEL", "[TEXT ...]"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c, args); err != nil {
				return err
			}
			m, err := z.Open(args[0])
			if err != nil {
				return err
			}
			t, ok := m.Value.(recipe.Translator)
			if !ok {
				return usage(c, "%s is a model of kind %s, which translates nothing", args[0], m.Artefact.Model)
			}
			lines, err := inputs(c, args[1:], f.file, "")
			if err != nil {
				return err
			}
			return f.run(c, t, lines)
		},
	}
	c.Flags().StringVar(&f.file, "file", "", "file of texts, one a line ('-' for standard input)")
	c.Flags().IntVar(&f.beam, "beam", 0, "hypotheses that the search keeps; 1 takes the likeliest word each time (default: the model's)")
	c.Flags().IntVar(&f.best, "best", 1, "print so many translations of each text, the best first")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON object a text")
	c.Flags().BoolVar(&f.explain, "explain", false, "show where the model looked: how much each word of the translation attended to each of the text")
	c.Flags().StringVar(&f.plot, "plot", "", "with --explain and one text: write the picture too, as .svg or .png")
	return c
}

func (f *translateFlags) check(c *cobra.Command, args []string) error {
	switch {
	case f.file != "" && len(args) > 1:
		return usage(c, "texts are given both as arguments and by --file")
	case c.Flags().Changed("beam") && (f.beam < 1 || f.beam > 100):
		return usage(c, "--beam %d, want 1 to 100", f.beam)
	case f.best < 1 || f.best > 100:
		return usage(c, "--best %d, want 1 to 100", f.best)
	case f.plot != "" && (!f.explain || len(args) != 2):
		return usage(c, "--plot draws one text, given as an argument, with --explain")
	case f.plot != "" && filepath.Ext(f.plot) != ".svg" && filepath.Ext(f.plot) != ".png":
		return usage(c, "--plot %s, want a file that ends in .svg or .png", f.plot)
	}
	f.beam = max(f.beam, 0)
	if f.best > 1 && f.beam == 0 {
		f.beam = max(f.best, 5)
	}
	if f.best > f.beam && f.beam > 0 {
		return usage(c, "--best %d needs a --beam as wide", f.best)
	}
	return nil
}

// run translates chunk by chunk.
func (f *translateFlags) run(c *cobra.Command, t recipe.Translator, chunks iter.Seq2[[]string, error]) error {
	out := bufio.NewWriter(c.OutOrStdout())
	cut := 0
	for texts, err := range chunks {
		if err != nil {
			return err
		}
		all, err := t.TranslateTexts(c.Context(), texts, recipe.TranslateOptions{Beam: f.beam, Attention: f.explain})
		if err != nil {
			return err
		}
		for i, a := range all {
			if a.Truncated {
				cut++
			}
			if err := f.print(c, out, texts[i], a); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	if cut > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "%d of the texts were longer than the model reads, or their translations than it writes: they are cut\n", cut)
	}
	return nil
}

// print writes the answer to one text.
func (f *translateFlags) print(c *cobra.Command, w io.Writer, text string, a recipe.Translation) error {
	others := a.Others[:min(len(a.Others), f.best-1)]
	if f.asJSON {
		answer := translationAnswer{Text: text, Translation: a.Text, Score: a.Score, Tokens: a.Tokens, Truncated: a.Truncated}
		for _, o := range others {
			answer.Others = append(answer.Others, alternativeAnswer{o.Text, o.Score})
		}
		if a.Attention != nil {
			answer.Attention = &attentionAnswer{a.Attention.Source, a.Attention.Target, a.Attention.Weights}
		}
		return printJSON(w, answer)
	}
	if _, err := fmt.Fprintln(w, a.Text); err != nil {
		return err
	}
	for _, o := range others {
		if _, err := fmt.Fprintf(w, "%s\n", o.Text); err != nil {
			return err
		}
	}
	if a.Attention == nil {
		return nil
	}
	return f.showAttention(c, w, a.Attention)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gorgonia-zoo/zoo"
	"github.com/spf13/cobra"
)

func newList(z *zoo.Zoo) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the pretrained models",
		Example: "  zoo list\n  zoo list --json",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON {
				return printJSON(c.OutOrStdout(), z.Models)
			}
			var b strings.Builder
			w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tTASK\tPARAMETERS\tSIZE\tRESULT")
			for _, r := range z.Models {
				fmt.Fprintf(w, "%s\t%s\t%d\t%s\t\n", r.Name, r.Task, r.Parameters, megabytes(r.Bytes))
			}
			w.Flush() // into memory
			lines := strings.Split(b.String(), "\n")
			for i, r := range z.Models {
				lines[i+1] += headline(r.Metrics, listWidth-len(lines[i+1]))
			}
			_, err := io.WriteString(c.OutOrStdout(), strings.Join(lines, "\n"))
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return c
}

func newCard(z *zoo.Zoo) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:               "card MODEL",
		Short:             "Show what a model is, where it comes from and how well it does",
		Example:           "  zoo card lstm-imdb\n  zoo card mine --json",
		Args:              takes("MODEL"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := z.Open(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), m.Artefact.Card)
			}
			_, err = io.WriteString(c.OutOrStdout(), m.Artefact.Card.Markdown())
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func newExport(z *zoo.Zoo) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "export MODEL --out PATH",
		Short: "Write a model's weights for other programs",
		Long: `Write a model's weights as a safetensors file with PyTorch's tensor names; a
state_dict of the same model loads it. Vectors of words are written for other
programs where the name of the file ends so: .bin is word2vec's binary format,
.vec its text, .txt GloVe's text; .gz behind it compresses.

An encoder, and a fine-tuned classifier over one, is written as a directory
where the name does not end in .safetensors: transformers and
sentence-transformers read it, and every command takes it as MODEL. encode of
sentence-transformers gives the vectors, of a classifier the logits.`,
		Example:           "  zoo export lstm-imdb --out lstm.safetensors\n  zoo export my-words --out words.vec.gz\n  zoo export minilm --out minilm-hf",
		Args:              takes("MODEL"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage(c, "--out PATH is missing")
			}
			m, err := z.Open(args[0])
			if err != nil {
				return err
			}
			return m.Export(out)
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "file or directory to write")
	return c
}

// listWidth is how wide a line of zoo list may be.
const listWidth = 80

// headline is as many of a model's measurements as fit a width, the most telling
// first.
func headline(m map[string]float64, width int) string {
	rank := func(name string) int {
		for i, ends := range []string{"test_accuracy", "men_spearman", "cosine_mean", "_accuracy", "spearman"} {
			if strings.HasSuffix(name, ends) {
				return i
			}
		}
		if strings.HasSuffix(name, "loss") || strings.HasSuffix(name, "_error") || strings.HasSuffix(name, "_std") || strings.HasSuffix(name, "_mean") {
			return 9
		}
		return 5
	}
	names := slices.SortedStableFunc(slices.Values(slices.Sorted(maps.Keys(m))), func(a, b string) int { return rank(a) - rank(b) })
	text := ""
	for _, name := range names {
		next := metrics(map[string]float64{name: m[name]})
		if text == "" && len(next) > width { // the first one that does not fit, without its part of the data
			next = metrics(map[string]float64{strings.TrimPrefix(name, "test_"): m[name]})
		}
		if text != "" {
			next = text + "  " + next
		}
		if len(next) > width {
			break
		}
		text = next
	}
	return text
}

// printJSON writes one value and a newline.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// metrics formats measurements in the order of their names.
func metrics(m map[string]float64) string {
	var text string
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			text += "  "
		}
		text += fmt.Sprintf("%s %.4g", name, m[name])
	}
	return text
}

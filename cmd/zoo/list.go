package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
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
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tTASK\tPARAMETERS\tBYTES\tMETRICS")
			for _, r := range z.Models {
				fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", r.Name, r.Task, r.Parameters, r.Bytes, metrics(r.Metrics))
			}
			return w.Flush()
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

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// vectorAnswer is a line of embed --json.
type vectorAnswer struct {
	Text      string    `json:"text"`
	Vector    []float32 `json:"vector"`
	Tokens    int       `json:"tokens"`
	Truncated bool      `json:"truncated"`
}

func newEmbed(z *zoo.Zoo) *cobra.Command {
	var file string
	var table tableFlags
	var asJSON, bytes bool
	c := &cobra.Command{
		Use:   "embed MODEL [TEXT ...]",
		Short: "Print a vector for each text",
		Long: `Print the vector of each text from arguments, a file or standard input, one text a
line: its numbers, separated by blanks, or with --json an object. MODEL is an
encoder: a pretrained one, an artefact, or a directory as Hugging Face has them. A
.csv, .tsv, .jsonl or .parquet file is read by its column of texts.`,
		Example: `  zoo embed minilm "How do I reset my password?"
  zoo embed minilm --file questions.csv --text question --json
  zoo embed ./all-mpnet-base-v2 --file lines.txt > vectors.txt`,
		Args:              takes("MODEL", "[TEXT ...]"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			if file != "" && len(args) > 1 {
				return usage(c, "texts are given both as arguments and by --file")
			}
			e, _, err := openEmbedder(c, z, args[0], bytes)
			if err != nil {
				return err
			}
			lines, err := textLines(c, &table, args[1:], file)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(c.OutOrStdout())
			for texts, err := range lines {
				if err == nil {
					err = printVectors(c.Context(), e, texts, out, asJSON)
				}
				if flushed := out.Flush(); err == nil {
					err = flushed
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	table.add(c)
	addInt8(c, &bytes)
	c.Flags().StringVarP(&file, "file", "f", "", "read texts from this file, one a line, or the rows of a table, by its name ('-' for standard input)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return c
}

// openEmbedder opens a model that has vectors of texts.
func openEmbedder(c *cobra.Command, z *zoo.Zoo, name string, bytes bool) (recipe.Embedder, *zoo.Model, error) {
	m, err := z.Open(name)
	if err != nil {
		return nil, nil, err
	}
	if err := asInt8(c, m, name, bytes); err != nil {
		return nil, nil, err
	}
	e, ok := m.Value.(recipe.Embedder)
	if !ok {
		return nil, nil, usage(c, "%s is a model of kind %s, which has no vectors of texts; an encoder such as minilm has", name, m.Artefact.Model)
	}
	return e, m, nil
}

// addInt8 declares the flag by which a model predicts by products of bytes.
func addInt8(c *cobra.Command, bytes *bool) {
	c.Flags().BoolVar(bytes, "int8", false, "predict by products of bytes: two to three times as fast where the processor has VNNI, and a little less exactly")
}

// asInt8 has a model predict by products of bytes, if that is asked for.
func asInt8(c *cobra.Command, m *zoo.Model, name string, bytes bool) error {
	if !bytes {
		return nil
	}
	v, ok := m.Value.(recipe.Int8er)
	if !ok {
		return usage(c, "--int8 does not apply: %s is no encoder", name)
	}
	m.Value = v.Int8()
	return nil
}

func printVectors(ctx context.Context, e recipe.Embedder, texts []string, out io.Writer, asJSON bool) error {
	all, err := e.EmbedTexts(ctx, texts)
	if err != nil {
		return err
	}
	for i, v := range all {
		if asJSON {
			err = printJSON(out, vectorAnswer{texts[i], v.Vector, v.Tokens, v.Truncated})
		} else {
			_, err = fmt.Fprintln(out, strings.Trim(fmt.Sprint(v.Vector), "[]"))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cosine is that of the angle between two vectors, 0 where one is zero.
func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i, x := range a {
		ab += float64(float64(x) * float64(b[i]))
		aa += float64(float64(x) * float64(x))
		bb += float64(float64(b[i]) * float64(b[i]))
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

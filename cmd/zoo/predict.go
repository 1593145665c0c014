package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/spf13/cobra"
)

func newPredict(z *zoo.Zoo) *cobra.Command {
	var from source
	var flags textFlags
	var to output
	c := &cobra.Command{
		Use:   "predict MODEL [TEXT ...]",
		Short: "Predict from texts, numbers or rows of a table",
		Long: `Predict from arguments, a file or standard input, one text a line. A regressor
takes numbers instead of texts; one with several inputs takes them separated by
commas. Each line has an answer, an empty text too; empty lines among numbers
are skipped.

A classifier of texts also takes a .csv, .tsv, .jsonl or .parquet file with a
header, and answers each row of its column of texts; on standard input by --format,
or where the first line plainly names columns or is a JSON object.

With --out the answers go to a file, beside the columns of their rows: label,
probability and, of a model with a vocabulary, known, the share of the text's words
that it knows. An answer to a text without a known word means nothing and says so.

A model of a table takes rows with named columns: NAME=VALUE,NAME=VALUE or a
JSON object as an argument, or a table with a header, as a file or on standard
input. An empty value is a missing one; columns that the model does not know
are passed over in a table.`,
		Example: `  zoo predict lstm-imdb "A quiet, beautiful film." "A dull, lifeless mess."
  zoo predict lstm-imdb --file reviews.txt --json
  zoo predict lstm-imdb --file reviews.csv --text review
  zoo predict mine --file new.csv --out answers.csv --keep id,date --top 3
  cat new.jsonl | zoo predict mine --format jsonl --json --threshold 0.8
  cat reviews.txt | zoo predict lstm-imdb
  zoo predict lstm-imdb --explain "Not good at all, but the music is lovely."
  zoo predict mlp-line 2.5 -1 --json
  zoo predict houses rooms=3,area=74,district=north
  zoo predict houses --file new-houses.csv --json`,
		Args:              takes("MODEL", "[TEXT ...]"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			if from.file != "" && len(args) > 1 {
				return usage(c, "texts are given both as arguments and by --file")
			}
			m, err := z.Open(args[0])
			if err != nil {
				return err
			}
			_, classifies := m.Value.(classify.Classifier)
			_, answers := m.Value.(classify.Answerer)
			if _, ok := m.Value.(classify.Explainer); flags.explained && !ok {
				why := "is no classifier of texts"
				if classifies || answers {
					why = "does not say what decided"
				}
				return usage(c, "--explain does not apply: %s %s", args[0], why)
			}
			if !answers {
				if err := unwanted(c, args[0]+" reads no pairs of texts", "pair"); err != nil {
					return err
				}
			}
			if !classifies && !answers {
				if err := unwanted(c, args[0]+" is no classifier of texts", "top", "threshold"); err != nil {
					return err
				}
			}
			switch v := m.Value.(type) {
			case recipe.RowAnswerer:
				if err := unwanted(c, args[0]+" takes its columns by their names", "text"); err != nil {
					return err
				}
				return predictRows(c, v, args[1:], &from, &to)
			case classify.Answerer:
				return predictInputs(c, m, v, args[1:], &from, flags, &to)
			case classify.Classifier:
				return predictTexts(c, v, args[1:], &from, flags, &to)
			case tagging.Tagger:
				return predictTags(c, v, args[1:], &from, &to)
			case recipe.Regressor:
				return predictNumbers(c, v, args, &from, &to)
			case recipe.Vectors:
				return usage(c, "%s is vectors of words: see 'zoo nearest', 'zoo analogy', 'zoo similarity', and 'zoo train --embeddings'", args[0])
			}
			if _, ok := m.Value.(recipe.Embedder); ok {
				return usage(c, "%s is an encoder of texts: 'zoo embed' gives their vectors, 'zoo nearest --among FILE' ranks texts by meaning, and 'zoo fit', 'zoo train minilm-linear' or 'zoo finetune' makes a classifier of it", args[0])
			}
			return usage(c, "%s is a model of kind %s, which answers no lines", args[0], m.Artefact.Model)
		},
	}
	from.add(c)
	flags.add(c)
	to.add(c)
	return c
}

// predictNumbers answers lines of numbers.
func predictNumbers(c *cobra.Command, m recipe.Regressor, args []string, from *source, to *output) error {
	if err := cmp.Or(noTable(c, false), unwanted(c, args[0]+" takes lines of numbers and no table", "format", "keep", "out")); err != nil {
		return err
	}
	lines, err := inputs(c, args[1:], from.file, "")
	if err != nil {
		return err
	}
	answer := regress(m, len(args) == 1)
	out := bufio.NewWriter(c.OutOrStdout())
	read := 0
	for texts, err := range lines {
		read += len(texts)
		if err == nil {
			err = answer(c.Context(), texts, out, to.asJSON)
		}
		if flushed := out.Flush(); err == nil {
			err = flushed
		}
		if err != nil {
			return err
		}
	}
	if read == 0 {
		fmt.Fprintln(c.ErrOrStderr(), "there was nothing to predict from: the input is empty")
	}
	return nil
}

// textLines yields texts in chunks: the arguments, the lines of a file or of
// standard input, or the column of texts of a table.
func textLines(c *cobra.Command, table *tableFlags, args []string, file string) (iter.Seq2[[]string, error], error) {
	if len(args) == 0 && table.named(file) {
		return table.texts(c, file)
	}
	if err := noTable(c, len(args) == 0); err != nil {
		return nil, err
	}
	return inputs(c, args, file, table.encoding)
}

// noTable refuses flags about a table where there is none. Lines of text have an
// encoding too.
func noTable(c *cobra.Command, lines bool) error {
	flags := []string{"text", "quotes", "delimiter"}
	if !lines {
		flags = append(flags, "encoding")
	}
	return unwanted(c, "no table is given by --file", flags...)
}

// answerer answers lines.
type answerer func(ctx context.Context, lines []string, out io.Writer, asJSON bool) error

// shorten makes one short line of a text.
func shorten(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	if r := []rune(text); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return text
}

// numberAnswer is a line of predict --json for a regressor of one number.
type numberAnswer struct {
	Input      any `json:"input"`
	Prediction any `json:"prediction"`
}

// regress returns the answerer that takes numbers. It counts its inputs, and
// skips empty ones where they are lines.
func regress(m recipe.Regressor, skipEmpty bool) answerer {
	n := 0
	return func(ctx context.Context, texts []string, out io.Writer, asJSON bool) error {
		for _, text := range texts {
			n++
			if skipEmpty && strings.TrimSpace(text) == "" {
				continue
			}
			x, err := numbers(text, m.Inputs())
			if err != nil {
				return fmt.Errorf("zoo: predict: input %d: %w: %w", n, err, zoo.ErrUsage)
			}
			y, err := m.Predict(ctx, x)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(out, numberAnswer{one(x), one(y)})
			} else {
				_, err = fmt.Fprintln(out, strings.Trim(fmt.Sprint(y), "[]"))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// numbers reads want numbers, separated by commas.
func numbers(line string, want int) ([]float32, error) {
	fields := strings.Split(line, ",")
	if len(fields) != want {
		return nil, fmt.Errorf("%q has %d numbers separated by commas, want %d", shorten(line), len(fields), want)
	}
	x := make([]float32, want)
	for i, f := range fields {
		v, err := strconv.ParseFloat(strings.TrimSpace(f), 32)
		if err != nil || v != v || v-v != 0 {
			return nil, fmt.Errorf("%q is not a finite number", shorten(f))
		}
		x[i] = float32(v)
	}
	return x, nil
}

// one returns the only number of x, or all.
func one(x []float32) any {
	if len(x) == 1 {
		return x[0]
	}
	return x
}

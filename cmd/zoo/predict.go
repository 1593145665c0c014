package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/spf13/cobra"
)

// predictChunk is how many lines are predicted at once: enough to keep all
// cores busy, few enough to stream.
const predictChunk = 256

// maxLine is the longest line that predict reads.
const maxLine = 64 << 20

func newPredict() *cobra.Command {
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use:   "predict MODEL [TEXT ...]",
		Short: "Predict from texts or numbers",
		Long: `Predict from arguments, a file or standard input, one text a line. A regressor
takes numbers instead of texts; one with several inputs takes them separated by
commas.`,
		Example: `  zoo predict lstm-imdb "A quiet, beautiful film." "Two hours I will never get back."
  zoo predict lstm-imdb --file reviews.txt --json
  cat reviews.txt | zoo predict lstm-imdb
  zoo predict mlp-line 2.5`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if file != "" && len(args) > 1 {
				return usage(c, "texts are given both as arguments and by --file")
			}
			m, err := zoo.OpenModel(args[0])
			if err != nil {
				return err
			}
			lines, done, err := inputs(c.InOrStdin(), args[1:], file)
			if err != nil {
				return err
			}
			defer done()
			out := bufio.NewWriter(c.OutOrStdout())
			if m.Classifier != nil {
				err = classify(c.Context(), m, lines, out, asJSON)
			} else {
				err = regress(c.Context(), m, lines, out, asJSON)
			}
			if flushed := out.Flush(); err == nil {
				err = flushed
			}
			return err
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "read texts from this file, one a line ('-' for standard input)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return c
}

// inputs yields the texts to predict from.
func inputs(stdin io.Reader, args []string, file string) (lines iter.Seq2[string, error], done func(), err error) {
	done = func() {}
	if len(args) > 0 {
		return func(yield func(string, error) bool) {
			for _, a := range args {
				if !yield(a, nil) {
					return
				}
			}
		}, done, nil
	}
	from, name := stdin, "standard input"
	if file != "" && file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, done, fmt.Errorf("zoo: predict: %w: %w", err, zoo.ErrUsage)
		}
		from, name, done = f, file, func() { f.Close() }
	}
	return func(yield func(string, error) bool) {
		s := bufio.NewScanner(from)
		s.Buffer(make([]byte, 0, 64<<10), maxLine)
		for s.Scan() {
			if !yield(strings.TrimPrefix(s.Text(), "\ufeff"), nil) {
				return
			}
		}
		if err := s.Err(); err != nil {
			yield("", fmt.Errorf("zoo: predict: %s: %w (a line may have %d MB)", name, err, maxLine>>20))
		}
	}, done, nil
}

// textAnswer is a line of predict --json for a classifier.
type textAnswer struct {
	Text        string  `json:"text"`
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
	Tokens      int     `json:"tokens"`
	Truncated   bool    `json:"truncated"`
}

func classify(ctx context.Context, m *zoo.Model, lines iter.Seq2[string, error], out *bufio.Writer, asJSON bool) error {
	answer := func(texts []string) error {
		answers, err := m.Classifier.PredictAll(ctx, texts)
		if err != nil {
			return err
		}
		for i, p := range answers {
			if asJSON {
				err = printJSON(out, textAnswer{texts[i], p.Label, p.Probability, p.Tokens, p.Truncated})
			} else {
				note := ""
				if p.Truncated {
					note = fmt.Sprintf("\t(first %d tokens)", p.Tokens)
				}
				_, err = fmt.Fprintf(out, "%s\t%.4f\t%s%s\n", p.Label, p.Probability, shorten(texts[i]), note)
			}
			if err != nil {
				return err
			}
		}
		return out.Flush()
	}
	var texts []string
	bytes := 0
	for line, err := range lines {
		if err != nil {
			return err
		}
		texts = append(texts, line)
		if bytes += len(line); len(texts) == predictChunk || bytes > 8<<20 {
			if err := answer(texts); err != nil {
				return err
			}
			texts, bytes = texts[:0], 0
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return answer(texts)
}

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

func regress(ctx context.Context, m *zoo.Model, lines iter.Seq2[string, error], out *bufio.Writer, asJSON bool) error {
	in := m.Regressor.Inputs()
	n := 0
	for line, err := range lines {
		if err != nil {
			return err
		}
		n++
		if strings.TrimSpace(line) == "" {
			continue
		}
		x, err := numbers(line, in)
		if err != nil {
			return fmt.Errorf("zoo: predict: input %d: %w: %w", n, err, zoo.ErrUsage)
		}
		y, err := m.Regressor.Predict(ctx, x)
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

// numbers reads want numbers, separated by commas.
func numbers(line string, want int) ([]float32, error) {
	fields := strings.Split(line, ",")
	if len(fields) != want {
		return nil, fmt.Errorf("%d numbers in %q, want %d", len(fields), shorten(line), want)
	}
	x := make([]float32, want)
	for i, f := range fields {
		v, err := strconv.ParseFloat(strings.TrimSpace(f), 32)
		if err != nil || v != v || v-v != 0 {
			return nil, fmt.Errorf("%q is no finite number", shorten(f))
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

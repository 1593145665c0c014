package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/spf13/cobra"
)

// reading is how the data that a model was trained on was read, by its card.
func reading(m *zoo.Model) texts.Marking {
	if r, err := m.Recipe(); err == nil {
		if b, ok := r.Body.(interface{ AsMarked() texts.Marking }); ok {
			return b.AsMarked()
		}
	}
	return texts.Marking{}
}

// predictInputs answers texts, or pairs of them, by a model that gives several
// labels, a number, or one class of a pair.
func predictInputs(c *cobra.Command, model *zoo.Model, m classify.Answerer, args []string, from *source, flags textFlags, to *output) error {
	task := m.Task()
	if err := cmp.Or(flags.check(c), from.check(c, args), to.check(c, from.file)); err != nil {
		return err
	}
	if task.Kind == classify.Number {
		if err := unwanted(c, "the model answers a number", "top", "threshold"); err != nil {
			return err
		}
	}
	if !task.Pairs {
		if err := unwanted(c, "the model reads one text at a time", "pair"); err != nil {
			return err
		}
	}
	known := reading(model)
	p := &inputPrinter{model: m, task: task, textFlags: flags, flat: !to.jsonLines(), separator: cmp.Or(known.Multi, ";"), columns: []string{"text"}}
	if p.separator == datasets.MultiList {
		p.separator = ";"
	}
	if task.Pairs {
		p.columns = []string{"text", "pair"}
	}
	if flags.threshold > 0 && task.Kind == classify.Several {
		for k := range p.task.Thresholds {
			p.task.Thresholds[k] = flags.threshold
		}
	}
	p.knower, _ = m.(classify.KnowsWords)
	chunks, err := p.open(c, known, args, from, to)
	if err != nil {
		return err
	}
	err = to.write(c, p.columns, p.fields(), func(w rowWriter, out *bufio.Writer) error {
		for chunk, err := range chunks {
			if err == nil {
				err = p.answer(c.Context(), chunk, w, out, to.asJSON)
			}
			if flushed := out.Flush(); err == nil {
				err = flushed
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		p.notes(c, to.file)
	}
	return err
}

// inputChunk is inputs that are answered at once, and of rows of a table the cells
// that are carried.
type inputChunk struct {
	inputs []classify.Input
	kept   [][]cell
}

// inputPrinter answers inputs and counts what is told at the end.
type inputPrinter struct {
	textFlags
	model     classify.Answerer
	task      classify.Task       // with the thresholds that are asked for
	knower    classify.KnowsWords // nil where the model does not say what it knows
	columns   []string            // that are carried; the texts where there is no table
	flat      bool                // the most probable labels have columns of their own
	separator string              // of labels in a cell

	read, unknown, abstained, truncated int
	broken                              brokenTexts
}

// open opens the inputs, and finds the columns to carry.
func (p *inputPrinter) open(c *cobra.Command, known texts.Marking, args []string, from *source, to *output) (iter.Seq2[inputChunk, error], error) {
	if p.task.Pairs && len(args)%2 != 0 {
		return nil, usage(c, "the model reads pairs of texts, and %d arguments are no pairs", len(args))
	}
	if p.task.Pairs {
		from.table.pair = cmp.Or(from.table.pair, known.Pair)
	}
	var table *datasets.Table
	var lines iter.Seq2[[]string, error]
	var err error
	if len(args) > 0 {
		lines, err = inputs(c, args, "", "")
	} else {
		table, lines, err = from.recognise(c)
	}
	if err != nil {
		return nil, err
	}
	if table == nil {
		if err := cmp.Or(noTable(c, len(args) == 0), unwanted(c, "the input is no table", "keep", "pair")); err != nil {
			return nil, err
		}
		return p.lines(lines, len(args) > 0), nil
	}
	column, err := from.table.column(c, table)
	if err != nil {
		return nil, err
	}
	needed := []string{column}
	if p.task.Pairs {
		if from.table.pair == "" {
			return nil, usage(c, "--pair is missing: the column of the second texts, of %s", strings.Join(table.Columns(), ", "))
		}
		needed = append(needed, from.table.pair)
	}
	var carried []string
	if to.carries() {
		if carried, err = to.chosen(c, table.Name(), table.Columns()); err != nil {
			return nil, err
		}
		p.columns = carried
	}
	return from.table.inputs(c, table, needed, carried), nil
}

// lines makes inputs of lines: pairs are two arguments, or the two sides of a tab.
func (p *inputPrinter) lines(lines iter.Seq2[[]string, error], arguments bool) iter.Seq2[inputChunk, error] {
	return func(yield func(inputChunk, error) bool) {
		n := 0
		for block, err := range lines {
			var chunk inputChunk
			for i := 0; i < len(block) && err == nil; i++ {
				in := classify.Input{Text: block[i]}
				if n++; p.task.Pairs && arguments {
					i++
					in.Pair = block[i] // of chunks of an even size
				} else if p.task.Pairs {
					var ok bool
					if in.Text, in.Pair, ok = strings.Cut(in.Text, "\t"); !ok {
						err = fmt.Errorf("zoo: predict: line %d: want two texts with a tab between them: %w", n, zoo.ErrUsage)
					}
				}
				chunk.inputs = append(chunk.inputs, in)
			}
			if !yield(chunk, err) || err != nil {
				return
			}
		}
	}
}

// inputs yields the columns of texts of a table, and cells of the columns to carry;
// nil carries none.
func (f *tableFlags) inputs(c *cobra.Command, table *datasets.Table, needed, carried []string) iter.Seq2[inputChunk, error] {
	return func(yield func(inputChunk, error) bool) {
		var chunk inputChunk
		size := 0
		for row, err := range carrying(c, table, false, needed, carried) {
			if err != nil {
				if len(chunk.inputs) == 0 || yield(chunk, nil) {
					yield(inputChunk{}, f.failed(c, err))
				}
				return
			}
			in := classify.Input{Text: strings.Clone(row.cells[0])}
			if len(needed) > 1 {
				in.Pair = strings.Clone(row.cells[1])
			}
			chunk.inputs = append(chunk.inputs, in)
			size += len(in.Text) + len(in.Pair)
			if carried != nil {
				chunk.kept = append(chunk.kept, row.kept)
				for _, k := range row.kept {
					size += len(k.text)
				}
			}
			if len(chunk.inputs) < chunkLines && size < chunkBytes {
				continue
			}
			if !yield(chunk, nil) {
				return
			}
			chunk, size = inputChunk{}, 0
		}
		if len(chunk.inputs) > 0 {
			yield(chunk, nil)
		}
	}
}

// answer answers a chunk.
func (p *inputPrinter) answer(ctx context.Context, chunk inputChunk, w rowWriter, out io.Writer, asJSON bool) error {
	answers, err := p.model.AnswerAll(ctx, chunk.inputs)
	if err != nil {
		return err
	}
	if len(answers) != len(chunk.inputs) {
		return fmt.Errorf("zoo: predict: the model has %d answers to %d texts", len(answers), len(chunk.inputs))
	}
	for i, of := range answers {
		a := p.understand(chunk.inputs[i], of)
		if chunk.kept != nil {
			a.kept = chunk.kept[i]
		}
		p.count(a)
		switch {
		case w != nil:
			err = w.row(p.row(a))
		case asJSON:
			if chunk.kept != nil {
				a.Columns = jsonObject(p.columns, a.kept)
			}
			err = printJSON(out, a)
		default:
			_, err = io.WriteString(out, p.line(a))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *inputPrinter) count(a inputAnswer) {
	p.read++
	p.broken.add(a.Text + a.Pair)
	for _, c := range []struct {
		is bool
		n  *int
	}{{a.Unknown, &p.unknown}, {a.Abstained, &p.abstained}, {a.Truncated, &p.truncated}} {
		if c.is {
			*c.n++
		}
	}
}

// notes says at the end what was unusual.
func (p *inputPrinter) notes(c *cobra.Command, file string) {
	say := func(format string, args ...any) { fmt.Fprintf(c.ErrOrStderr(), format+"\n", args...) }
	switch {
	case p.read == 0:
		say("there was nothing to predict from: the input is empty")
	default:
		p.broken.say(c.ErrOrStderr(), p.read)
	}
	if p.abstained > 0 {
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

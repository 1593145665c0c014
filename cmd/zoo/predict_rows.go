package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// rowAnswer is a line of predict --json for a row of a table.
type rowAnswer struct {
	Input         map[string]any     `json:"input"`
	Prediction    *float64           `json:"prediction,omitempty"` // of numbers
	Label         string             `json:"label,omitempty"`      // of classes
	Probability   *float64           `json:"probability,omitempty"`
	Probabilities map[string]float64 `json:"probabilities,omitempty"`
	datasets.Surprise
	Columns json.RawMessage `json:"columns,omitempty"` // of the row, those that are kept
}

// predictRows answers rows with named columns.
func predictRows(c *cobra.Command, m recipe.RowAnswerer, args []string, from *source, to *output) error {
	err := cmp.Or(from.check(c, args), to.check(c, from.file))
	if err == nil && from.format == "lines" {
		err = unwanted(c, "the model takes rows of a table", "format")
	}
	if err != nil {
		return err
	}
	p := &rowPrinter{model: m, surprises: map[string]int{}}
	rows, err := p.open(c, args, from, to)
	if err != nil {
		return err
	}
	header := []string{"prediction"}
	if k, ok := m.(recipe.RowClassifier); ok {
		p.classes, header = k.Classes(), []string{"label", "probability"}
	}
	err = to.write(c, p.columns, header, func(w rowWriter, out *bufio.Writer) error {
		var chunk []placedRow
		answer := func() error {
			if err := p.answer(c.Context(), chunk, w, out, to.asJSON); err != nil {
				return err
			}
			chunk = chunk[:0]
			return out.Flush()
		}
		for row, err := range rows {
			if err != nil {
				return errors.Join(err, out.Flush())
			}
			row.cells = slices.Clone(row.cells)
			if chunk = append(chunk, row); len(chunk) == chunkLines {
				if err := answer(); err != nil {
					return err
				}
			}
		}
		return answer()
	})
	if err != nil {
		return err
	}
	p.notes(c)
	if to.file != "" {
		fmt.Fprintf(c.ErrOrStderr(), "%d answers are in %s\n", p.read, to.file)
	}
	return nil
}

// rowPrinter answers rows and counts what is told at the end.
type rowPrinter struct {
	model     recipe.RowAnswerer
	columns   []string // that are carried
	classes   []string // nil where numbers are predicted
	read      int
	surprises map[string]int // how many rows have which
}

// answer answers a chunk of rows.
func (p *rowPrinter) answer(ctx context.Context, chunk []placedRow, w rowWriter, out io.Writer, asJSON bool) error {
	cells := make([][]string, len(chunk))
	for i, row := range chunk {
		cells[i] = row.cells
	}
	answers, err := p.model.AnswerRows(ctx, cells)
	var bad *recipe.RowError
	if errors.As(err, &bad) {
		return fmt.Errorf("zoo: predict: %s%w", chunk[bad.Row].where, bad.Err)
	}
	if err != nil {
		return err
	}
	for i, a := range answers {
		p.read++
		for _, s := range a.Surprises() {
			p.surprises[s]++
		}
		switch {
		case w != nil:
			var more []extra
			if len(a.Missing) > 0 {
				more = append(more, extra{"missing", a.Missing})
			}
			if len(a.Unknown) > 0 {
				more = append(more, extra{"unknown", a.Unknown})
			}
			if len(a.Far) > 0 {
				more = append(more, extra{"far", a.Far})
			}
			values := []any{a.Prediction}
			if p.classes != nil {
				values = []any{a.Label, slices.Max(a.Probabilities)}
			}
			err = w.row(chunk[i].kept, values, more)
		case asJSON:
			answer := rowAnswer{Input: a.Input, Label: a.Label, Surprise: datasets.Surprise{Missing: a.Missing, Unknown: a.Unknown, Far: a.Far}}
			if p.classes == nil {
				answer.Prediction = &a.Prediction
			} else {
				sure := slices.Max(a.Probabilities)
				answer.Probability, answer.Probabilities = &sure, map[string]float64{}
				for k, name := range p.classes {
					answer.Probabilities[name] = a.Probabilities[k]
				}
			}
			if chunk[i].kept != nil {
				answer.Columns = jsonObject(p.columns, chunk[i].kept)
			}
			err = printJSON(out, answer)
		case p.classes != nil:
			_, err = fmt.Fprintf(out, "%s\t%.4f\n", a.Label, slices.Max(a.Probabilities))
		default:
			_, err = fmt.Fprintf(out, "%.6g\n", a.Prediction)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// notes says at the end what was unusual.
func (p *rowPrinter) notes(c *cobra.Command) {
	for _, s := range slices.Sorted(maps.Keys(p.surprises)) {
		fmt.Fprintf(c.ErrOrStderr(), "%s in %d of the rows\n", s, p.surprises[s])
	}
}

// placedRow is a row and where it stands, for errors.
type placedRow struct {
	cells []string
	kept  []cell // nil where none are carried
	where string
}

// open opens the rows to predict from, and finds the columns to carry.
func (p *rowPrinter) open(c *cobra.Command, args []string, from *source, to *output) (iter.Seq2[placedRow, error], error) {
	needed := p.model.Columns()
	if len(args) > 0 {
		if to.carries() {
			var err error
			if p.columns, err = to.chosen(c, "a row of arguments", needed); err != nil {
				return nil, err
			}
		}
		return p.arguments(args), nil
	}
	var table *datasets.Table
	var err error
	switch format := datasets.Format(from.format); {
	case !from.standardInput():
		table, err = from.openFile(c, format)
	default:
		in := interruptible(c.Context(), c.InOrStdin())
		head := firstLine(in)
		for len(bytes.TrimSpace(head)) == 0 && len(head) > 0 && len(head) < maxHead {
			more := firstLine(in)
			if len(more) == 0 {
				break
			}
			head = append(head, more...)
		}
		if format == "" {
			if format = datasets.CSV; bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) {
				format = datasets.JSONL
			}
		}
		table, err = from.openStream(c, io.MultiReader(bytes.NewReader(head), in), stdinName, format)
	}
	if err != nil {
		return nil, err
	}
	if to.carries() {
		if p.columns, err = to.chosen(c, table.Name(), table.Columns()); err != nil {
			return nil, err
		}
	}
	for _, d := range table.Doubts() {
		fmt.Fprintln(c.ErrOrStderr(), d)
	}
	return func(yield func(placedRow, error) bool) {
		for row, err := range carrying(c, table, true, needed, p.columns) {
			if errors.Is(err, datasets.ErrNoColumn) { // of the model's, which no flag names
				err = fmt.Errorf("zoo: predict: %w", err)
			} else if err != nil {
				err = from.table.failed(c, err)
			}
			if !yield(placedRow{row.cells, row.kept, fmt.Sprintf("%s: line %d, ", table.Name(), row.line)}, err) || err != nil {
				return
			}
		}
	}, nil
}

// arguments yields the rows of arguments.
func (p *rowPrinter) arguments(args []string) iter.Seq2[placedRow, error] {
	needed := p.model.Columns()
	return func(yield func(placedRow, error) bool) {
		for i, arg := range args {
			cells, err := rowOf(arg, needed)
			if err != nil {
				err = fmt.Errorf("zoo: predict: row %d: %w: %w", i+1, err, zoo.ErrUsage)
			}
			var kept []cell
			if err == nil && p.columns != nil {
				kept = []cell{}
				for _, name := range p.columns {
					kept = append(kept, cell{text: cells[slices.Index(needed, name)]})
				}
			}
			if !yield(placedRow{cells, kept, fmt.Sprintf("row %d: ", i+1)}, err) || err != nil {
				return
			}
		}
	}
}

// rowOf reads NAME=VALUE,NAME=VALUE or a JSON object.
func rowOf(arg string, columns []string) ([]string, error) {
	row := map[string]string{}
	if strings.HasPrefix(strings.TrimSpace(arg), "{") {
		var values map[string]any
		d := json.NewDecoder(strings.NewReader(arg))
		d.UseNumber()
		if err := d.Decode(&values); err != nil {
			return nil, fmt.Errorf("%q is not a JSON object: %w", shorten(arg), err)
		}
		for name, v := range values {
			switch v := v.(type) {
			case nil:
				row[name] = ""
			case string, json.Number, bool:
				row[name] = fmt.Sprint(v)
			default:
				return nil, fmt.Errorf("column %q holds a list or an object, want a string or a number", name)
			}
		}
	} else if err := pairs(arg, columns, row); err != nil {
		return nil, err
	}
	cells := make([]string, len(columns))
	var absent []string
	for i, name := range columns {
		cell, ok := row[name]
		if !ok {
			absent = append(absent, name)
		}
		cells[i] = cell
	}
	if len(absent) > 0 {
		return nil, fmt.Errorf("%q has no %s (an empty value, as in %s=, is a missing one)", shorten(arg), strings.Join(absent, ", "), absent[0])
	}
	return cells, nil
}

// pairs reads NAME=VALUE,NAME=VALUE. A comma before what is no NAME= belongs
// to the value.
func pairs(arg string, columns []string, row map[string]string) error {
	last := ""
	for _, part := range strings.Split(arg, ",") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		switch _, twice := row[name]; {
		case !ok && last == "":
			return fmt.Errorf("%q: want NAME=VALUE,NAME=VALUE with the columns %s", shorten(arg), strings.Join(columns, ", "))
		case !ok:
			row[last] += "," + part
			continue
		case !slices.Contains(columns, name):
			return fmt.Errorf("the model knows no column %q, only %s", name, strings.Join(columns, ", "))
		case twice:
			return fmt.Errorf("%q is given twice", name)
		}
		row[name], last = value, name
	}
	return nil
}

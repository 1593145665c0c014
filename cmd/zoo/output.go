package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
	"github.com/spf13/cobra"
)

// output says where answers go, and with which columns of their rows.
type output struct {
	file   string   // "" for standard output
	keep   []string // columns to carry
	asJSON bool     // on standard output
}

func (o *output) add(c *cobra.Command) {
	c.Flags().StringVarP(&o.file, "out", "o", "", "write the answers to this .csv, .tsv or .jsonl file, beside the columns of their rows; it appears when it is whole")
	c.Flags().StringSliceVar(&o.keep, "keep", nil, "columns of the table to carry into --out or --json, or all (default: all with --out, else none)")
	c.Flags().BoolVar(&o.asJSON, "json", false, "print one JSON object a line")
}

// outputs are the endings of a file of answers.
var outputs = []string{".csv", ".tsv", ".jsonl"}

// check refuses what cannot be written, before anything is read.
func (o *output) check(c *cobra.Command, input string) error {
	switch {
	case o.file == "" && len(o.keep) > 0 && !o.asJSON:
		return usage(c, "--keep needs --out FILE or --json")
	case o.file == "":
		return nil
	case o.asJSON:
		return unwanted(c, "the ending of --out says the format: "+strings.Join(outputs, ", "), "json")
	case !slices.Contains(outputs, strings.ToLower(filepath.Ext(o.file))):
		return usage(c, "--out %s: want a file that ends in %s", o.file, strings.Join(outputs, ", "))
	}
	info, err := os.Stat(o.file)
	if err != nil {
		return nil // writing says why, if it is no good
	}
	if !info.Mode().IsRegular() {
		return usage(c, "--out %s is a directory or a device, want a file", o.file)
	}
	if other, err := os.Stat(input); err == nil && os.SameFile(info, other) {
		return usage(c, "--out %s is the file that is read; want another", o.file)
	}
	return nil
}

// chosen returns the columns to carry, of those that a table has: never nil.
func (o *output) chosen(c *cobra.Command, table string, columns []string) ([]string, error) {
	if !c.Flags().Changed("keep") || len(o.keep) == 1 && o.keep[0] == "all" {
		return columns, nil
	}
	for _, name := range o.keep {
		if !slices.Contains(columns, name) {
			return nil, usage(c, "--keep: %s has no column %q, only %s", table, name, strings.Join(columns, ", "))
		}
	}
	return append([]string{}, o.keep...), nil
}

// carries tells whether columns are carried anywhere.
func (o *output) carries() bool { return o.file != "" || len(o.keep) > 0 }

// jsonLines tells that the file is one of JSON lines.
func (o *output) jsonLines() bool { return strings.ToLower(filepath.Ext(o.file)) == ".jsonl" }

// write calls answer with a writer of rows into the file, which replaces what is
// there when all are written, or with nil where answers go to out alone. columns
// are those carried, fields those of an answer.
func (o *output) write(c *cobra.Command, columns, fields []string, answer func(rowWriter, *bufio.Writer) error) error {
	out := bufio.NewWriter(c.OutOrStdout())
	if o.file == "" {
		return answer(nil, out)
	}
	fields = slices.Clone(fields)
	for i := range fields {
		fields[i] = freeName(fields[i], columns)
	}
	var failed error
	err := weights.WriteFileAtomic(o.file, func(to io.Writer) error {
		var w rowWriter
		switch strings.ToLower(filepath.Ext(o.file)) {
		case ".jsonl":
			w = &jsonWriter{to, columns, fields}
		case ".tsv":
			w = newTableWriter(to, '\t')
		default:
			w = newTableWriter(to, ',')
		}
		if failed = w.header(columns, fields); failed == nil {
			failed = answer(w, out)
		}
		if failed == nil {
			failed = w.flush()
		}
		return failed
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		return fmt.Errorf("zoo: predict: %w", err)
	}
	return nil
}

// freeName puts predicted_ before the name of an answer's column until no column
// that is carried has it.
func freeName(name string, columns []string) string {
	for slices.Contains(columns, name) {
		name = "predicted_" + name
	}
	return name
}

// cell is a cell that is carried. bare is that of a number, a list or the like in
// JSON lines.
type cell struct {
	text string
	bare bool
}

// json returns the cell as JSON.
func (c cell) json() []byte {
	if !c.bare {
		return jsonOf(c.text)
	}
	if c.text == "" {
		return []byte("null")
	}
	return []byte(c.text)
}

// jsonOf returns a string, a number or a list as JSON, without a line end.
func jsonOf(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // of numbers that are none
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// jsonObject returns cells by their names as JSON, in their order.
func jsonObject(names []string, cells []cell) json.RawMessage {
	b := []byte("{")
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, jsonOf(name)...), ':'), cells[i].json()...)
	}
	return append(b, '}')
}

// extra is a field that JSON lines alone have, where it is there.
type extra struct {
	name  string
	value any
}

// rowWriter writes answers to rows.
type rowWriter interface {
	header(columns, fields []string) error
	// row writes the cells that are carried, the answer's fields and what JSON
	// lines alone have.
	row(kept []cell, answer []any, more []extra) error
	flush() error
}

// tableWriter writes CSV or TSV.
type tableWriter struct {
	w     *csv.Writer
	cells []string
}

func newTableWriter(to io.Writer, comma rune) *tableWriter {
	w := csv.NewWriter(to)
	w.Comma = comma
	return &tableWriter{w: w}
}

func (t *tableWriter) header(columns, fields []string) error {
	return t.w.Write(slices.Concat(columns, fields))
}

func (t *tableWriter) row(kept []cell, answer []any, _ []extra) error {
	t.cells = t.cells[:0]
	for _, c := range kept {
		t.cells = append(t.cells, c.text)
	}
	for _, v := range answer {
		switch v := v.(type) {
		case float64:
			t.cells = append(t.cells, strconv.FormatFloat(v, 'g', -1, 64))
		default:
			t.cells = append(t.cells, fmt.Sprint(v))
		}
	}
	return t.w.Write(t.cells)
}

func (t *tableWriter) flush() error {
	t.w.Flush()
	return t.w.Error()
}

// jsonWriter writes JSON lines.
type jsonWriter struct {
	to              io.Writer
	columns, fields []string
}

func (j *jsonWriter) header(_, _ []string) error { return nil }

func (j *jsonWriter) row(kept []cell, answer []any, more []extra) error {
	line := []byte(jsonObject(j.columns, kept))
	line = line[:len(line)-1]
	add := func(name string, v any) {
		if len(line) > 1 {
			line = append(line, ',')
		}
		line = append(append(append(line, jsonOf(name)...), ':'), jsonOf(v)...)
	}
	for i, name := range j.fields {
		add(name, answer[i])
	}
	for _, e := range more {
		add(freeName(e.name, j.columns), e.value)
	}
	_, err := j.to.Write(append(line, '}', '\n'))
	return err
}

func (j *jsonWriter) flush() error { return nil }

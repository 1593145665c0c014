package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// rowAnswer is a line of predict --json for a row of a table.
type rowAnswer struct {
	Input      map[string]any `json:"input"`
	Prediction float64        `json:"prediction"`
	datasets.Surprise
}

// predictRows answers rows with named columns.
func predictRows(c *cobra.Command, m recipe.RowAnswerer, args []string, file string, flags tableFlags, asJSON bool) error {
	rows, err := tableRows(c, m, args, file, flags)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(c.OutOrStdout())
	missing, unknown := map[string]int{}, map[string]int{}
	var where []string
	var cells [][]string
	answer := func() error {
		answers, err := m.AnswerRows(c.Context(), cells)
		var bad *recipe.RowError
		if errors.As(err, &bad) {
			return fmt.Errorf("zoo: predict: %s%w", where[bad.Row], bad.Err)
		}
		if err != nil {
			return err
		}
		for _, a := range answers {
			for _, name := range a.Missing {
				missing[name]++
			}
			for _, name := range a.Unknown {
				unknown[name]++
			}
			if asJSON {
				err = printJSON(out, rowAnswer{a.Input, a.Prediction, datasets.Surprise{Missing: a.Missing, Unknown: a.Unknown}})
			} else {
				_, err = fmt.Fprintf(out, "%.6g\n", a.Prediction)
			}
			if err != nil {
				return err
			}
		}
		where, cells = where[:0], cells[:0]
		return out.Flush()
	}
	for row, err := range rows {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		where = append(where, row.where)
		if cells = append(cells, slices.Clone(row.cells)); len(cells) == chunkLines {
			if err := answer(); err != nil {
				return err
			}
		}
	}
	if err := answer(); err != nil {
		return err
	}
	for _, note := range []struct {
		counts map[string]int
		what   string
	}{{missing, "no value"}, {unknown, "a category that training did not see"}} {
		for _, name := range slices.Sorted(maps.Keys(note.counts)) {
			fmt.Fprintf(c.ErrOrStderr(), "column %q: %s in %d of the rows\n", name, note.what, note.counts[name])
		}
	}
	return nil
}

// placedRow is a row and where it stands, for errors.
type placedRow struct {
	cells []string
	where string
}

// tableRows yields the rows to predict from.
func tableRows(c *cobra.Command, m recipe.RowAnswerer, args []string, file string, flags tableFlags) (iter.Seq2[placedRow, error], error) {
	if len(args) > 0 {
		return func(yield func(placedRow, error) bool) {
			for i, arg := range args {
				cells, err := rowOf(arg, m.Columns())
				if err != nil {
					err = fmt.Errorf("zoo: predict: row %d: %w: %w", i+1, err, zoo.ErrUsage)
				}
				if !yield(placedRow{cells, fmt.Sprintf("row %d: ", i+1)}, err) || err != nil {
					return
				}
			}
		}, nil
	}
	var table *datasets.Table
	var err error
	if file == "" || file == "-" {
		var data []byte
		if data, err = io.ReadAll(c.InOrStdin()); err != nil {
			return nil, fmt.Errorf("zoo: predict: standard input: %w", err)
		}
		format := datasets.CSV
		if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
			format = datasets.JSONL
		}
		table, err = datasets.OpenTableFS(oneFile(data), "standard input", datasets.TableConfig{Format: format, Encoding: flags.encoding, Quotes: datasets.Quotes(flags.quotes)})
	} else if _, err = os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: predict: no file %s: %w", file, zoo.ErrUsage)
	} else {
		table, err = flags.open(file)
	}
	if err != nil {
		return nil, flags.failed(c, err)
	}
	return func(yield func(placedRow, error) bool) {
		for row, err := range table.Select(c.Context(), m.Columns()...) {
			if errors.Is(err, datasets.ErrNoColumn) { // of the model's, which no flag names
				err = fmt.Errorf("zoo: predict: %w", err)
			} else if err != nil {
				err = flags.failed(c, err)
			}
			if !yield(placedRow{row.Cells, fmt.Sprintf("%s: line %d, ", table.Name(), row.Line)}, err) {
				return
			}
		}
	}, nil
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

// oneFile is a file system of one file, whatever its name.
type oneFile []byte

// Open implements fs.FS.
func (f oneFile) Open(string) (fs.File, error) {
	return &openFile{bytes.NewReader(f)}, nil
}

type openFile struct{ *bytes.Reader }

func (f *openFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *openFile) Close() error               { return nil }
func (f *openFile) Name() string               { return "standard input" }
func (f *openFile) Mode() fs.FileMode          { return 0o444 }
func (f *openFile) ModTime() time.Time         { return time.Time{} }
func (f *openFile) IsDir() bool                { return false }
func (f *openFile) Sys() any                   { return nil }

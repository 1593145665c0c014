package main

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/spf13/cobra"
)

// tableFlags say how predict reads a table.
type tableFlags struct {
	text, encoding, quotes, delimiter string
	pair                              string // column of second texts, "" for none
}

func (f *tableFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.text, "text", "", "of a table: column of the texts (guessed where it is not given)")
	c.Flags().StringVar(&f.encoding, "encoding", "", "of a table or text: utf-8, utf-16, windows-1252, gb18030, shift_jis or another of the Web's (default: utf-8, or utf-16 by its mark)")
	c.Flags().StringVar(&f.delimiter, "delimiter", "", "of CSV: the character between cells, or tab (default: by the first lines)")
	c.Flags().StringVar(&f.quotes, "quotes", "", "in CSV: strict (doubled inside quotes), backslash (escaped by one), lazy (misplaced ones are text) or none (all are text)")
}

// named tells a table, or what a table is often kept in, by the file's name; a directory
// may have a table's parts.
func (f *tableFlags) named(file string) bool {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return true
	}
	kinds := []string{".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx", ".xls"}
	return slices.Contains(kinds, filepath.Ext(strings.TrimSuffix(strings.ToLower(file), ".gz")))
}

func (f *tableFlags) open(file string) (*datasets.Table, error) {
	return datasets.OpenTable(file, f.config(""))
}

// config says how a table is read.
func (f *tableFlags) config(format datasets.Format) datasets.TableConfig {
	return datasets.TableConfig{Format: format, Text: f.text, Pair: f.pair, Encoding: f.encoding, Quotes: datasets.Quotes(f.quotes), Comma: comma(f.delimiter)}
}

// failed adds to an error about a table what to do on the command line.
func (f *tableFlags) failed(c *cobra.Command, err error) error {
	return columnError(c, fmt.Errorf("zoo: predict: %w", err))
}

// texts yields the column of texts of a table in chunks.
func (f *tableFlags) texts(c *cobra.Command, file string) (iter.Seq2[[]string, error], error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: predict: no file %s: %w", file, zoo.ErrUsage)
	}
	table, err := f.open(file)
	if err != nil {
		return nil, f.failed(c, err)
	}
	column, err := f.column(c, table)
	if err != nil {
		return nil, err
	}
	return func(yield func([]string, error) bool) {
		for chunk, err := range f.chunks(c, table, column, nil) {
			if !yield(chunk.texts, err) {
				return
			}
		}
	}, nil
}

// column returns the column of texts, and says which was guessed.
func (f *tableFlags) column(c *cobra.Command, table *datasets.Table) (string, error) {
	column, err := table.TextColumn()
	if err != nil {
		return "", f.failed(c, err)
	}
	for _, d := range table.Doubts() {
		fmt.Fprintln(c.ErrOrStderr(), d)
	}
	if f.text == "" {
		fmt.Fprintf(c.ErrOrStderr(), "the text is in column %q; --text names another\n", column)
	}
	return column, nil
}

// textChunk is texts that are answered at once, and of rows of a table the cells
// that are carried, nil where none are.
type textChunk struct {
	texts []string
	kept  [][]cell
}

// chunks yields the column of texts of a table, and cells of the columns to
// carry; nil carries none.
func (f *tableFlags) chunks(c *cobra.Command, table *datasets.Table, column string, carried []string) iter.Seq2[textChunk, error] {
	return func(yield func(textChunk, error) bool) {
		var chunk textChunk
		size := 0
		for row, err := range carrying(c, table, false, []string{column}, carried) {
			if err != nil {
				if len(chunk.texts) == 0 || yield(chunk, nil) {
					yield(textChunk{}, f.failed(c, err))
				}
				return
			}
			chunk.texts = append(chunk.texts, strings.Clone(row.cells[0])) // valid until the next row
			size += len(row.cells[0])
			if carried != nil {
				chunk.kept = append(chunk.kept, row.kept)
				for _, k := range row.kept {
					size += len(k.text)
				}
			}
			if len(chunk.texts) < chunkLines && size < chunkBytes {
				continue
			}
			if !yield(chunk, nil) {
				return
			}
			chunk, size = textChunk{}, 0
		}
		if len(chunk.texts) > 0 {
			yield(chunk, nil)
		}
	}
}

// carriedRow is the cells that a model needs, valid until the next row, and those
// that are carried.
type carriedRow struct {
	line  int
	cells []string
	kept  []cell // never nil where columns are carried
}

// carrying yields the needed columns of a table, as texts or as features, and those
// to carry.
func carrying(c *cobra.Command, table *datasets.Table, features bool, needed, carried []string) iter.Seq2[carriedRow, error] {
	return func(yield func(carriedRow, error) bool) {
		columns := table.Columns()
		at := func(names []string) []int {
			list := make([]int, len(names))
			for i, name := range names {
				list[i] = slices.Index(columns, name)
			}
			return list
		}
		from, to := at(needed), at(carried)
		if carried == nil || slices.Contains(from, -1) { // Select has the error of a column that is not there
			rows := table.Select
			if features {
				rows = table.SelectRows
			}
			for row, err := range rows(c.Context(), needed...) {
				if !yield(carriedRow{line: row.Line, cells: row.Cells}, err) || err != nil {
					return
				}
			}
			remark(c, table)
			return
		}
		cells := make([]string, len(needed))
		for row, err := range table.Rows(c.Context()) {
			if err != nil {
				yield(carriedRow{}, err)
				return
			}
			for i, k := range from {
				if cells[i] = row.Cells[k]; row.Bare != nil && row.Bare[k] && (strings.HasPrefix(cells[i], "[") || strings.HasPrefix(cells[i], "{")) {
					yield(carriedRow{}, fmt.Errorf("%s: line %d: column %q holds a list or an object; expected a string, a number or true or false", table.Name(), row.Line, needed[i]))
					return
				}
				if features {
					cells[i] = row.Feature(k)
				}
			}
			kept := make([]cell, len(to))
			for i, k := range to {
				kept[i] = cell{strings.Clone(row.Cells[k]), row.Bare != nil && row.Bare[k]}
			}
			if !yield(carriedRow{row.Line, cells, kept}, nil) {
				return
			}
		}
		remark(c, table)
	}
}

// remark prints what the reader of a table noticed.
func remark(c *cobra.Command, table *datasets.Table) {
	for _, r := range table.Remarks() {
		fmt.Fprintln(c.ErrOrStderr(), r)
	}
}

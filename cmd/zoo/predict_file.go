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
	text, encoding, quotes string
}

func (f *tableFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.text, "text", "", "of a table: column of the texts (guessed where it is not given)")
	c.Flags().StringVar(&f.encoding, "encoding", "", "of a table: utf-8, windows-1252, latin1 or utf-16 (default: utf-8)")
	c.Flags().StringVar(&f.quotes, "quotes", "", "in CSV: strict (doubled inside quotes), lazy (misplaced ones are text) or none (all are text)")
}

// named tells a table, or what a table is often kept in, by the file's name.
func (f *tableFlags) named(file string) bool {
	kinds := []string{".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx", ".xls"}
	return slices.Contains(kinds, filepath.Ext(strings.TrimSuffix(strings.ToLower(file), ".gz")))
}

func (f *tableFlags) open(file string) (*datasets.Table, error) {
	return datasets.OpenTable(file, datasets.TableConfig{Text: f.text, Encoding: f.encoding, Quotes: datasets.Quotes(f.quotes)})
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
	column, err := table.TextColumn()
	if err != nil {
		return nil, f.failed(c, err)
	}
	if f.text == "" {
		fmt.Fprintf(c.ErrOrStderr(), "the text is in column %q; --text names another\n", column)
	}
	return func(yield func([]string, error) bool) {
		var chunk []string
		size := 0
		for row, err := range table.Select(c.Context(), column) {
			if err != nil {
				if len(chunk) == 0 || yield(chunk, nil) {
					yield(nil, f.failed(c, err))
				}
				return
			}
			chunk = append(chunk, strings.Clone(row.Cells[0])) // valid until the next row
			if size += len(row.Cells[0]); len(chunk) < chunkLines && size < chunkBytes {
				continue
			}
			if !yield(chunk, nil) {
				return
			}
			chunk, size = nil, 0
		}
		if len(chunk) > 0 {
			yield(chunk, nil)
		}
	}, nil
}

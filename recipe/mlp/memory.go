package mlp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// maxRows bounds the bytes of rows that a program hands over.
const maxRows = 1 << 30

// RowsOf is the table of rows that a program holds: maps or structs, as
// encoding/json writes them, each field a column. nil, and a field that is left
// out, is a missing value.
func RowsOf[T any](rows []T, columns Columns) (*Rows, error) {
	return RowsFrom(func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}, columns)
}

// RowsFrom is RowsOf for rows that come one by one, such as from a database. It
// reads them once, and stops at the first error, which it returns.
func RowsFrom[T any](rows iter.Seq2[T, error], columns Columns) (*Rows, error) {
	var b bytes.Buffer
	n := 0
	for row, err := range rows {
		n++
		var text []byte
		if err == nil {
			text, err = json.Marshal(row)
		}
		if err != nil {
			return nil, fmt.Errorf("zoo: data: row %d: %w", n, err)
		}
		if len(text) == 0 || text[0] != '{' {
			return nil, fmt.Errorf("zoo: data: row %d is a %T, want a struct or a map from the names of columns: %w", n, row, recipe.ErrUsage)
		}
		if b.Write(append(text, '\n')); b.Len() > maxRows {
			return nil, fmt.Errorf("zoo: data: more than %.1f GB of rows: %w", maxRows/1e9, recipe.ErrUsage)
		}
	}
	return OpenRowsFS(datasets.InMemory(inMemory, b.Bytes()), inMemory, columns, recipe.DataConfig{Format: datasets.JSONL})
}

// inMemory is what rows without a file are called.
const inMemory = "rows"

// ReadRows is the table that comes from a reader, in the format that c names: the
// whole of it is kept in memory.
func ReadRows(r io.Reader, columns Columns, c recipe.DataConfig) (*Rows, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxRows+1))
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	if len(data) > maxRows {
		return nil, fmt.Errorf("zoo: data: more than %.1f GB of rows: %w", maxRows/1e9, recipe.ErrUsage)
	}
	name := c.Name
	if name == "" {
		name = inMemory
	}
	return OpenRowsFS(datasets.InMemory(name, data), name, columns, c)
}

// OpenRowsFS is OpenRows for a table in a file system, such as one that a program
// embeds; c says how it is read.
func OpenRowsFS(fsys fs.FS, name string, columns Columns, c recipe.DataConfig) (*Rows, error) {
	return open(columns, c, func(cfg datasets.TableConfig) (*datasets.Table, error) {
		return datasets.OpenTableFS(fsys, name, cfg)
	})
}

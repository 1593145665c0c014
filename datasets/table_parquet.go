package datasets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets/internal/parquet"
)

// parquetRows reads the wanted columns of a Parquet file side by side.
type parquetRows struct {
	io.Closer
	f       *parquet.File
	names   []string
	cursors []*parquet.Cursor // nil for columns that are not wanted
	row     Row
	room    int64 // bytes of cells still believable
	// problems say of each column why it cannot be read, "" where it can.
	problems []string
}

// newParquet reads the footer. With want nil all columns are read.
func newParquet(f fs.File, want []int, sampling bool) (*parquetRows, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	at, ok := f.(io.ReaderAt)
	if !ok {
		return nil, errors.New("a Parquet file is read from its end, which this file system does not allow")
	}
	file, err := parquet.Open(at, info.Size())
	if err != nil {
		return nil, damagedParquet(err)
	}
	names, err := checkHeader(file.Names())
	if err != nil {
		return nil, err
	}
	p := &parquetRows{Closer: f, f: file, names: names, cursors: make([]*parquet.Cursor, len(names))}
	p.row.Cells = make([]string, len(names))
	p.problems, p.row.typed = make([]string, len(names)), make([]bool, len(names))
	p.room = 4*freeBytes + 1000*info.Size()
	for i := range names {
		if want != nil && !slices.Contains(want, i) {
			continue
		}
		p.cursors[i], err = file.Column(i)
		// A column that cannot be read hinders only those who want it.
		if err != nil && !sampling {
			return nil, damagedParquet(err)
		}
		p.row.typed[i] = file.Number(i)
		p.problems[i] = file.Problem(i)
	}
	return p, nil
}

// damagedParquet makes parquet's error one of this package.
func damagedParquet(err error) error {
	if errors.Is(err, parquet.ErrCorrupt) {
		return fmt.Errorf("%w: %w", err, ErrDamaged)
	}
	return err
}

func (p *parquetRows) header() []string { return p.names }

func (p *parquetRows) next() (Row, error) {
	if int64(p.row.Line) == p.f.Rows() {
		return p.row, io.EOF
	}
	p.row.Line++
	for i, c := range p.cursors {
		if c == nil {
			continue
		}
		cell, _, err := c.Next()
		if err == io.EOF {
			return p.row, fmt.Errorf("column %q ends early: %w", p.names[i], ErrDamaged)
		} else if err != nil {
			return p.row, damagedParquet(err)
		}
		if len(cell) > MaxRow {
			return p.row, fmt.Errorf("column %q has a cell of over %d bytes: %w", p.names[i], MaxRow, errTooLarge)
		}
		// A dictionary repeats a long cell at no cost.
		if p.room -= int64(len(cell)); p.room < 0 {
			return p.row, fmt.Errorf("the cells inflate out of proportion: %w", errTooLarge)
		}
		p.row.Cells[i] = cell
	}
	return p.row, nil
}

// classes returns the names of a column's classes that Hugging Face's
// datasets library keeps beside the numbers, or nil.
func (p *parquetRows) classes(column string) []string {
	var meta struct {
		Info struct {
			Features map[string]struct {
				Names []string `json:"names"`
			} `json:"features"`
		} `json:"info"`
	}
	if json.Unmarshal([]byte(p.f.Metadata("huggingface")), &meta) != nil {
		return nil
	}
	return meta.Info.Features[column].Names
}

package datasets

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Row is one row as it stands in the file.
type Row struct {
	// Line is the number of the line it begins on, counted from 1; in Parquet
	// the number of the row.
	Line int
	// Cells holds a string for each column; empty for JSON's null and for
	// keys that are missing. It is valid until the next row is read.
	Cells []string
	// Bare tells, of JSON lines, which cells are no strings there: they hold a
	// number, true, false, null (empty), a list or an object as JSON. It is nil
	// in other formats, and valid as long as Cells.
	Bare []bool

	typed []bool // of each cell: a number that the format writes plainly; nil for none
}

func (r Row) isTyped(column int) bool { return r.typed != nil && r.typed[column] }

// Rows yields all rows of the table. The sequence ends after the first error.
func (t *Table) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if err := t.each(ctx, nil, func(r Row) (bool, error) { return yield(r, nil), nil }); err != nil {
			yield(Row{}, err)
		}
	}
}

// each calls f for every row until it returns false, or for those drawn at random
// where TableConfig.Rows asks for some. want lists the columns whose cells are read;
// nil means all.
func (t *Table) each(ctx context.Context, want []int, f func(Row) (bool, error)) error {
	return t.draw(ctx, want, false, f)
}

// draw is each; with binary, cells of Parquet may be no text.
func (t *Table) draw(ctx context.Context, want []int, binary bool, f func(Row) (bool, error)) error {
	if t.cfg.Rows <= 0 {
		return t.every(ctx, want, binary, f)
	}
	left, err := t.count(ctx)
	if err != nil {
		return err
	}
	// Knuth, The Art of Computer Programming 3.4.2, algorithm S.
	rng, need := exact.Stream(0, "datasets.rows", 0), t.cfg.Rows
	return t.every(ctx, want, binary, func(r Row) (bool, error) {
		chosen := rng.IntN(max(1, left)) < need
		if left--; !chosen {
			return true, nil
		}
		need--
		more, err := f(r)
		return more && need > 0, err
	})
}

// count returns the number of rows.
func (t *Table) count(ctx context.Context) (n int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.total == 0 {
		err = t.every(ctx, []int{}, false, func(Row) (bool, error) { n++; return true, nil })
		t.total = n
	}
	return t.total, err
}

// every calls f for every row until it returns false.
func (t *Table) every(ctx context.Context, want []int, binary bool, f func(Row) (bool, error)) error {
	r, err := t.open(want)
	if err != nil {
		return t.fail(0, err)
	}
	defer r.Close()
	check := encodingCheck{columns: t.columns, off: binary && t.cfg.Format == Parquet, decoded: t.decodedFrom(), head: t.head, parquet: t.cfg.Format == Parquet}
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil {
			return t.fail(0, err)
		}
		row, err := r.next()
		if err == io.EOF {
			if n == 0 {
				return t.fail(0, t.noRows())
			}
			if p, ok := r.(interface{ remarks() []string }); ok {
				t.remark(p.remarks()...)
			}
			return nil
		} else if err != nil {
			return t.fail(row.Line, err)
		}
		if err := check.row(row, want); err != nil {
			return t.fail(row.Line, err)
		}
		more, err := f(row)
		if err != nil {
			return t.fail(row.Line, err)
		}
		if !more {
			return nil
		}
	}
}

// decodedFrom returns the encoding that cells are decoded from, "" for UTF-8.
func (t *Table) decodedFrom() string {
	switch strings.ToLower(t.cfg.Encoding) {
	case "utf-8", "utf8":
		return ""
	}
	return t.cfg.Encoding
}

// noRows is the error of a table without any.
func (t *Table) noRows() error {
	if t.cfg.Format == Parquet {
		return errors.New("has no rows; expected one for each example")
	}
	return errors.New("has a header but no rows; expected a row below it for each example")
}

// rows is a reader of one format. next returns io.EOF after the last row, and
// with other errors the line they are on, if it is known.
type rows interface {
	header() []string
	next() (Row, error)
	Close() error
}

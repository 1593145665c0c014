package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// part is a Parquet file of those that make a table, and what the names of the
// directories that it lies in say of its rows by Hive's rules: store=3/part-0.parquet
// has 3 in the column store.
type part struct {
	path   string
	values []string // of the table's partitions
}

// maxParts bounds the files of a table.
const maxParts = 100_000

// findParts lists the Parquet files of a directory in the order of their names,
// numbers by value, as Spark, Dask, DuckDB and Polars write them. Names that begin with
// a dot or a line are other programs' notes. Of directories below, those are looked
// into whose names are KEY=VALUE.
func findParts(fsys fs.FS, dir string) (parts []part, keys []string, err error) {
	var walk func(dir string, names, values []string) error
	walk = func(dir string, names, values []string) error {
		entries, err := fs.ReadDir(fsys, dir)
		if err != nil {
			return err
		}
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return natural(a.Name(), b.Name()) })
		for _, e := range entries {
			name := e.Name()
			if strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") {
				continue
			}
			if key, value, ok := strings.Cut(name, "="); ok && e.IsDir() && key != "" {
				if value == "__HIVE_DEFAULT_PARTITION__" {
					value = ""
				}
				if plain, err := url.PathUnescape(value); err == nil {
					value = plain
				}
				if err := walk(path.Join(dir, name), append(slices.Clip(names), key), append(slices.Clip(values), value)); err != nil {
					return err
				}
				continue
			}
			if e.IsDir() || !strings.EqualFold(path.Ext(name), ".parquet") {
				continue
			}
			if len(parts) == maxParts {
				return fmt.Errorf("holds over %d Parquet files: %w", maxParts, errTooLarge)
			}
			if len(parts) > 0 && !slices.Equal(keys, names) {
				return fmt.Errorf("its parts lie in directories of different kinds: %q has the keys %q, and %q %q", parts[0].path, keys, path.Join(dir, name), names)
			}
			keys = names
			parts = append(parts, part{path.Join(dir, name), values})
		}
		return nil
	}
	if err := walk(dir, nil, nil); err != nil {
		return nil, nil, err
	}
	return parts, keys, splitsApart(parts)
}

// splitName is how parts of a data set for training, choosing and testing are named.
var splitName = regexp.MustCompile(`^(?i:(train|test|validation|valid|val|dev|unsupervised))([-_.].*)?\.parquet$`)

// splitsApart refuses parts of several splits: a test set must not be trained on by
// mistake.
func splitsApart(parts []part) error {
	first, at := "", ""
	for _, p := range parts {
		m := splitName.FindStringSubmatch(path.Base(p.path))
		if m == nil {
			continue
		}
		split := strings.ToLower(m[1])
		if first == "" {
			first, at = split, p.path
		} else if split != first {
			return fmt.Errorf("holds several splits, among them %s (%s) and %s (%s); name one file, or put those of a split into a directory of their own", first, at, split, p.path)
		}
	}
	return nil
}

// natural orders names as people do: part.9 before part.10.
func natural(a, b string) int {
	digits := func(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
	for x, y := a, b; x != "" && y != ""; {
		if m, n := digits(x), digits(y); m > 0 && n > 0 {
			p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
			if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
				return c
			}
			x, y = x[m:], y[n:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Compare(a, b)
}

// partRows reads the parts of a table one after the other.
type partRows struct {
	t     *Table
	want  []int
	at    int // of parts, that in hand
	now   *parquetRows
	first *parquetRows // it says what the columns are
	names []string
	row   Row
}

// newParts opens the first part.
func newParts(t *Table, want []int) (*partRows, error) {
	p := &partRows{t: t, want: want}
	if err := p.open(); err != nil {
		return nil, err
	}
	p.first, p.names = p.now, slices.Clone(p.now.names)
	for _, key := range t.partKeys {
		if slices.Contains(p.names, key) {
			p.now.Close()
			return nil, fmt.Errorf("the column %q is in the part %s, and a directory's name says it too", key, t.parts[0].path)
		}
		p.names = append(p.names, key)
	}
	p.row.Cells, p.row.typed = make([]string, len(p.names)), make([]bool, len(p.names))
	return p, nil
}

// open opens the part in hand.
func (p *partRows) open() error {
	name := p.t.parts[p.at].path
	f, err := p.t.fsys.Open(name)
	if err != nil {
		return err
	}
	now, err := newParquet(f, p.want, p.t.columns == nil)
	if err == nil && p.first != nil && !slices.Equal(now.names, p.first.names) {
		err = fmt.Errorf("has the columns %s, and %s has %s", quoteAll(now.names), p.t.parts[0].path, quoteAll(p.first.names))
	}
	if err != nil {
		f.Close()
		return fmt.Errorf("part %s: %w", name, err)
	}
	p.now = now
	return nil
}

func (p *partRows) header() []string { return p.names }

func (p *partRows) Close() error { return p.now.Close() }

func (p *partRows) next() (Row, error) {
	row, err := p.now.next()
	for err == io.EOF {
		if p.at+1 == len(p.t.parts) {
			return p.row, io.EOF
		}
		if err := p.now.Close(); err != nil {
			return p.row, err
		}
		p.at++
		if err := p.open(); err != nil {
			return p.row, err
		}
		row, err = p.now.next()
	}
	p.row.Line++
	if err != nil {
		return p.row, fmt.Errorf("part %s, row %d: %w", p.t.parts[p.at].path, row.Line, err)
	}
	n := copy(p.row.Cells, row.Cells)
	copy(p.row.typed, row.typed)
	copy(p.row.Cells[n:], p.t.parts[p.at].values)
	return p.row, nil
}

// inParquet returns the rows of a Parquet file, or of the first part of a table, nil
// of other formats.
func inParquet(r rows) *parquetRows {
	switch r := r.(type) {
	case *parquetRows:
		return r
	case *partRows:
		return r.first
	}
	return nil
}

var errNoParts = errors.New("is a directory without Parquet files; name a .csv, .tsv, .jsonl or .parquet file, or a directory of parts of a table in Parquet")

// Package parquet reads the flat columns of Apache Parquet files as strings:
// the layout of tables and of the Hugging Face hub's data sets, whatever
// encoding, compression and row groups the writer chose.
//
// It reads nothing else, and does so for two reasons. Files come from
// strangers: every length is checked before memory is taken for it, what a
// page inflates to is bounded by what it occupies, and no code here is unsafe
// or assembly. And programs that import it stay small.
//
// The format is that of https://github.com/apache/parquet-format, revision
// 2.11. Not read: nested and repeated columns, intervals, BSON, encryption,
// and the codec LZO. Dates and times are read as ISO 8601 writes
// them, whatever their unit, decimals and half-precision numbers as numbers.
package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var (
	// ErrCorrupt is wrapped by errors about files that break the format.
	ErrCorrupt = errors.New("damaged Parquet file")
	// ErrUnsupported is wrapped by errors about parts of the format that are
	// not read.
	ErrUnsupported = errors.New("not supported")
)

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %w", fmt.Errorf(format, args...), ErrCorrupt)
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %w", fmt.Errorf(format, args...), ErrUnsupported)
}

const (
	magic     = "PAR1"
	maxFooter = 64 << 20
)

// File is an open Parquet file.
type File struct {
	r       io.ReaderAt
	size    int64 // up to the footer
	rows    int64
	columns []column
	groups  []group
	meta    map[string]string
}

// column is one top-level field of the schema.
type column struct {
	name     string
	kind     kind
	length   int // of a fixed-length byte array
	logical  logical
	unit     int64 // of a time: how many make a second
	utc      bool  // a timestamp counts from the epoch in UTC, else by an unknown clock
	scale    int   // of decimals: digits behind the point
	optional bool  // may be null
	unsigned bool
	leaf     int    // number among the leaves, which index a group's chunks
	problem  string // why it cannot be read, or ""
}

// group is a row group.
type group struct {
	rows   int64
	chunks []chunk
}

// chunk is the part of a column that lies in one row group.
type chunk struct {
	kind        kind
	codec       int32
	values      int64
	start, size int64 // in the file
	elsewhere   bool  // in another file, or encrypted
}

// Open reads the footer of a file.
func Open(r io.ReaderAt, size int64) (*File, error) {
	if size < 12 {
		return nil, corrupt("%d bytes are too few", size)
	}
	var head [4]byte
	var tail [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case string(tail[4:]) == "PARE":
		return nil, unsupported("the file is encrypted")
	case string(head[:]) != magic:
		return nil, corrupt("it begins with %q where %q was expected", head, magic)
	case string(tail[4:]) != magic:
		return nil, corrupt("it ends in %q where %q was expected: is it cut off?", tail[4:], magic)
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	if n > size-12 {
		return nil, corrupt("the footer claims %d bytes of the file's %d", n, size)
	}
	if n > maxFooter {
		return nil, unsupported("a footer of %d bytes", n)
	}
	footer := make([]byte, n)
	if _, err := r.ReadAt(footer, size-8-n); err != nil {
		return nil, err
	}
	f := &File{r: r, size: size - 8 - n, meta: map[string]string{}}
	if err := f.parse(footer); err != nil {
		return nil, err
	}
	return f, nil
}

// Rows returns the number of rows.
func (f *File) Rows() int64 { return f.rows }

// Names returns the names of the top-level columns, readable or not.
func (f *File) Names() []string {
	names := make([]string, len(f.columns))
	for i, c := range f.columns {
		names[i] = c.name
	}
	return names
}

// Number reports whether a column's cells are numbers.
func (f *File) Number(i int) bool {
	switch c := f.columns[i]; c.kind {
	case int32s, int64s, floats, doubles:
		return c.logical == 0 || c.logical == decimals
	default:
		return c.logical == halfs || c.logical == decimals
	}
}

// Problem says why a column cannot be read, "" where it can.
func (f *File) Problem(i int) string { return f.columns[i].problem }

// Metadata returns the value that the writer stored under a key, or "".
func (f *File) Metadata(key string) string { return f.meta[key] }

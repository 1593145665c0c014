package weights

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

// Errors that callers may want to tell apart. Every error of this package
// about what a file holds wraps one of them and says what was expected.
var (
	ErrFormat    = errors.New("malformed safetensors file")
	ErrMissing   = errors.New("missing tensor")
	ErrExtra     = errors.New("unexpected tensor")
	ErrShape     = errors.New("wrong shape")
	ErrDType     = errors.New("wrong type")
	ErrRange     = errors.New("value out of range")
	ErrNotFinite = errors.New("value is not finite")
)

// Info describes a tensor of a file.
type Info struct {
	Name  string
	Shape []int
	DType DType
	Begin int64 // first byte after the header
	End   int64 // one past the last byte
}

// Len returns the number of elements.
func (i Info) Len() int { return int(i.End-i.Begin) / i.DType.Size() }

// File is an open safetensors file. Its header has been checked in full; its
// values are read on demand. It is safe for use by many goroutines.
type File struct {
	r        io.ReaderAt
	data     []byte // the whole file if it lies in memory
	start    int64  // where the values begin
	size     int64
	infos    []Info // by Begin
	index    map[string]int
	metadata map[string]string
}

// Read opens a safetensors file that lies in memory. The file refers to data,
// which must not change.
func Read(data []byte) (*File, error) {
	f, err := open(bytes.NewReader(data), int64(len(data)), data)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	return f, nil
}

// ReadFile reads the safetensors file at path into memory and opens it.
func ReadFile(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	f, err := open(bytes.NewReader(data), int64(len(data)), data)
	if err != nil {
		return nil, fmt.Errorf("weights: %s: %w", path, err)
	}
	return f, nil
}

// Open opens a safetensors file of size bytes without reading its values. What
// it allocates is bounded by size, whatever the header claims.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f, err := open(r, size, nil)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	return f, nil
}

func open(r io.ReaderAt, size int64, data []byte) (*File, error) {
	if size < 8 {
		return nil, fmt.Errorf("%w: %d bytes, expected at least 8 for the length of the header", ErrFormat, size)
	}
	var length [8]byte
	if err := readAt(r, length[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader {
		return nil, fmt.Errorf("%w: header length %d, expected at most %d", ErrFormat, n, maxHeader)
	}
	if n > uint64(size-8) {
		return nil, fmt.Errorf("%w: header length %d, but only %d bytes follow", ErrFormat, n, size-8)
	}
	var header []byte
	if data != nil {
		header = data[8 : 8+n]
	} else {
		header = make([]byte, n)
		if err := readAt(r, header, 8); err != nil {
			return nil, err
		}
	}
	f := &File{r: r, data: data, start: 8 + int64(n), size: size, index: map[string]int{}}
	if err := f.parse(header); err != nil {
		return nil, err
	}
	return f, f.layout()
}

func readAt(r io.ReaderAt, b []byte, at int64) error {
	if n, err := r.ReadAt(b, at); n < len(b) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("reading %d bytes at byte %d: %w", len(b), at, err)
	}
	return nil
}

// layout checks that the tensors fill the rest of the file, each with as many
// bytes as its shape takes, without overlaps, holes or leftovers.
func (f *File) layout() error {
	slices.SortFunc(f.infos, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End), cmp.Compare(a.Name, b.Name))
	})
	at := int64(0)
	for i, info := range f.infos {
		f.index[info.Name] = i
		_, size, ok := volume(info.Shape, info.DType)
		switch {
		case !ok:
			return fmt.Errorf("%w: tensor %.200q: %v %v overflows", ErrFormat, info.Name, info.DType, info.Shape)
		case info.End < info.Begin:
			return fmt.Errorf("%w: tensor %.200q: ends at byte %d before it begins at %d", ErrFormat, info.Name, info.End, info.Begin)
		case uint64(info.End-info.Begin) != size:
			return fmt.Errorf("%w: tensor %.200q: %d bytes, expected %d for %v %v",
				ErrFormat, info.Name, info.End-info.Begin, size, info.DType, info.Shape)
		case info.Begin < at:
			return fmt.Errorf("%w: tensor %.200q: begins at byte %d, overlapping %.200q which ends at %d",
				ErrFormat, info.Name, info.Begin, f.infos[i-1].Name, at)
		case info.Begin > at:
			return fmt.Errorf("%w: tensor %.200q: begins at byte %d, leaving a hole from %d", ErrFormat, info.Name, info.Begin, at)
		}
		at = info.End
	}
	switch rest := f.size - f.start; {
	case at > rest:
		return fmt.Errorf("%w: file is cut short: %d bytes of values, expected %d", ErrFormat, rest, at)
	case at < rest:
		return fmt.Errorf("%w: %d bytes after the last tensor", ErrFormat, rest-at)
	}
	return nil
}

// Tensors describes the tensors in the order of the file.
func (f *File) Tensors() []Info {
	infos := slices.Clone(f.infos)
	for i := range infos {
		infos[i].Shape = slices.Clone(infos[i].Shape)
	}
	return infos
}

// Metadata returns a copy of the file's metadata.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

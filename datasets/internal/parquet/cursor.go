package parquet

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Cursor reads the cells of one column from the first row to the last.
type Cursor struct {
	f      *File
	column column
	group  int   // the next to be read
	left   int64 // rows left in the row group
	unpack unpacker

	section io.SectionReader
	r       *bufio.Reader
	dict    []string

	values int // left in the page
	levels *hybrid
	next   func() (string, error)
}

// maxHeader is the largest page header read. It may hold two values of the
// column as statistics.
const maxHeader = 1 << 18

// Column returns a cursor for the column of a number in Names.
func (f *File) Column(i int) (*Cursor, error) {
	c := f.columns[i]
	if c.problem != "" {
		return nil, unsupported("column %q %s", c.name, c.problem)
	}
	for _, g := range f.groups {
		if g.chunks[c.leaf].elsewhere {
			return nil, unsupported("column %q is encrypted or in another file", c.name)
		}
	}
	return &Cursor{f: f, column: c, r: bufio.NewReaderSize(nil, maxHeader)}, nil
}

// Next returns the next cell, ok being false for null, and io.EOF after the
// last row. Numbers are in decimal notation. The string may share its memory
// with others of the same page.
func (c *Cursor) Next() (cell string, ok bool, err error) {
	cell, ok, err = c.read()
	if err != nil && err != io.EOF {
		err = fmt.Errorf("column %q, row group %d: %w", c.column.name, c.group-1, err)
	}
	return cell, ok, err
}

func (c *Cursor) read() (string, bool, error) {
	for c.left == 0 {
		if c.group == len(c.f.groups) {
			return "", false, io.EOF
		}
		g := c.f.groups[c.group]
		k := g.chunks[c.column.leaf]
		c.group++
		c.left, c.unpack.codec, c.values, c.dict = g.rows, k.codec, 0, nil
		c.section = *io.NewSectionReader(c.f.r, k.start, k.size)
		c.r.Reset(&c.section)
	}
	for c.values == 0 {
		if err := c.page(); err != nil {
			if err == io.EOF {
				err = corrupt("%d rows are missing", c.left)
			}
			return "", false, err
		}
	}
	c.values--
	c.left--
	if c.levels != nil {
		level, err := c.levels.next()
		if err != nil {
			return "", false, err
		}
		if level == 0 {
			return "", false, nil
		}
	}
	cell, err := c.next()
	return cell, err == nil, err
}

// pageHeader is what is read of a PageHeader.
type pageHeader struct {
	typ                int32
	size, packed       int32
	crc                uint32
	checked            bool
	values, nulls      int32
	encoding           int32
	levelEncoding      int32
	defBytes, repBytes int32
	plain              bool // a page of version 2 that is not compressed
}

// The types of pages.
const (
	dataPage   = 0
	indexPage  = 1
	dictPage   = 2
	dataPageV2 = 3
)

func (c *Cursor) header() (h pageHeader, err error) {
	b, err := c.r.Peek(maxHeader)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return h, err
	}
	if len(b) == 0 {
		return h, io.EOF
	}
	t := &thrift{b: b}
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == tI32:
			h.typ = t.i32()
		case id == 2 && typ == tI32:
			h.size = t.i32()
		case id == 3 && typ == tI32:
			h.packed = t.i32()
		case id == 4 && typ == tI32:
			h.crc, h.checked = uint32(t.i32()), true
		case typ == tStruct && (id == 5 || id == 7 || id == 8):
			t.page(id, &h)
		default:
			return false
		}
		return true
	})
	if errors.Is(t.err, errShort) {
		return h, corrupt("a page header: %w", t.err)
	} else if t.err != nil {
		return h, t.err
	}
	if h.packed < 0 || h.size < 0 || h.values < 0 || h.nulls < 0 || h.defBytes < 0 || h.repBytes < 0 {
		return h, corrupt("a page header has negative sizes")
	}
	_, err = c.r.Discard(t.pos)
	return h, err
}

// page reads a DataPageHeader (5), DictionaryPageHeader (7) or
// DataPageHeaderV2 (8).
func (t *thrift) page(of int16, h *pageHeader) {
	t.fields(func(id int16, typ byte) bool {
		switch {
		case of == 8 && id == 7:
			h.plain = typ == tFalse
			return false
		case typ != tI32:
			return false
		case id == 1:
			h.values = t.i32()
		case of == 8 && id == 2:
			h.nulls = t.i32()
		case of == 8 && id == 4, of != 8 && id == 2:
			h.encoding = t.i32()
		case of == 5 && id == 3:
			h.levelEncoding = t.i32()
		case of == 8 && id == 5:
			h.defBytes = t.i32()
		case of == 8 && id == 6:
			h.repBytes = t.i32()
		default:
			return false
		}
		return true
	})
}

// page reads the next page, and sets up the decoders of its values.
func (c *Cursor) page() error {
	h, err := c.header()
	if err != nil {
		return err
	}
	// The bytes left in the chunk bound what is allocated for them.
	at, _ := c.section.Seek(0, io.SeekCurrent)
	if int64(h.packed) > c.section.Size()-at+int64(c.r.Buffered()) {
		return corrupt("a page of %d bytes passes the end of its column", h.packed)
	}
	b := make([]byte, h.packed)
	if _, err := io.ReadFull(c.r, b); err != nil {
		return corrupt("reading a page: %w", err)
	}
	if h.checked && crc32.ChecksumIEEE(b) != h.crc {
		return corrupt("a page does not match its checksum")
	}
	switch h.typ {
	case dictPage:
		return c.dictionary(h, b)
	case dataPage:
		if b, err = c.unpack.unpack(b, int(h.size)); err != nil {
			return err
		}
		return c.data(h, b)
	case dataPageV2:
		return c.dataV2(h, b)
	}
	return nil // pages of other types hold no values
}

// dictionary reads the values that the data pages refer to.
func (c *Cursor) dictionary(h pageHeader, b []byte) error {
	b, err := c.unpack.unpack(b, int(h.size))
	if err != nil {
		return err
	}
	if c.dict != nil {
		return corrupt("there are two dictionaries")
	}
	if h.encoding != plain && h.encoding != plainDictionary {
		return unsupported("a dictionary in encoding %d", h.encoding)
	}
	if int(h.values) > 8*len(b) { // no value takes less than a bit
		return corrupt("a dictionary of %d values in %d bytes", h.values, len(b))
	}
	next := c.column.plain(b)
	c.dict = make([]string, h.values)
	for i := range c.dict {
		if c.dict[i], err = next(); err != nil {
			return err
		}
	}
	return nil
}

// data sets up a data page of version 1: levels with their length before
// them, then values.
func (c *Cursor) data(h pageHeader, b []byte) error {
	c.levels = nil
	if c.column.optional {
		if h.levelEncoding != rle {
			return unsupported("levels in encoding %d", h.levelEncoding)
		}
		levels, rest, err := prefixed(b)
		if err != nil {
			return err
		}
		c.levels, b = newHybrid(levels, 1), rest
	}
	return c.open(h, b)
}

// dataV2 sets up a data page of version 2, whose levels are never compressed.
func (c *Cursor) dataV2(h pageHeader, b []byte) error {
	n := int(h.repBytes) + int(h.defBytes)
	if n > len(b) || n > int(h.size) {
		return corrupt("a page of %d bytes has %d of levels", len(b), n)
	}
	levels, b := b[h.repBytes:n], b[n:]
	switch {
	case h.plain:
		if len(b) != int(h.size)-n {
			return corrupt("a page has %d bytes and claims %d", len(b), int(h.size)-n)
		}
	case len(b) > 0 || h.size > int32(n):
		var err error
		if b, err = c.unpack.unpack(b, int(h.size)-n); err != nil {
			return err
		}
	}
	c.levels = nil
	if c.column.optional {
		c.levels = newHybrid(levels, 1)
	}
	return c.open(h, b)
}

func (c *Cursor) open(h pageHeader, b []byte) error {
	if int64(h.values) > c.left {
		return corrupt("a page has %d values where %d rows are left", h.values, c.left)
	}
	next, err := c.column.decoder(h.encoding, b, c.dict, int(h.values))
	c.next, c.values = next, int(h.values)
	return err
}

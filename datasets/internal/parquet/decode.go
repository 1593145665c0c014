package parquet

import (
	"encoding/binary"
	"math"
	"strconv"
)

// The encodings of values, https://parquet.apache.org/docs/file-format/data-pages/encodings
const (
	plain            = 0
	plainDictionary  = 2
	rle              = 3
	deltaBinary      = 5
	deltaLengthBytes = 6
	deltaBytes       = 7
	rleDictionary    = 8
	byteStreamSplit  = 9
)

// decoder returns a function that yields the values of a page one by one. The
// page has n of them at most, less the nulls.
func (c *column) decoder(encoding int32, b []byte, dict []string, n int) (func() (string, error), error) {
	switch {
	case encoding == plain:
		return c.plain(b), nil
	case encoding == plainDictionary || encoding == rleDictionary:
		return indexed(b, dict)
	case encoding == rle && c.kind == boolean:
		levels, _, err := prefixed(b)
		if err != nil {
			return nil, err
		}
		h := newHybrid(levels, 1)
		return func() (string, error) {
			v, err := h.next()
			return strconv.FormatBool(v != 0), err
		}, nil
	case encoding == deltaBinary && (c.kind == int32s || c.kind == int64s):
		d := &delta{b: b}
		return func() (string, error) {
			v, err := d.next()
			if c.kind == int32s {
				return c.number(uint64(uint32(v))), err
			}
			return c.number(uint64(v)), err
		}, nil
	case encoding == deltaLengthBytes && c.kind == byteArray:
		return c.written(deltaLengths(b, n))
	case encoding == deltaBytes && (c.kind == byteArray || c.kind == fixedByteArray):
		return c.written(deltaStrings(b, n))
	case encoding == byteStreamSplit && c.width() > 0:
		return c.plain(unsplit(b, c.width())), nil
	}
	return nil, unsupported("%v in encoding %d", c.kind, encoding)
}

// written yields what values of bytes stand for.
func (c *column) written(next func() (string, error), err error) (func() (string, error), error) {
	if c.logical == none || err != nil {
		return next, err
	}
	return func() (string, error) {
		v, err := next()
		if err != nil || c.kind == fixedByteArray && len(v) != c.length {
			if err == nil {
				err = corrupt("a value of %d bytes, not %d", len(v), c.length)
			}
			return "", err
		}
		return c.bytes(v), nil
	}, nil
}

// plain yields values that stand one after another.
func (c *column) plain(b []byte) func() (string, error) {
	short := corrupt("a page has fewer values than it claims")
	switch c.kind {
	case boolean:
		i := 0
		return func() (string, error) {
			if i >= 8*len(b) {
				return "", short
			}
			i++
			return strconv.FormatBool(b[(i-1)/8]>>((i-1)%8)&1 != 0), nil
		}
	case byteArray:
		s := string(b) // cells share this copy
		return func() (string, error) {
			if len(b) < 4 {
				return "", short
			}
			n := binary.LittleEndian.Uint32(b)
			if uint64(n) > uint64(len(b)-4) {
				return "", corrupt("a value claims %d bytes of the %d left in its page", n, len(b)-4)
			}
			cell := s[4 : 4+n]
			b, s = b[4+n:], s[4+n:]
			return c.bytes(cell), nil
		}
	}
	width := c.width()
	return func() (string, error) {
		if len(b) < width {
			return "", short
		}
		v := b[:width]
		b = b[width:]
		switch c.kind {
		case int32s, floats:
			return c.number(uint64(binary.LittleEndian.Uint32(v))), nil
		case int64s, doubles:
			return c.number(binary.LittleEndian.Uint64(v)), nil
		case int96s:
			return c.int96(v), nil
		}
		return c.bytes(string(v)), nil
	}
}

// number writes the number that bits stand for.
func (c *column) number(bits uint64) string {
	switch c.kind {
	case floats:
		return strconv.FormatFloat(float64(math.Float32frombits(uint32(bits))), 'g', -1, 32)
	case doubles:
		return strconv.FormatFloat(math.Float64frombits(bits), 'g', -1, 64)
	case int32s:
		if !c.unsigned {
			return c.whole(int64(int32(bits)))
		}
		return strconv.FormatUint(uint64(uint32(bits)), 10)
	}
	if !c.unsigned {
		return c.whole(int64(bits))
	}
	return strconv.FormatUint(bits, 10)
}

// indexed yields values of the dictionary: the width of the indices, then
// these.
func indexed(b []byte, dict []string) (func() (string, error), error) {
	if len(b) == 0 { // a page of nulls
		b = []byte{0}
	}
	if b[0] > 32 {
		return nil, corrupt("indices of %d bits", b[0])
	}
	h := newHybrid(b[1:], int(b[0]))
	return func() (string, error) {
		i, err := h.next()
		if err != nil {
			return "", err
		}
		if uint64(i) >= uint64(len(dict)) {
			return "", corrupt("value %d of a dictionary of %d", i, len(dict))
		}
		return dict[i], nil
	}, nil
}

// prefixed cuts off a part whose length stands before it.
func prefixed(b []byte) (part, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, corrupt("a page has no room for its levels")
	}
	n := binary.LittleEndian.Uint32(b)
	if uint64(n) > uint64(len(b)-4) {
		return nil, nil, corrupt("levels claim %d bytes of a page of %d", n, len(b))
	}
	return b[4 : 4+n], b[4+n:], nil
}

// unsplit undoes BYTE_STREAM_SPLIT: the first bytes of all values, then the
// second, and so on.
func unsplit(b []byte, width int) []byte {
	n := len(b) / width
	out := make([]byte, n*width)
	for i := range n {
		for j := range width {
			out[i*width+j] = b[j*n+i]
		}
	}
	return out
}

// hybrid reads runs of equal numbers, and groups of eight packed bit by bit.
type hybrid struct {
	b      []byte
	width  int
	run    uint32 // the value repeated
	packed []byte // nil in a run
	bit    int    // of packed, next
	left   uint64
}

func newHybrid(b []byte, width int) *hybrid { return &hybrid{b: b, width: width} }

func (h *hybrid) next() (uint32, error) {
	for h.left == 0 {
		if err := h.start(); err != nil {
			return 0, err
		}
	}
	h.left--
	if h.packed == nil {
		return h.run, nil
	}
	v := bitsAt(h.packed, h.bit, h.width)
	h.bit += h.width
	return uint32(v), nil
}

func (h *hybrid) start() error {
	x, n := binary.Uvarint(h.b)
	if n <= 0 || x > math.MaxUint32 {
		return corrupt("a page has fewer levels or indices than it claims")
	}
	h.b = h.b[n:]
	h.left, h.packed, h.bit = x>>1, nil, 0
	if x&1 == 0 {
		bytes := (h.width + 7) / 8
		if len(h.b) < bytes {
			return corrupt("a run is cut off")
		}
		h.run = 0
		for i, v := range h.b[:bytes] {
			h.run |= uint32(v) << (8 * i)
		}
		if h.width < 32 && h.run>>h.width != 0 {
			return corrupt("a run of %d does not fit %d bits", h.run, h.width)
		}
		h.b = h.b[bytes:]
		return nil
	}
	// Some writers cut the last group short.
	size := min(h.left*uint64(h.width), uint64(len(h.b)))
	h.left *= 8
	h.packed, h.b = h.b[:size:size], h.b[size:]
	if h.width > 0 {
		h.left = min(h.left, 8*size/uint64(h.width))
		if h.left == 0 {
			return corrupt("packed numbers are cut off")
		}
	}
	return nil
}

// bitsAt returns the width bits, 64 at most, that begin at a bit of b, the
// lowest first; bits beyond the end are zero.
func bitsAt(b []byte, bit, width int) uint64 {
	at := bit / 8
	shift := bit % 8
	var word [9]byte
	if at+9 <= len(b) {
		copy(word[:], b[at:at+9])
	} else if at < len(b) {
		copy(word[:], b[at:])
	}
	v := binary.LittleEndian.Uint64(word[:]) >> shift
	if shift > 0 {
		v |= uint64(word[8]) << (64 - shift)
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}

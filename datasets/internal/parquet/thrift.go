package parquet

import (
	"encoding/binary"
	"errors"
)

// The types of Thrift's compact protocol,
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
const (
	tTrue   = 1
	tFalse  = 2
	tByte   = 3
	tI16    = 4
	tI32    = 5
	tI64    = 6
	tDouble = 7
	tBinary = 8
	tList   = 9
	tSet    = 10
	tMap    = 11
	tStruct = 12
	tUUID   = 13

	maxDepth = 32
)

// errShort says that the bytes ended inside a value; more may help.
var errShort = errors.New("the metadata is cut off")

// thrift reads values from b. After an error, which stays, all it reads is
// zero.
type thrift struct {
	b   []byte
	pos int
	err error
}

func (t *thrift) fail(err error) {
	if t.err == nil {
		t.err = err
	}
	t.pos = len(t.b)
}

func (t *thrift) byte() byte {
	if t.pos >= len(t.b) {
		t.fail(errShort)
		return 0
	}
	t.pos++
	return t.b[t.pos-1]
}

func (t *thrift) uvarint() uint64 {
	x, n := binary.Uvarint(t.b[t.pos:])
	switch {
	case n == 0:
		t.fail(errShort)
		return 0
	case n < 0:
		t.fail(corrupt("a number in the metadata is too long"))
		return 0
	}
	t.pos += n
	return x
}

func (t *thrift) int() int64 {
	u := t.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// i32 reads a number that is to fit 32 bits.
func (t *thrift) i32() int32 {
	x := t.int()
	if int64(int32(x)) != x {
		t.fail(corrupt("%d in the metadata does not fit 32 bits", x))
		return 0
	}
	return int32(x)
}

func (t *thrift) bytes() []byte {
	n := t.uvarint()
	if n > uint64(len(t.b)-t.pos) {
		t.fail(errShort)
		return nil
	}
	t.pos += int(n)
	return t.b[t.pos-int(n) : t.pos]
}

func (t *thrift) string() string { return string(t.bytes()) }

// list calls f for each element, of the type wanted. A list never has more
// elements than bytes are left.
func (t *thrift) list(want byte, f func()) {
	h := t.byte()
	n := uint64(h >> 4)
	if n == 15 {
		n = t.uvarint()
	}
	if n > uint64(len(t.b)-t.pos) {
		t.fail(errShort)
		return
	}
	if n > 0 && h&15 != want {
		t.fail(corrupt("a list in the metadata has elements of type %d where %d was expected", h&15, want))
		return
	}
	for i := uint64(0); i < n && t.err == nil; i++ {
		f()
	}
}

// fields reads a struct. f reads the field of a number and type, and returns
// false to have it skipped.
func (t *thrift) fields(f func(id int16, typ byte) bool) {
	t.structure(0, f)
}

func (t *thrift) structure(depth int, f func(id int16, typ byte) bool) {
	var id int16
	for t.err == nil {
		h := t.byte()
		if t.err != nil || h == 0 {
			return
		}
		if delta := h >> 4; delta != 0 {
			id += int16(delta)
		} else {
			id = int16(t.int())
		}
		if !f(id, h&15) {
			t.skip(h&15, depth+1)
		}
	}
}

func (t *thrift) skip(typ byte, depth int) {
	if depth > maxDepth {
		t.fail(corrupt("the metadata is nested too deeply"))
		return
	}
	switch typ {
	case tTrue, tFalse: // a field's value is its type
	case tByte:
		t.byte()
	case tI16, tI32, tI64:
		t.uvarint()
	case tDouble:
		t.jump(8)
	case tBinary:
		t.bytes()
	case tUUID:
		t.jump(16)
	case tList, tSet:
		h := t.byte()
		n := uint64(h >> 4)
		if n == 15 {
			n = t.uvarint()
		}
		t.repeat(n, func() { t.element(h&15, depth+1) })
	case tMap:
		n := t.uvarint()
		if n > 0 {
			h := t.byte()
			t.repeat(n, func() { t.element(h>>4, depth+1); t.element(h&15, depth+1) })
		}
	case tStruct:
		t.structure(depth, func(int16, byte) bool { return false })
	default:
		t.fail(corrupt("the metadata has a value of type %d", typ))
	}
}

// element skips a value in a list, where truth has a byte of its own.
func (t *thrift) element(typ byte, depth int) {
	if typ == tTrue || typ == tFalse {
		t.byte()
		return
	}
	t.skip(typ, depth)
}

func (t *thrift) repeat(n uint64, f func()) {
	if n > uint64(len(t.b)-t.pos) {
		t.fail(errShort)
		return
	}
	for i := uint64(0); i < n && t.err == nil; i++ {
		f()
	}
}

func (t *thrift) jump(n int) {
	if n > len(t.b)-t.pos {
		t.fail(errShort)
		return
	}
	t.pos += n
}

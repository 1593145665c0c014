package weights

import (
	"encoding/binary"
	"math"
)

// DType is the storage type of a tensor's elements in a file. In memory every
// tensor is float32.
type DType uint8

// The types that can be read into and written from float32. Reading is exact
// for all three. The zero value is F32.
const (
	F32  DType = iota // IEEE 754 binary32
	F16               // IEEE 754 binary16, rounded to nearest even on writing
	BF16              // the upper half of binary32, rounded to nearest even on writing

	// The format's other types: a file that holds them can be opened and
	// listed, and File.Raw returns their bytes, but they are not converted.
	F64
	I64
	U64
	I32
	U32
	I16
	U16
	I8
	U8
	Bool
	F8E5M2
	F8E4M3
	F8E8M0
	C64
	dtypes
)

// dtypeInfo gives each type its name in the format, the bytes of an element,
// and its rank in the reference implementation's enumeration, which orders
// the tensors of a file: widest alignment first.
var dtypeInfo = [dtypes]struct {
	name string
	size uint64
	rank int
}{
	Bool:   {"BOOL", 1, 0},
	U8:     {"U8", 1, 1},
	I8:     {"I8", 1, 2},
	F8E5M2: {"F8_E5M2", 1, 3},
	F8E4M3: {"F8_E4M3", 1, 4},
	F8E8M0: {"F8_E8M0", 1, 5},
	I16:    {"I16", 2, 6},
	U16:    {"U16", 2, 7},
	F16:    {"F16", 2, 8},
	BF16:   {"BF16", 2, 9},
	I32:    {"I32", 4, 10},
	U32:    {"U32", 4, 11},
	F32:    {"F32", 4, 12},
	C64:    {"C64", 8, 13},
	F64:    {"F64", 8, 14},
	I64:    {"I64", 8, 15},
	U64:    {"U64", 8, 16},
}

var dtypeByName = func() map[string]DType {
	m := make(map[string]DType, dtypes)
	for d, info := range dtypeInfo {
		m[info.name] = DType(d)
	}
	return m
}()

// String returns the type's name in the format, such as "BF16".
func (d DType) String() string {
	if d >= dtypes {
		return "unknown"
	}
	return dtypeInfo[d].name
}

// Size returns the bytes that one element takes in a file.
func (d DType) Size() int {
	if d >= dtypes {
		return 0
	}
	return int(dtypeInfo[d].size)
}

// float reports whether values of the type convert to and from float32.
func (d DType) float() bool { return d <= BF16 }

// Round rounds float32 values in place to those that the type can hold, as
// storing and reading them does. It returns the index of the first finite one
// that the type cannot hold, or -1; those from there on are then as they were.
func (d DType) Round(x []float32) int {
	const block = 1 << 12
	buffer := make([]byte, block*d.Size())
	for at := 0; at < len(x); at += block {
		part := x[at:min(at+block, len(x))]
		if i := encode(d, buffer, part); i >= 0 {
			return at + i
		}
		decode(d, part, buffer[:len(part)*d.Size()])
	}
	return -1
}

// decode converts len(dst) stored elements to float32. src holds at least
// len(dst) elements of a type for which d.float() is true. F16, what embedded
// models are stored in, is read four at a time.
func decode(d DType, dst []float32, src []byte) {
	switch d {
	case F32:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		}
	case F16:
		for ; len(dst) >= 4; dst, src = dst[4:], src[8:] {
			w := binary.LittleEndian.Uint64(src)
			dst[3] = fromF16(uint16(w >> 48))
			dst[2] = fromF16(uint16(w >> 32))
			dst[1] = fromF16(uint16(w >> 16))
			dst[0] = fromF16(uint16(w))
		}
		for i := range dst {
			dst[i] = fromF16(binary.LittleEndian.Uint16(src[2*i:]))
		}
	case BF16:
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
		}
	}
}

// encode is the inverse of decode. It returns the index of the first finite
// value that rounds to infinity, or -1.
func encode(d DType, dst []byte, src []float32) int {
	over := -1
	switch d {
	case F32:
		for i, x := range src {
			binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(x))
		}
	case F16:
		for i, x := range src {
			h := toF16(x)
			if h&0x7fff == 0x7c00 && over < 0 && !math.IsInf(float64(x), 0) {
				over = i
			}
			binary.LittleEndian.PutUint16(dst[2*i:], h)
		}
	case BF16:
		for i, x := range src {
			h := toBF16(x)
			if h&0x7fff == 0x7f80 && over < 0 && !math.IsInf(float64(x), 0) {
				over = i
			}
			binary.LittleEndian.PutUint16(dst[2*i:], h)
		}
	}
	return over
}

// fromF16 converts binary16 to float32, which holds every value of it. Placed
// into float32's fields, exponent and mantissa are too small by 2^(127-15),
// subnormals included, and the product is exact.
func fromF16(h uint16) float32 {
	b := uint32(h&0x7fff) << 13
	m := math.Float32bits(math.Float32frombits(b) * 0x1p112)
	if b >= 31<<23 { // infinity and NaN keep their payload
		m = b | 0x7f800000
	}
	return math.Float32frombits(m | uint32(h&0x8000)<<16)
}

// toF16 rounds to the nearest binary16, ties to even; values that round past
// 65504 become infinite.
func toF16(x float32) uint16 {
	b := math.Float32bits(x)
	sign := uint16(b >> 16 & 0x8000)
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000: // NaN stays one, even when the bits that say so are cut off
		return sign | 0x7e00 | uint16(b>>13&0x3ff)
	case b >= 0x47800000: // 2^16 and above
		return sign | 0x7c00
	case b < 0x38800000: // below 2^-14 the grid is 2^-24: adding 0.5 rounds to it
		return sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-0x3f000000)
	}
	b += 0xfff + b>>13&1 // to nearest, ties to even; a carry moves the exponent
	return sign | uint16((b-(127-15)<<23)>>13)
}

// toBF16 rounds to the nearest bfloat16, ties to even.
func toBF16(x float32) uint16 {
	b := math.Float32bits(x)
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

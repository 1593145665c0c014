package parquet

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// logical is what the values of a physical type stand for.
type logical int8

const (
	none logical = iota
	decimals
	dates
	times
	timestamps
	halfs
	uuids
	nulls
)

// logicalType reads a LogicalType, a union whose field's number is the type.
func (t *thrift) logicalType(e *element) {
	t.fields(func(id int16, typ byte) bool {
		switch id {
		case 5: // DECIMAL: scale, precision
			e.logical = decimals
			t.fields(func(id int16, typ byte) bool {
				if id == 1 && typ == tI32 {
					e.scale = int(t.i32())
					return true
				}
				return false
			})
			return true
		case 6:
			e.logical = dates
		case 7, 8: // TIME, TIMESTAMP: isAdjustedToUTC, unit
			if e.logical = times; id == 8 {
				e.logical = timestamps
			}
			t.fields(func(id int16, typ byte) bool {
				switch {
				case id == 1:
					e.utc = typ == tTrue
				case id == 2 && typ == tStruct:
					t.fields(func(id int16, typ byte) bool {
						e.unit = [4]int64{0, 1e3, 1e6, 1e9}[max(0, min(id, 3))]
						return false
					})
					return true
				}
				return false
			})
			return true
		case 10: // INTEGER: bit width, isSigned
			t.fields(func(id int16, typ byte) bool {
				if id == 2 {
					e.unsigned = typ == tFalse
				}
				return false
			})
			return true
		case 11:
			e.logical = nulls
		case 13:
			e.problem = "holds BSON"
		case 14:
			e.logical = uuids
		case 15:
			e.logical = halfs
		case 16, 17, 18:
			e.problem = "holds variants or shapes"
		}
		return false
	})
}

// convertedType understands the older form of the logical type.
func (e *element) convertedType(converted int32) {
	switch converted {
	case 5:
		e.logical = decimals
	case 6:
		e.logical = dates
	case 7, 8:
		e.logical, e.unit = times, 1e3
		if converted == 8 {
			e.unit = 1e6
		}
	case 9, 10:
		e.logical, e.unit, e.utc = timestamps, 1e3, true
		if converted == 10 {
			e.unit = 1e6
		}
	case 11, 12, 13, 14:
		e.unsigned = true
	case 20:
		e.problem = "holds BSON"
	case 21:
		e.problem = "holds intervals"
	}
}

// settle checks that the logical type fits the physical one, and says of one that
// does not that the column cannot be read.
func (c *column) settle() {
	fits := true
	switch c.logical {
	case decimals:
		fits = c.kind == int32s || c.kind == int64s || c.kind == byteArray || c.kind == fixedByteArray && c.length <= 64
		fits = fits && c.scale >= 0 && c.scale <= 100
	case dates:
		fits = c.kind == int32s
	case times, timestamps:
		fits = (c.kind == int64s || c.kind == int32s && c.logical == times) && c.unit > 0
	case halfs:
		fits = c.kind == fixedByteArray && c.length == 2
	case uuids:
		fits = c.kind == fixedByteArray && c.length == 16
	}
	if !fits && c.problem == "" {
		c.problem = "is of a logical type that " + c.kind.String() + " cannot hold"
	}
}

// whole writes an integer of a logical type.
func (c *column) whole(v int64) string {
	switch c.logical {
	case decimals:
		return point(strconv.FormatInt(v, 10), c.scale)
	case dates:
		return day(v)
	case times:
		text := time.Unix(v/c.unit, v%c.unit*(1e9/c.unit)).UTC().Format("15:04:05.999999999")
		if v < 0 || v >= 24*60*60*c.unit {
			return strconv.FormatInt(v, 10) // no time of any day
		}
		return text
	case timestamps:
		seconds, rest := v/c.unit, v%c.unit
		if rest < 0 {
			seconds, rest = seconds-1, rest+c.unit
		}
		return c.instant(seconds, rest*(1e9/c.unit))
	}
	return strconv.FormatInt(v, 10)
}

// day writes days since 1970.
func day(v int64) string { return time.Unix(v*86400, 0).UTC().Format("2006-01-02") }

// instant writes a timestamp, with a Z where it is in UTC.
func (c *column) instant(seconds, nanos int64) string {
	layout := "2006-01-02T15:04:05.999999999"
	if c.utc {
		layout += "Z"
	}
	return time.Unix(seconds, nanos).UTC().Format(layout)
}

// int96 writes the timestamp of Impala and of older Sparks: nanoseconds of the day,
// then the Julian day.
func (c *column) int96(b []byte) string {
	nanos, julian := int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint32(b[8:]))
	return c.instant((julian-2440588)*86400+nanos/1e9, nanos%1e9)
}

// bytes writes a value of bytes. Those of big-endian decimals are in two's
// complement.
func (c *column) bytes(v string) string {
	switch c.logical {
	case decimals:
		if len(v) > 64 {
			return v // no writer's: it will not read as a number
		}
		x := new(big.Int).SetBytes([]byte(v))
		if len(v) > 0 && v[0]&0x80 != 0 {
			x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(8*len(v))))
		}
		return point(x.String(), c.scale)
	case halfs:
		return strconv.FormatFloat(float64(half(binary.LittleEndian.Uint16([]byte(v)))), 'g', -1, 32)
	case uuids:
		const digits = "0123456789abcdef"
		var b strings.Builder
		for i := range len(v) {
			if i == 4 || i == 6 || i == 8 || i == 10 {
				b.WriteByte('-')
			}
			b.WriteByte(digits[v[i]>>4])
			b.WriteByte(digits[v[i]&15])
		}
		return b.String()
	}
	return v
}

// point puts a decimal point before the last scale digits, and drops zeros at the
// end.
func point(digits string, scale int) string {
	if scale == 0 {
		return digits
	}
	digits, negative := strings.CutPrefix(digits, "-")
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	at := len(digits) - scale
	text := strings.TrimRight(strings.TrimRight(digits[at:], "0"), ".")
	if text != "" {
		text = "." + text
	}
	if text = digits[:at] + text; negative {
		text = "-" + text
	}
	return text
}

// half returns the value of an IEEE 754 binary16.
func half(b uint16) float32 {
	sign, exponent, fraction := uint32(b>>15)<<31, uint32(b>>10&31), uint32(b&1023)
	switch exponent {
	case 0: // zero, or subnormal
		x := float32(fraction) * 0x1p-24
		if sign != 0 {
			return -x
		}
		return x
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

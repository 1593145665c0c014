package corpus

import (
	"encoding/binary"
	"io"
	"math"
)

// encodeMarks writes nothing for texts of one label each; else a byte that says the
// kind, and of several labels the size of each set in 32 bits, then their labels, of
// numbers float64s.
func encodeMarks(w io.Writer, c *Corpus) error {
	var data []byte
	switch c.Kind() {
	case Several:
		data = append(data, 's')
		for _, set := range c.Sets {
			data = binary.LittleEndian.AppendUint32(data, uint32(len(set)))
		}
		for _, set := range c.Sets {
			for _, l := range set {
				data = binary.LittleEndian.AppendUint32(data, uint32(l))
			}
		}
	case Number:
		data = append(data, 'n')
		for _, v := range c.Values {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
		}
	}
	_, err := w.Write(data)
	return err
}

// decodeMarks reads what encodeMarks wrote of the texts of c.
func decodeMarks(data []byte, c *Corpus) bool {
	if len(data) == 0 {
		return true
	}
	kind, data, n := data[0], data[1:], len(c.Texts)
	switch {
	case kind == 'n' && len(data) == 8*n:
		c.Values = make([]float64, n)
		for i := range c.Values {
			c.Values[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		}
		return true
	case kind == 's' && len(data) >= 4*n && len(data)%4 == 0:
		c.Sets = make([][]int32, n)
		rest := data[4*n:]
		for i := range c.Sets {
			size := binary.LittleEndian.Uint32(data[4*i:])
			if int64(4*int64(size)) > int64(len(rest)) {
				return false
			}
			c.Sets[i] = make([]int32, size)
			for k := range c.Sets[i] {
				c.Sets[i][k] = int32(binary.LittleEndian.Uint32(rest[4*k:]))
			}
			rest = rest[4*size:]
		}
		return len(rest) == 0
	}
	return false
}

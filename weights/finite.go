package weights

import (
	"encoding/binary"
	"fmt"
	"math"
)

// CheckFinite returns an error that names the first tensor that holds NaN or
// an infinity.
func CheckFinite(tensors []Tensor) error {
	for _, t := range tensors {
		for i, v := range t.Data {
			if math.Float32bits(v)&0x7f800000 == 0x7f800000 {
				return fmt.Errorf("weights: %w: tensor %.200q: element %d is %v", ErrNotFinite, t.Name, i, v)
			}
		}
	}
	return nil
}

// CheckFinite is the function of the same name for a file's tensors, without
// converting them. Tensors of types that cannot be read are passed over.
func (f *File) CheckFinite() error {
	if err := f.checkFinite(); err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	return nil
}

func (f *File) checkFinite() error {
	for _, info := range f.infos {
		if !info.DType.float() {
			continue
		}
		size := int64(info.DType.Size())
		err := f.bytes(info, func(at int64, b []byte) error {
			i := notFinite(info.DType, b)
			if i < 0 {
				return nil
			}
			var v [1]float32
			decode(info.DType, v[:], b[int64(i)*size:])
			return fmt.Errorf("%w: tensor %.200q: element %d is %v", ErrNotFinite, info.Name, at/size+int64(i), v[0])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// notFinite returns the first element of b whose exponent is all ones, or -1.
// Eight bytes at a time: with everything but the exponents masked off, adding
// one to each exponent reaches the sign's bit only from all ones, and never
// carries into the next element.
func notFinite(d DType, b []byte) int {
	var exponent, one, sign uint64
	switch d {
	case F32:
		exponent, one, sign = 0x7f800000_7f800000, 0x00800000_00800000, 0x80000000_80000000
	case F16:
		exponent, one, sign = 0x7c00_7c00_7c00_7c00, 0x0400_0400_0400_0400, 0x8000_8000_8000_8000
	case BF16:
		exponent, one, sign = 0x7f80_7f80_7f80_7f80, 0x0080_0080_0080_0080, 0x8000_8000_8000_8000
	}
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if (binary.LittleEndian.Uint64(b[i:])&exponent+one)&sign != 0 {
			break
		}
	}
	size := d.Size()
	for ; i+size <= len(b); i += size {
		var word [8]byte // a lone element; zeros are finite
		copy(word[:], b[i:i+size])
		if (binary.LittleEndian.Uint64(word[:])&exponent+one)&sign != 0 {
			return i / size
		}
	}
	return -1
}

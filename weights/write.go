package weights

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Tensor is a named array of float32 values in row-major order.
type Tensor struct {
	Name  string    // PyTorch's state_dict name, such as "fc.weight"
	Shape []int     // empty for a scalar
	DType DType     // how the values are stored: F32, F16 or BF16
	Data  []float32 // as many values as the product of Shape

	// Raw is the values as they lie in a file, little-endian, instead of Data:
	// of a tensor of any type.
	Raw []byte
}

const (
	metadataKey   = "__metadata__"
	headerAlign   = 8           // the values start at a multiple of it
	maxHeader     = 100_000_000 // the reference implementation's limit
	maxDimensions = 64          // PyTorch's limit; hostile headers stop here
	chunk         = 1 << 16     // bytes converted at a time
)

// Write writes tensors and metadata (which may be nil) as a safetensors file.
// The same arguments give the same bytes, and the reference implementation
// gives them too: tensors are ordered by type, widest first, then by name, and
// the header is padded with spaces to a multiple of eight bytes. Metadata is
// ordered by key. A finite value that a narrower type cannot hold is an error;
// NaN and infinities are written as they are (see [CheckFinite]).
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	if err := write(w, tensors, metadata); err != nil {
		return fmt.Errorf("weights: write: %w", err)
	}
	return nil
}

// New encodes tensors and metadata and opens the result.
func New(tensors []Tensor, metadata map[string]string) (*File, error) {
	var b bytes.Buffer
	size := 8 + 1024
	for _, t := range tensors {
		size += 128 + len(t.Raw) + len(t.Data)*t.DType.Size()
	}
	b.Grow(size)
	if err := Write(&b, tensors, metadata); err != nil {
		return nil, err
	}
	return Read(b.Bytes())
}

func write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	sorted := slices.Clone(tensors)
	slices.SortStableFunc(sorted, func(a, b Tensor) int {
		// Types that cannot be written are refused below.
		if a.DType < dtypes && b.DType < dtypes && a.DType != b.DType {
			return cmp.Compare(dtypeInfo[b.DType].rank, dtypeInfo[a.DType].rank)
		}
		return cmp.Compare(a.Name, b.Name)
	})
	header, err := makeHeader(sorted, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	buf := make([]byte, chunk)
	for _, t := range sorted {
		if t.Raw != nil {
			if _, err := w.Write(t.Raw); err != nil {
				return err
			}
			continue
		}
		per := chunk / t.DType.Size()
		for at := 0; at < len(t.Data); at += per {
			part := t.Data[at:min(at+per, len(t.Data))]
			if i := encode(t.DType, buf, part); i >= 0 {
				return fmt.Errorf("%w: tensor %.200q: element %d is %v, which %v cannot hold",
					ErrRange, t.Name, at+i, part[i], t.DType)
			}
			if _, err := w.Write(buf[:len(part)*t.DType.Size()]); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeHeader returns the length, the JSON and its padding.
func makeHeader(sorted []Tensor, metadata map[string]string) ([]byte, error) {
	b := append(make([]byte, 8, 1024), '{')
	if len(metadata) > 0 {
		b = append(appendString(b, metadataKey), ":{"...)
		for i, key := range slices.Sorted(maps.Keys(metadata)) {
			if !utf8.ValidString(key) || !utf8.ValidString(metadata[key]) {
				return nil, fmt.Errorf("metadata %.200q: not UTF-8", key)
			}
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(append(appendString(b, key), ':'), metadata[key])
		}
		b = append(b, '}')
	}
	seen := make(map[string]bool, len(sorted))
	offset := uint64(0)
	for _, t := range sorted {
		size, err := checkTensor(t)
		if err != nil {
			return nil, err
		}
		if seen[t.Name] {
			return nil, fmt.Errorf("tensor %.200q: given twice", t.Name)
		}
		seen[t.Name] = true
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(appendString(b, t.Name), `:{"dtype":"`...)
		b = append(append(b, t.DType.String()...), `","shape":[`...)
		for i, d := range t.Shape {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, int64(d), 10)
		}
		b = append(b, `],"data_offsets":[`...)
		b = append(strconv.AppendUint(b, offset, 10), ',')
		offset += size
		b = append(strconv.AppendUint(b, offset, 10), "]}"...)
	}
	b = append(b, '}')
	for len(b)%headerAlign != 0 {
		b = append(b, ' ')
	}
	if len(b)-8 > maxHeader {
		return nil, fmt.Errorf("header of %d bytes, the format allows %d", len(b)-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(b, uint64(len(b)-8))
	return b, nil
}

// checkTensor returns the bytes that the tensor will take.
func checkTensor(t Tensor) (uint64, error) {
	switch {
	case !utf8.ValidString(t.Name):
		return 0, fmt.Errorf("tensor %.200q: name is not UTF-8", t.Name)
	case t.Name == "" || t.Name == metadataKey:
		return 0, fmt.Errorf("tensor %.200q: the format reserves this name", t.Name)
	case t.DType >= dtypes:
		return 0, fmt.Errorf("%w: tensor %.200q: cannot write %v, expected a type of the format", ErrDType, t.Name, t.DType)
	case !t.DType.float() && t.Raw == nil:
		return 0, fmt.Errorf("%w: tensor %.200q: cannot write %v, expected F32, F16 or BF16, or the values as bytes", ErrDType, t.Name, t.DType)
	case t.Raw != nil && t.Data != nil:
		return 0, fmt.Errorf("tensor %.200q: values are given twice", t.Name)
	case len(t.Shape) > maxDimensions:
		return 0, fmt.Errorf("%w: tensor %.200q: %d dimensions, expected at most %d", ErrShape, t.Name, len(t.Shape), maxDimensions)
	}
	n, size, ok := volume(t.Shape, t.DType)
	if !ok {
		return 0, fmt.Errorf("%w: tensor %.200q: %v is no shape", ErrShape, t.Name, t.Shape)
	}
	have := len(t.Data)
	if t.Raw != nil {
		have = len(t.Raw) / t.DType.Size()
		if len(t.Raw)%t.DType.Size() != 0 {
			return 0, fmt.Errorf("%w: tensor %.200q: %d bytes are no whole %v", ErrShape, t.Name, len(t.Raw), t.DType)
		}
	}
	if n != uint64(have) {
		return 0, fmt.Errorf("%w: tensor %.200q: %d values, expected %d for %v", ErrShape, t.Name, have, n, t.Shape)
	}
	return size, nil
}

// volume returns the elements and bytes of a shape. It is false for negative
// dimensions and where the product overflows, even if another dimension is 0.
func volume(shape []int, d DType) (n, size uint64, ok bool) {
	product, zero := uint64(1), false
	for _, dim := range shape {
		if dim < 0 {
			return 0, 0, false
		}
		if dim == 0 {
			zero = true
			continue
		}
		hi, lo := bits.Mul64(product, uint64(dim))
		if hi != 0 {
			return 0, 0, false
		}
		product = lo
	}
	hi, size := bits.Mul64(product, dtypeInfo[d].size)
	if hi != 0 || size > math.MaxInt {
		return 0, 0, false
	}
	if zero {
		return 0, 0, true
	}
	return product, size, true
}

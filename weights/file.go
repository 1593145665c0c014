package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Tensor reads one tensor.
func (f *File) Tensor(name string) (Tensor, error) {
	i, ok := f.index[name]
	if !ok {
		return Tensor{}, fmt.Errorf("weights: %w %.200q", ErrMissing, name)
	}
	info := f.infos[i]
	if !info.DType.float() {
		return Tensor{}, notFloat(info)
	}
	t := Tensor{Name: name, Shape: slices.Clone(info.Shape), DType: info.DType, Data: make([]float32, info.Len())}
	return t, f.values(info, t.Data)
}

// Into reads the tensor called name, which must have the given shape and a
// type that float32 holds exactly, into dst.
func (f *File) Into(name string, shape []int, dst []float32) error {
	i, ok := f.index[name]
	if !ok {
		return fmt.Errorf("weights: %w %.200q, expected %v", ErrMissing, name, shape)
	}
	info := f.infos[i]
	switch {
	case !slices.Equal(info.Shape, shape):
		return fmt.Errorf("weights: %w: tensor %.200q is %v, expected %v", ErrShape, name, info.Shape, shape)
	case !info.DType.float():
		return notFloat(info)
	case len(dst) != info.Len():
		return fmt.Errorf("weights: %w: tensor %.200q has %d values, destination %d", ErrShape, name, info.Len(), len(dst))
	}
	return f.values(info, dst)
}

func notFloat(info Info) error {
	return fmt.Errorf("weights: %w: tensor %.200q is %v, expected F32, F16 or BF16", ErrDType, info.Name, info.DType)
}

// values reads and converts a tensor's elements.
func (f *File) values(info Info, dst []float32) error {
	size := int64(info.DType.Size())
	err := f.bytes(info, func(at int64, b []byte) error {
		decode(info.DType, dst[at/size:at/size+int64(len(b))/size], b)
		return nil
	})
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	return nil
}

// bytes calls visit for a tensor's stored elements: all at once from memory,
// otherwise part by part. at is the first byte's place in the tensor.
func (f *File) bytes(info Info, visit func(at int64, b []byte) error) error {
	if f.data != nil {
		return visit(0, f.data[f.start+info.Begin:f.start+info.End])
	}
	n := info.End - info.Begin
	buf := make([]byte, min(chunk, n))
	for at := int64(0); at < n; at += chunk {
		part := buf[:min(chunk, n-at)]
		if err := readAt(f.r, part, f.start+info.Begin+at); err != nil {
			return fmt.Errorf("tensor %.200q: %w", info.Name, err)
		}
		if err := visit(at, part); err != nil {
			return err
		}
	}
	return nil
}

// WriteTo writes the file's bytes as they were read.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, io.NewSectionReader(f.r, 0, f.size))
}

// Size returns the file's length in bytes.
func (f *File) Size() int64 { return f.size }

// parameters returns the number of values of all tensors but those of type
// U8, which hold bytes, such as a table of n-grams, and no values.
func (f *File) parameters() int64 {
	n := int64(0)
	for _, info := range f.infos {
		if info.DType != U8 {
			n += int64(info.Len())
		}
	}
	return n
}

// Raw returns the bytes of the tensor called name as they lie in the file,
// whatever its type. They must not be changed.
func (f *File) Raw(name string) ([]byte, error) {
	i, ok := f.index[name]
	if !ok {
		return nil, fmt.Errorf("weights: %w %.200q", ErrMissing, name)
	}
	info := f.infos[i]
	if f.data != nil {
		return f.data[f.start+info.Begin : f.start+info.End : f.start+info.End], nil
	}
	out := make([]byte, info.End-info.Begin)
	if n, err := f.r.ReadAt(out, f.start+info.Begin); n < len(out) {
		return nil, fmt.Errorf("weights: tensor %.200q: %w", name, err)
	}
	return out, nil
}

// SHA256 returns the checksum of the file's bytes in hexadecimal.
func (f *File) SHA256() (string, error) {
	h := sha256.New()
	if _, err := f.WriteTo(h); err != nil {
		return "", fmt.Errorf("weights: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// CheckNames returns an error that lists the tensors of want that the file
// lacks and those that it holds beyond want.
func (f *File) CheckNames(want []string) error {
	var missing, extra []string
	for _, name := range want {
		if _, ok := f.index[name]; !ok {
			missing = append(missing, name)
		}
	}
	for _, info := range f.infos {
		if !slices.Contains(want, info.Name) {
			extra = append(extra, info.Name)
		}
	}
	switch {
	case missing != nil && extra != nil:
		return fmt.Errorf("weights: %w %s; %w %s", ErrMissing, list(missing), ErrExtra, list(extra))
	case missing != nil:
		return fmt.Errorf("weights: %w %s", ErrMissing, list(missing))
	case extra != nil:
		return fmt.Errorf("weights: %w %s", ErrExtra, list(extra))
	}
	return nil
}

// list quotes names, and stops where a message would grow out of hand.
func list(names []string) string {
	const most = 8
	quoted := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		quoted = append(quoted, fmt.Sprintf("%.200q", name))
	}
	s := strings.Join(quoted, ", ")
	if len(names) > most {
		s += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return s
}

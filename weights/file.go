package weights

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Tensor reads one tensor.
func (f *File) Tensor(name string) (Tensor, error) {
	i, ok := f.index[name]
	if !ok {
		return Tensor{}, fmt.Errorf("weights: %w %q", ErrMissing, name)
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
		return fmt.Errorf("weights: %w %q, expected %v", ErrMissing, name, shape)
	}
	info := f.infos[i]
	switch {
	case !slices.Equal(info.Shape, shape):
		return fmt.Errorf("weights: %w: tensor %q is %v, expected %v", ErrShape, name, info.Shape, shape)
	case !info.DType.float():
		return notFloat(info)
	case len(dst) != info.Len():
		return fmt.Errorf("weights: %w: tensor %q has %d values, destination %d", ErrShape, name, info.Len(), len(dst))
	}
	return f.values(info, dst)
}

func notFloat(info Info) error {
	return fmt.Errorf("weights: %w: tensor %q is %v, expected F32, F16 or BF16", ErrDType, info.Name, info.DType)
}

// values reads and converts a tensor's elements.
func (f *File) values(info Info, dst []float32) error {
	if f.data != nil {
		decode(info.DType, dst, f.data[f.start+info.Begin:f.start+info.End])
		return nil
	}
	size := info.DType.Size()
	buf := make([]byte, min(chunk, len(dst)*size))
	for at := 0; at < len(dst); at += chunk / size {
		part := dst[at:min(at+chunk/size, len(dst))]
		if err := readAt(f.r, buf[:len(part)*size], f.start+info.Begin+int64(at*size)); err != nil {
			return fmt.Errorf("weights: tensor %q: %w", info.Name, err)
		}
		decode(info.DType, part, buf)
	}
	return nil
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
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	s := strings.Join(quoted, ", ")
	if len(names) > most {
		s += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return s
}

// CheckFinite returns an error that names the first tensor that holds NaN or
// an infinity.
func CheckFinite(tensors []Tensor) error {
	for _, t := range tensors {
		if i := notFinite(t.Data); i >= 0 {
			return fmt.Errorf("weights: %w: tensor %q: element %d is %v", ErrNotFinite, t.Name, i, t.Data[i])
		}
	}
	return nil
}

func notFinite(x []float32) int {
	for i, v := range x {
		if math.Float32bits(v)&0x7f800000 == 0x7f800000 {
			return i
		}
	}
	return -1
}

// CheckFinite is the function of the same name for a file's tensors. Tensors
// that are not of floating point are passed over.
func (f *File) CheckFinite() error {
	buf := make([]float32, chunk/4)
	for _, info := range f.infos {
		if !info.DType.float() {
			continue
		}
		size, n := int64(info.DType.Size()), info.Len()
		for at := 0; at < n; at += len(buf) {
			part := buf[:min(len(buf), n-at)]
			sub := info
			sub.Begin += int64(at) * size
			sub.End = sub.Begin + int64(len(part))*size
			if err := f.values(sub, part); err != nil {
				return err
			}
			if i := notFinite(part); i >= 0 {
				return fmt.Errorf("weights: %w: tensor %q: element %d is %v", ErrNotFinite, info.Name, at+i, part[i])
			}
		}
	}
	return nil
}

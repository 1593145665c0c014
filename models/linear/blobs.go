package linear

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// blobs is an open file whose tensors can be read as bytes.
type blobs struct {
	*weights.File
	infos map[string]weights.Info
}

func readBlobs(f *weights.File) *blobs {
	out := &blobs{File: f, infos: map[string]weights.Info{}}
	for _, info := range f.Tensors() {
		out.infos[info.Name] = info
	}
	return out
}

// dtype returns the type of a tensor, F32 for one that is not there.
func (f *blobs) dtype(name string) weights.DType { return f.infos[name].DType }

// bytes returns a tensor of bytes, which must have n of them unless n is
// negative.
func (f *blobs) bytes(name string, dtype weights.DType, n int) ([]byte, error) {
	info, ok := f.infos[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("linear: %w %q", weights.ErrMissing, name)
	case info.DType != dtype:
		return nil, fmt.Errorf("linear: %w: tensor %q is %v, want %v", weights.ErrDType, name, info.DType, dtype)
	case n >= 0 && info.Len() != n || n < 0 && len(info.Shape) != 1:
		return nil, fmt.Errorf("linear: %w: tensor %q is %v, want %d values", weights.ErrShape, name, info.Shape, n)
	}
	data, err := f.Raw(name)
	if err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	return data, nil
}

// weight reads linear.weight in either of its forms.
func (f *blobs) weight(columns, n int) (*ops.Param, error) {
	// Before memory is taken: the file bounds it.
	info, ok := f.infos[weightName]
	if !ok {
		return nil, fmt.Errorf("linear: %w %q", weights.ErrMissing, weightName)
	}
	if !slices.Equal(info.Shape, []int{columns, n}) {
		return nil, fmt.Errorf("linear: %w: tensor %q is %v, want [%d %d]", weights.ErrShape, weightName, info.Shape, columns, n)
	}
	p := ops.NewParam(weightName, columns, n)
	if info.DType != weights.I8 {
		if err := f.Into(weightName, info.Shape, p.Write()); err != nil {
			return nil, fmt.Errorf("linear: %w", err)
		}
		return p, nil
	}
	scale := make([]float32, n)
	if err := f.Into(scaleName, []int{n}, scale); err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	q, err := f.bytes(weightName, weights.I8, columns*n)
	if err != nil {
		return nil, err
	}
	data := p.Write()
	for i, b := range q {
		v := int32(int8(b))
		data[i] = float32(v*max(v, -v)) * scale[i%n]
	}
	return p, nil
}

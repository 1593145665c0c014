package params

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// ScaleSuffix follows the name of a matrix that is kept as bytes in the name of
// the tensor that holds what its rows are multiplied by.
const ScaleSuffix = ".scale"

// Quantise rounds a row to multiples of a scale from -127 to 127:
// x[i] = float32(q[i]) * scale, the largest being 127 or -127. Rows that have
// been rounded so before keep their values exactly, and products of bytes
// (ops.NewInt8Packs) round weights by the same rule.
func Quantise(q []int8, x []float32) (scale float32) { return kernel.Quantise8(q, x) }

// File8 returns the parameters as a file that keeps the matrices of list as a
// byte for each element and a scale for each row (see Quantise), and everything
// else, with all of plain, in float32.
func File8(list, plain []*ops.Param) (*weights.File, error) {
	var tensors []weights.Tensor
	for i, p := range append(append([]*ops.Param(nil), list...), plain...) {
		shape := p.Shape().Clone()
		if len(shape) != 2 || i >= len(list) {
			tensors = append(tensors, weights.Tensor{Name: p.Name, Shape: shape, Data: p.Data()})
			continue
		}
		rows, width := shape[0], shape[1]
		raw, scales := make([]byte, rows*width), make([]float32, rows)
		q := make([]int8, width)
		for r := range rows {
			scales[r] = Quantise(q, p.Data()[r*width:][:width])
			for i, v := range q {
				raw[r*width+i] = byte(v)
			}
		}
		tensors = append(tensors, weights.Tensor{Name: p.Name, Shape: shape, DType: weights.I8, Raw: raw},
			weights.Tensor{Name: p.Name + ScaleSuffix, Shape: []int{rows}, Data: scales})
	}
	return weights.New(tensors, nil)
}

// Round8 rounds the parameters as File8 and Read8 do.
func Round8(list []*ops.Param) {
	for _, p := range list {
		if len(p.Shape()) != 2 {
			continue
		}
		width := p.Shape()[1]
		q := make([]int8, width)
		data := p.Write()
		for row := data; len(row) > 0; row = row[width:] {
			scale := Quantise(q, row[:width])
			for i, v := range q {
				row[i] = float32(v) * scale
			}
		}
	}
}

// Is8 tells whether a file keeps matrices as bytes.
func Is8(f *weights.File) bool {
	for _, info := range f.Tensors() {
		if info.DType == weights.I8 {
			return true
		}
	}
	return false
}

// CheckCount8 is CheckCount for a file of File8: the scales are not counted.
func CheckCount8(f *weights.File, want int64) error {
	var have, scales int64
	for _, t := range f.Tensors() {
		if t.DType == weights.I8 && len(t.Shape) == 2 {
			scales += int64(t.Shape[0])
		}
		have += int64(t.Len())
	}
	if have-scales != want {
		return fmt.Errorf("the weights are %d numbers, a model of this shape has %d: %w", have-scales, want, weights.ErrShape)
	}
	return nil
}

// Read8 sets the parameters from a file of File8, which must hold exactly them.
func Read8(list, plain []*ops.Param, f *weights.File) error {
	var names []string
	all := append(append([]*ops.Param(nil), list...), plain...)
	for i, p := range all {
		if names = append(names, p.Name); len(p.Shape()) == 2 && i < len(list) {
			names = append(names, p.Name+ScaleSuffix)
		}
	}
	if err := f.CheckNames(names); err != nil {
		return err
	}
	infos := map[string]weights.Info{}
	for _, info := range f.Tensors() {
		infos[info.Name] = info
	}
	for i, p := range all {
		shape := p.Shape()
		if len(shape) != 2 || i >= len(list) {
			if err := f.Into(p.Name, shape, p.Write()); err != nil {
				return err
			}
			continue
		}
		rows, width := shape[0], shape[1]
		info := infos[p.Name]
		if info.DType != weights.I8 {
			return fmt.Errorf("%w: tensor %q is %v, want I8", weights.ErrDType, p.Name, info.DType)
		}
		if len(info.Shape) != 2 || info.Shape[0] != rows || info.Shape[1] != width {
			return fmt.Errorf("%w: tensor %q is %v, want %v", weights.ErrShape, p.Name, info.Shape, shape)
		}
		scales := make([]float32, rows)
		if err := f.Into(p.Name+ScaleSuffix, []int{rows}, scales); err != nil {
			return err
		}
		raw, err := f.Raw(p.Name)
		if err != nil {
			return err
		}
		widen(p.Write(), raw, scales, width)
	}
	return nil
}

// widen multiplies each row of bytes by its scale.
func widen(dst []float32, raw []byte, scales []float32, width int) {
	for r, scale := range scales {
		row, from := dst[r*width:][:width], raw[r*width:][:width]
		for i, b := range from {
			row[i] = float32(int8(b)) * scale
		}
	}
}

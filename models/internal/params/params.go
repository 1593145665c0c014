// Package params is where the parameters of a model meet a safetensors file: stored
// under their names, and read from a file that holds exactly them.
//
// A model reads in three steps, so that a file, not what a config claims, bounds the
// memory that opening takes:
//
//	if err := params.CheckCount(file, config.parameters()); err != nil { ... }
//	m := empty(config) // takes memory
//	if err := params.Read(m.Params(), file); err != nil { ... }
package params

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// File returns the parameters as a file that keeps them in the given type: F16 and
// BF16 halve it and round the weights.
func File(list []*ops.Param, storage weights.DType) (*weights.File, error) {
	tensors := make([]weights.Tensor, len(list))
	for i, p := range list {
		tensors[i] = weights.Tensor{Name: p.Name, Shape: p.Shape().Clone(), DType: storage, Data: p.Data()}
	}
	return weights.New(tensors, nil)
}

// CheckCount reports a file whose tensors have not want elements in all, as
// weights.ErrShape. It comes before memory for so many is taken.
func CheckCount(f *weights.File, want int64) error {
	var have int64
	for _, t := range f.Tensors() {
		have += int64(t.Len())
	}
	if have != want {
		return fmt.Errorf("the weights are %d numbers, a model of this shape has %d: %w", have, want, weights.ErrShape)
	}
	return nil
}

// Read sets the parameters from a file, which must hold exactly them, by name and
// shape: a state_dict saved from PyTorch does. The error names the tensor at fault;
// parameters before it may have been set.
func Read(list []*ops.Param, f *weights.File) error {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.Name
	}
	if err := f.CheckNames(names); err != nil {
		return err
	}
	for _, p := range list {
		if err := f.Into(p.Name, p.Shape(), p.Write()); err != nil {
			return err
		}
	}
	return nil
}

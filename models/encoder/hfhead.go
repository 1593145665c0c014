package encoder

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// maxClasses bounds the classes of a linear layer, far above what texts are
// sorted into.
const maxClasses = 1 << 16

// readHead reads a Dense in a folder as the linear layer of a classifier. One
// that makes other vectors of vectors has no form here.
func (d *Directory) readHead(fsys fs.FS, folder string) error {
	name := path.Join(folder, "config.json")
	data, err := readFile(fsys, name, maxJSON)
	if err != nil {
		return err
	}
	if err := d.checkDense(data); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	name = path.Join(folder, weightsFile)
	if err := d.readDense(fsys, name); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readDense reads the tensors of a Dense. Nothing is allocated for them before
// both are known to be there in the shapes that config.json asks for.
func (d *Directory) readDense(fsys fs.FS, name string) error {
	classes, f := len(d.Classes), d.Config.Hidden
	data, err := readFile(fsys, name, int64(4*classes*(f+1)+maxJSON))
	if err != nil {
		return err
	}
	file, err := weights.Read(data)
	if err != nil {
		return err
	}
	if err := file.CheckNames([]string{denseWeight, denseBias}); err != nil {
		return err
	}
	shapes := map[string][]int{denseWeight: {classes, f}, denseBias: {classes}}
	for _, info := range file.Tensors() {
		if want := shapes[info.Name]; !slices.Equal(info.Shape, want) {
			return fmt.Errorf("%w: tensor %s is %v, want %v", weights.ErrShape, info.Name, info.Shape, want)
		}
	}
	for _, name := range []string{denseWeight, denseBias} {
		t := weights.Tensor{Name: name, Shape: shapes[name]}
		t.Data = make([]float32, classes*max(1, f*(len(t.Shape)-1)))
		if err := file.Into(name, t.Shape, t.Data); err != nil {
			return err
		}
		d.Head = append(d.Head, t)
	}
	return weights.CheckFinite(d.Head)
}

// checkDense checks the config.json of a Dense.
func (d *Directory) checkDense(data []byte) error {
	o, err := parseObject(data)
	if err != nil {
		return err
	}
	c := denseConfig{Bias: true, Activation: "torch.nn.modules.activation.Tanh"} // what silence means
	in, out, residual := sentenceVector, sentenceVector, false
	for _, f := range []struct {
		key string
		v   any
	}{
		{"bias", &c.Bias}, {"activation_function", &c.Activation}, {"in_features", &c.In}, {"out_features", &c.Out},
		{"module_input_name", &in}, {"module_output_name", &out}, {"use_residual", &residual},
	} {
		if err := o.get(f.key, f.v); err != nil {
			return err
		}
	}
	want := denseConfig{d.Config.Hidden, len(d.Classes), true, identity}
	if c != want || in != sentenceVector || out != sentenceVector || residual || c.Out < 2 || c.Out > maxClasses {
		return fmt.Errorf("%w: a Dense %+v from %.80q to %.80q, want a linear layer for the %d classes that id2label of config.json names, %+v from and to %s",
			ErrDirectory, c, in, out, len(d.Classes), want, sentenceVector)
	}
	return nil
}

// sentenceVector is what sentence-transformers calls the vector of a text.
const sentenceVector = "sentence_embedding"

// ClassifierFromDirectory returns the classifier that a directory of Hugging
// Face's holds: one with a Head.
func ClassifierFromDirectory(d *Directory) (*Classifier, error) {
	if d.Head == nil {
		return nil, fmt.Errorf("encoder: %w: no linear layer for classes", ErrDirectory)
	}
	e, err := FromDirectory(d)
	if err != nil {
		return nil, err
	}
	c, err := NewClassifier(e, d.Classes)
	if err != nil {
		return nil, err
	}
	for i, p := range []*ops.Param{c.weight, c.bias} {
		copy(p.Write(), d.Head[i].Data)
	}
	return c, c.SetTemperature(d.Temperature)
}

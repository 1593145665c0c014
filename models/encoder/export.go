package encoder

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// WriteDirectory makes a directory that Hugging Face's transformers (AutoModel,
// AutoTokenizer) and sentence-transformers read, and OpenDirectory: config.json,
// model.safetensors in F32 under the architecture's names, the tokenizer's files,
// the modules that pool and normalise, and a README.md that says what the card
// does. dir must not exist or be empty; it appears whole or not at all. A vector
// of several layers (Settings.Layers) has no form there and is an error.
func (e *Encoder) WriteDirectory(dir string, card weights.Card) error {
	return e.writeDirectory(dir, card, nil)
}

// WriteDirectory is Encoder.WriteDirectory with the linear layer as a Dense of
// sentence-transformers, whose encode then gives the logits. The class names are
// id2label and label2id of config.json, and the temperature its
// classifier_temperature, which OpenDirectory reads and other programs leave.
func (c *Classifier) WriteDirectory(dir string, card weights.Card) error {
	return c.writeDirectory(dir, card, c)
}

// writeDirectory writes the encoder, and the linear layer of c where c is not nil.
func (e *Encoder) writeDirectory(dir string, card weights.Card, c *Classifier) error {
	files, err := e.directoryFiles(card, c)
	if err == nil {
		err = weights.WriteDirAtomic(dir, files)
	}
	if err != nil {
		return fmt.Errorf("encoder: %w", err)
	}
	return nil
}

// contents is files by name, each as what writes it.
type contents map[string]func(io.Writer) error

// directoryFiles returns what writeDirectory writes.
func (e *Encoder) directoryFiles(card weights.Card, c *Classifier) (contents, error) {
	if c != nil && !c.Task().Plain() {
		return nil, fmt.Errorf("sentence-transformers' directories have no form for a layer that answers several labels, a number or pairs; write a .safetensors file")
	}
	if n := e.settings.Layers; n > 1 {
		return nil, fmt.Errorf("the vectors are the states after the last %d layers side by side, which sentence-transformers cannot make, want those of the last alone: fine-tune the encoder, or write a .safetensors file", n)
	}
	config, err := writeHuggingFace(e.network.config, e.tokenizer.Special(), c)
	if err != nil {
		return nil, err
	}
	files := contents{}
	files.json("config.json", config)
	if err := files.tensors(weightsFile, e.network.params, func(name string) string { return native(e.network.config.Architecture, name) }); err != nil {
		return nil, err
	}
	for _, t := range tokenizerFiles(&e.files) {
		if *t.data != nil {
			files.bytes(t.name, *t.data)
		}
	}
	if err := files.modules(e, c); err != nil {
		return nil, err
	}
	files.bytes("README.md", readme(e, c, card))
	return files, nil
}

func (f contents) bytes(name string, data []byte) {
	f[name] = func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// json adds a file of a value, indented for people.
func (f contents) json(name string, v any) {
	f[name] = func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
}

// tensors adds a file of parameters under the names that rename gives them.
func (f contents) tensors(name string, list []*ops.Param, rename func(string) string) error {
	tensors := make([]weights.Tensor, len(list))
	for i, p := range list {
		tensors[i] = weights.Tensor{Name: rename(p.Name), Shape: p.Shape().Clone(), DType: weights.F32, Data: p.Data()}
	}
	if err := weights.CheckFinite(tensors); err != nil { // nobody could read it
		return err
	}
	f[name] = func(w io.Writer) error {
		return weights.Write(w, tensors, map[string]string{"format": "pt"}) // transformers demands it
	}
	return nil
}

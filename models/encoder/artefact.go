package encoder

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/internal/params"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "encoder"

// preprocess is what an artefact says about texts and answers beside the
// tokenizer, whose files it holds as they are.
type preprocess struct {
	Settings
	Temperature float64 `json:"temperature,omitempty"`
	// Kind is what the linear layer answers, empty for one class of each text and
	// for an encoder without one; Thresholds are those of several labels.
	Kind       classify.Kind `json:"kind,omitempty"`
	Thresholds []float64     `json:"thresholds,omitempty"`
}

// kind is Kind of a model with a linear layer, and false where there is none.
func (p preprocess) kind(classes int) (classify.Kind, bool) {
	if p.Kind == "" {
		return classify.OneClass, classes > 0
	}
	return p.Kind, true
}

// named are the files of a tokenizer, under their names in an artefact:
// vocab.txt is taken there.
func named(f *tokenize.SubwordFiles) map[string]*[]byte {
	return map[string]*[]byte{
		"tokenizer.json": &f.Tokenizer, "pieces.txt": &f.Vocab, "vocab.json": &f.VocabJSON, "merges.txt": &f.Merges,
		"tokenizer_config.json": &f.Config, "special_tokens_map.json": &f.Special, "added_tokens.json": &f.Added,
	}
}

// needed drops the files that another stands for; see tokenize.SubwordFiles. Of
// tokenizer.json and a vocab.txt that makes the same tokenizer the second is
// kept, which is half as long and read in a tenth of the time.
func needed(f tokenize.SubwordFiles) tokenize.SubwordFiles {
	if f.Tokenizer != nil && f.Vocab != nil {
		short := f
		short.Tokenizer = nil
		a, err := tokenize.ReadSubword(f)
		if err == nil {
			var b tokenize.Subword
			if b, err = tokenize.ReadSubword(short); err == nil && alike(a, b) {
				f = short
			}
		}
	}
	switch {
	case f.Tokenizer != nil:
		f.Vocab, f.VocabJSON, f.Merges = nil, nil, nil
	case f.Vocab != nil:
		f.VocabJSON, f.Merges = nil, nil
	}
	return f
}

// alike tells whether two tokenizers give every text the same ids. The length of
// texts is the encoder's own.
func alike(a, b tokenize.Subword) bool {
	x, ok := a.(*tokenize.WordPiece)
	y, also := b.(*tokenize.WordPiece)
	if !ok || !also || x.Len() != y.Len() {
		return false
	}
	c, d := x.Config(), y.Config()
	if c.Limit, d.Limit = 0, 0; !reflect.DeepEqual(c, d) {
		return false
	}
	for id := range int32(x.Len()) {
		p, _ := x.Token(id)
		if q, _ := y.Token(id); p != q {
			return false
		}
	}
	return true
}

// Artefact returns everything needed to embed. storage is the type that weights
// are kept in: F32, F16, or I8 for a byte each and a scale for each row.
func (e *Encoder) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	return e.artefact(card, storage, nil, preprocess{Settings: e.settings})
}

// Artefact returns everything needed to predict; see Encoder.Artefact.
func (c *Classifier) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	pre := preprocess{Settings: c.settings, Temperature: c.temperature, Thresholds: c.thresholds}
	if c.kind != classify.OneClass {
		pre.Kind = c.kind
	}
	a, err := c.artefact(card, storage, c.head(), pre)
	if err != nil {
		return nil, err
	}
	a.Classes = c.classes
	return a, nil
}

// head returns the parameters of the linear layer, which I8 leaves as they are.
func (c *Classifier) head() []*ops.Param { return []*ops.Param{c.weight, c.bias} }

func (e *Encoder) artefact(card weights.Card, storage weights.DType, head []*ops.Param, pre preprocess) (*weights.Artefact, error) {
	var file *weights.File
	var err error
	if storage == weights.I8 {
		file, err = params.File8(e.network.params, head)
	} else {
		file, err = params.File(append(append([]*ops.Param(nil), e.network.params...), head...), storage)
	}
	if err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	config, err := json.Marshal(e.network.config)
	if err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	settings, err := json.Marshal(pre)
	if err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	files := needed(e.files)
	a := &weights.Artefact{Model: Kind, Config: config, Preprocess: settings, Weights: file, Card: card, Files: map[string][]byte{}}
	for name, data := range named(&files) {
		if *data != nil {
			a.Files[name] = *data
		}
	}
	return a, nil
}

// FromArtefact returns the encoder that an artefact holds, and the classifier
// around it where it holds one, else nil.
func FromArtefact(a *weights.Artefact) (*Encoder, *Classifier, error) {
	if a.Model != Kind {
		return nil, nil, fmt.Errorf("encoder: artefact of a model %q, want %q", a.Model, Kind)
	}
	config, err := ParseConfig(a.Config)
	if err != nil {
		return nil, nil, err
	}
	var pre preprocess
	if err := weights.UnmarshalStrict(a.Preprocess, &pre); err != nil {
		return nil, nil, fmt.Errorf("encoder: preprocess: %w", err)
	}
	if err := pre.check(config); err != nil {
		return nil, nil, err
	}
	var files tokenize.SubwordFiles
	names := named(&files)
	for name, data := range a.Files {
		to, ok := names[name]
		if !ok {
			return nil, nil, fmt.Errorf("encoder: the artefact holds a file %q, which is none of a tokenizer", name)
		}
		*to = data
	}
	// Before memory is taken: the file bounds what it may be.
	want := config.Parameters()
	kind, headed := pre.kind(len(a.Classes))
	if headed {
		n := max(1, int64(len(a.Classes)))
		want += n * int64(pre.dim(config)+1)
	}
	bytes := params.Is8(a.Weights)
	if bytes {
		err = params.CheckCount8(a.Weights, want)
	} else {
		err = params.CheckCount(a.Weights, want)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("encoder: %w", err)
	}
	n, err := empty(config)
	if err != nil {
		return nil, nil, err
	}
	e, err := NewEncoder(n, files, pre.Settings)
	if err != nil {
		return nil, nil, err
	}
	var head []*ops.Param
	var c *Classifier
	if headed {
		if c, err = NewHead(e, kind, a.Classes); err != nil {
			return nil, nil, err
		}
		if kind == classify.Several || pre.Thresholds != nil {
			if err := c.SetThresholds(pre.Thresholds); err != nil {
				return nil, nil, err
			}
		}
		if pre.Temperature != 0 {
			if err := c.SetTemperature(pre.Temperature); err != nil {
				return nil, nil, err
			}
		}
		head = c.head()
	}
	if bytes {
		err = params.Read8(n.params, head, a.Weights)
	} else {
		err = params.Read(append(append([]*ops.Param(nil), n.params...), head...), a.Weights)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("encoder: %w", err)
	}
	return e, c, nil
}

// Round rounds the network's weights to those that storage keeps; see Artefact.
func (e *Encoder) Round(storage weights.DType) error { return round(e.network.params, storage) }

// RoundHead rounds the linear layer to what storage keeps of it; see Artefact.
func (c *Classifier) RoundHead(storage weights.DType) error {
	if storage == weights.I8 {
		return nil
	}
	return round(c.head(), storage)
}

func round(list []*ops.Param, storage weights.DType) error {
	if storage == weights.I8 {
		params.Round8(list)
		return nil
	}
	for _, p := range list {
		if i := storage.Round(p.Write()); i >= 0 {
			return fmt.Errorf("encoder: %w: tensor %q: element %d is %v, which %v cannot hold", weights.ErrRange, p.Name, i, p.Data()[i], storage)
		}
	}
	return nil
}

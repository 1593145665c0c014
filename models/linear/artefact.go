package linear

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "linear"

// Tensors of an artefact, F features and C logits:
//
//	linear.weight  [F, C]  F32, or I8: q stands for q|q| linear.scale
//	linear.scale   [C]     F32; only with I8
//	linear.bias    [C]     F32
//	idf            [F]     F32; only where the features have such factors
//	ngrams         [bytes] U8; not where features are hashed
const (
	weightName = "linear.weight"
	scaleName  = "linear.scale"
	biasName   = "linear.bias"
	idfName    = "idf"
	ngramsName = "ngrams"
)

// preprocess is what an artefact says about answers.
type preprocess struct {
	Temperature float64 `json:"temperature,omitempty"` // 0 means 1
	// Thresholds are the probabilities from which classes are given, one each, where
	// a text may have several.
	Thresholds []float64 `json:"thresholds,omitempty"`
}

// Artefact returns everything needed to predict. storage is the type that the
// weight is kept in: weights.F32, or weights.I8 for a quarter of the bytes,
// which rounds the root of each coefficient's magnitude to a multiple of 1/127
// of the largest root of its logit. Most coefficients are small, and the roots
// lie closer where they do.
func (c *Classifier) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	f, n := c.weight.Shape()[0], c.weight.Shape()[1]
	var list []weights.Tensor
	switch storage {
	case weights.F32:
		list = append(list, weights.Tensor{Name: weightName, Data: c.weight.Data(), Shape: []int{f, n}})
	case weights.I8:
		q, scale := quantise(c.weight.Data(), n)
		list = append(list, weights.Tensor{Name: weightName, DType: weights.I8, Shape: []int{f, n}, Raw: q}, weights.Tensor{Name: scaleName, Data: scale, Shape: []int{n}})
	default:
		return nil, fmt.Errorf("linear: weights stored as %v, want F32 or I8", storage)
	}
	list = append(list, weights.Tensor{Name: biasName, Data: c.bias.Data(), Shape: []int{n}})
	if v := c.vectorizer.idf; v != nil {
		list = append(list, weights.Tensor{Name: idfName, Data: v, Shape: []int{f}})
	}
	// A text's tokenizer always comes with a vocabulary; hashing leaves it
	// empty.
	vocab, err := tokenize.BuildVocab(func(func(string) bool) {}, tokenize.VocabConfig{Specials: []string{tokenize.UNK}})
	if v := c.vectorizer.ngrams; v != nil {
		var data []byte
		if vocab, data, err = v.encode(); err == nil {
			list = append(list, weights.Tensor{Name: ngramsName, DType: weights.U8, Shape: []int{len(data)}, Raw: data})
		}
	}
	if err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	file, err := weights.New(list, nil)
	if err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	if err := file.CheckFinite(); err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	config, err := json.Marshal(c.config)
	if err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	pre, err := json.Marshal(preprocess{c.temperature, c.thresholds})
	if err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	settings := c.tokenizer.Config()
	return &weights.Artefact{Model: Kind, Config: config, Tokenizer: &settings, Vocab: vocab,
		Classes: slices.Clone(c.classes), Preprocess: pre, Weights: file, Card: card}, nil
}

// quantise returns a number q for each value, and a unit for each column of n,
// so that the value is about unit*q|q|.
func quantise(data []float32, n int) (q []byte, unit []float32) {
	top := make([]float64, n)
	for i, w := range data {
		top[i%n] = max(top[i%n], math.Abs(float64(w)))
	}
	unit = make([]float32, n)
	for k, t := range top {
		unit[k] = float32(t / (127 * 127))
	}
	q = make([]byte, len(data))
	for i, w := range data {
		if t := top[i%n]; t > 0 {
			root := math.RoundToEven(127 * math.Sqrt(math.Abs(float64(w))/t))
			q[i] = byte(int8(math.Copysign(root, float64(w))))
		}
	}
	return q, unit
}

// ParseConfig reads a Config from JSON, refusing unknown fields.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := weights.UnmarshalStrict(data, &c); err != nil {
		return c, fmt.Errorf("linear: config: %w", err)
	}
	return c.filled()
}

// FromArtefact returns the classifier that an artefact holds.
func FromArtefact(a *weights.Artefact) (*Classifier, error) {
	if a.Model != Kind {
		return nil, fmt.Errorf("linear: artefact of a model %q, want %q", a.Model, Kind)
	}
	if a.Tokenizer == nil || a.Vocab == nil {
		return nil, fmt.Errorf("linear: artefact without a tokenizer or vocabulary")
	}
	config, err := ParseConfig(a.Config)
	if err != nil {
		return nil, err
	}
	if err := checkClasses(a.Classes); err != nil {
		return nil, err
	}
	var pre preprocess
	if a.Preprocess != nil {
		if err := weights.UnmarshalStrict(a.Preprocess, &pre); err != nil {
			return nil, fmt.Errorf("linear: preprocess: %w", err)
		}
	}
	f := readBlobs(a.Weights)
	c := &Classifier{temperature: 1, config: config, tokenizer: tokenize.New(*a.Tokenizer), classes: slices.Clone(a.Classes),
		vectorizer: &Vectorizer{cfg: config.Vectorizer}}
	names := []string{weightName, biasName}
	if config.Vectorizer.Hash == 0 {
		names = append(names, ngramsName)
		data, err := f.bytes(ngramsName, weights.U8, -1)
		if err != nil {
			return nil, err
		}
		if c.vectorizer.ngrams, err = decodeNGrams(a.Vocab, data); err != nil {
			return nil, err
		}
		if n := len(c.vectorizer.ngrams.levels); n > config.Vectorizer.MaxN {
			return nil, fmt.Errorf("linear: n-grams of up to %d words, the config has %d", n, config.Vectorizer.MaxN)
		}
	}
	if pre.Temperature != 0 {
		if err := c.SetTemperature(pre.Temperature); err != nil {
			return nil, err
		}
	}
	if config.Several {
		if err := c.SetThresholds(pre.Thresholds); err != nil {
			return nil, err
		}
	} else if pre.Thresholds != nil {
		return nil, fmt.Errorf("linear: preprocess: thresholds of a classifier that gives a text one class")
	}
	columns, n := c.vectorizer.Columns(), config.logits(len(c.classes))
	if c.weight, err = f.weight(columns, n); err != nil {
		return nil, err
	}
	if f.dtype(weightName) == weights.I8 {
		names = append(names, scaleName)
	}
	c.bias = ops.NewParam(biasName, n)
	if err := a.Weights.Into(biasName, []int{n}, c.bias.Write()); err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	if config.Vectorizer.Weighting == TFIDF && !config.Vectorizer.NoIDF {
		names = append(names, idfName)
		c.vectorizer.idf = make([]float32, columns)
		if err := a.Weights.Into(idfName, []int{columns}, c.vectorizer.idf); err != nil {
			return nil, fmt.Errorf("linear: %w", err)
		}
	}
	if err := a.Weights.CheckNames(names); err != nil {
		return nil, fmt.Errorf("linear: %w", err)
	}
	return c, nil
}

// Open reads an artefact in the root of fsys.
func Open(fsys fs.FS) (*Classifier, weights.Card, error) {
	a, err := weights.OpenArtefact(fsys)
	if err != nil {
		return nil, weights.Card{}, fmt.Errorf("linear: %w", err)
	}
	c, err := FromArtefact(a)
	return c, a.Card, err
}

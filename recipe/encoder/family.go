// Package encoder is how the zoo takes over and trains encoders of BERT's
// family: the family of models/encoder.
//
// An encoder was trained by others; [Convert] makes an artefact of it. [Probe]
// learns a linear layer over its vectors, which stay as they are; [Tune] trains
// the encoder with it.
package encoder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Family returns the family of encoders of others. It opens all artefacts of
// encoders, classifiers among them, and directories of Hugging Face's.
func Family() *recipe.Family {
	return &recipe.Family{
		Key:      "encoder",
		New:      func() recipe.Body { return new(Convert) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{minilm(), plain()} },
		Settings: convertSettings(),
		Blank:    func(b recipe.Body) { b.(*Convert).SourceSHA256 = "" },
		Source:   func(recipe.Body) *recipe.Source { return directorySource() },
		Train:    convert,
		Holds:    func(a *weights.Artefact) bool { return a.Model == encoder.Kind },
		Open: func(a *weights.Artefact) (any, error) {
			e, c, err := encoder.FromArtefact(a)
			if err != nil {
				return nil, err
			}
			if c != nil {
				return value(c, a.Card), nil
			}
			return &Encoder{e, a.Card}, nil
		},
		OpenDirectory: openDirectory,
	}
}

// ProbeFamily returns the family of linear classifiers over frozen encoders.
func ProbeFamily() *recipe.Family {
	return &recipe.Family{
		Key:      "probe",
		New:      func() recipe.Body { return new(Probe) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{minilmLinear()} },
		Settings: probeSettings(),
		Blank: func(b recipe.Body) {
			r := b.(*Probe)
			r.BaseSHA256, r.Storage = "", ""
		},
		Source:     func(b recipe.Body) *recipe.Source { return labelledSource(b.(*Probe).Marking) },
		Train:      probe,
		Candidates: probeCandidates,
	}
}

// labelledSource is labelled texts, of which a file must be named.
func labelledSource(m texts.Marking) *recipe.Source {
	s := m.Source()
	s.Missing = func(string) string {
		return "--data FILE is missing: a .csv, .tsv, .jsonl or .parquet file with a column of texts and a column of labels"
	}
	return s
}

// Encoder embeds texts.
type Encoder struct {
	*encoder.Encoder
	card weights.Card
}

// Classifier answers as all classifiers of texts do, and embeds texts.
type Classifier struct {
	*encoder.Classifier
	card weights.Card
}

var (
	_ recipe.Embedder = (*Encoder)(nil)
	_ recipe.Embedder = (*Classifier)(nil)
	_ recipe.Exporter = (*Encoder)(nil)
	_ recipe.Exporter = (*Classifier)(nil)
	_ classify.Scorer = (*Classifier)(nil)
	_ recipe.Int8er   = (*Encoder)(nil)
	_ recipe.Int8er   = (*Classifier)(nil)
	_ classify.Knower = (*Classifier)(nil)
)

// Int8 implements recipe.Int8er.
func (e *Encoder) Int8() any { return &Encoder{e.Encoder.Int8(), e.card} }

// Int8 implements recipe.Int8er.
func (c *Classifier) Int8() any { return &Classifier{c.Classifier.Int8(), c.card} }

// ExportFile implements recipe.Exporter: a directory for transformers and
// sentence-transformers, but for the path of a safetensors file.
func (e *Encoder) ExportFile(path string) error { return export(path, e.card, e.WriteDirectory) }

// ExportFile implements recipe.Exporter, as Encoder.ExportFile does.
func (c *Classifier) ExportFile(path string) error { return export(path, c.card, c.WriteDirectory) }

func export(path string, card weights.Card, write func(string, weights.Card) error) error {
	if strings.EqualFold(filepath.Ext(path), ".safetensors") {
		return recipe.ErrFormat
	}
	return write(path, card)
}

// EmbedTexts implements recipe.Embedder.
func (e *Encoder) EmbedTexts(ctx context.Context, texts []string) ([]recipe.Embedding, error) {
	return embed(ctx, e.Encoder, texts)
}

// EmbedTexts implements recipe.Embedder.
func (c *Classifier) EmbedTexts(ctx context.Context, texts []string) ([]recipe.Embedding, error) {
	return embed(ctx, c.Encoder, texts)
}

func embed(ctx context.Context, e *encoder.Encoder, texts []string) ([]recipe.Embedding, error) {
	all, err := e.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	out := make([]recipe.Embedding, len(all))
	for i, v := range all {
		out[i] = recipe.Embedding(v)
	}
	return out, nil
}

// Known implements classify.Knower, by pieces of words. A tokenizer without a
// piece for what it does not know, such as that of bytes, has a piece for all.
func (c *Classifier) Known(text string) (share float64, ok bool) {
	return knownShare(c.Classifier, text)
}

func knownShare(c *encoder.Classifier, text string) (share float64, ok bool) {
	special := c.Tokenizer().Special()
	ids, _ := c.Encode(text)
	known, all := 0, 0
	for _, id := range ids {
		switch id {
		case special.CLS, special.SEP:
			continue
		case special.UNK:
		default:
			known++
		}
		all++
	}
	return float64(known) / float64(max(1, all)), true
}

// Score implements classify.Scorer.
func (c *Classifier) Score(ctx context.Context, texts []string) (classify.Answers, error) {
	all, err := c.Classifier.PredictAll(ctx, texts)
	if err != nil {
		return classify.Answers{}, err
	}
	logits, lengths := make([][]float64, len(all)), make([]int, len(all))
	for i, p := range all {
		logits[i], lengths[i] = p.Logits, p.Tokens
	}
	return answers(logits, lengths, nil), nil
}

// openDirectory opens a directory of Hugging Face's.
func openDirectory(dir string) (*recipe.Model, bool, error) {
	if !known(dir) {
		return nil, false, nil
	}
	d, err := read(dir)
	if err != nil {
		return nil, true, err
	}
	card := weights.Card{Name: filepath.Base(dir), Task: "text embedding", Parameters: d.Config.Parameters(),
		Description: fmt.Sprintf("an encoder of kind %s in a directory of Hugging Face's", d.Config.Architecture)}
	a := &weights.Artefact{Model: encoder.Kind, Card: card}
	m := &recipe.Model{Artefact: a, Checksum: d.sha256}
	if d.Head == nil {
		e, err := encoder.FromDirectory(d.Directory)
		if err != nil {
			return nil, true, fmt.Errorf("zoo: model: %s: %w", dir, err)
		}
		m.Value = &Encoder{e, card}
		return m, true, nil
	}
	c, err := encoder.ClassifierFromDirectory(d.Directory)
	if err != nil {
		return nil, true, fmt.Errorf("zoo: model: %s: %w", dir, err)
	}
	a.Classes = c.Classes()
	a.Card.Task, a.Card.Parameters = "text classification", card.Parameters+int64(len(a.Classes)*(c.Dim()+1))
	a.Card.Description = fmt.Sprintf("a classifier over an encoder of kind %s in a directory of Hugging Face's", d.Config.Architecture)
	m.Value = &Classifier{c, a.Card}
	return m, true, nil
}

// known tells a directory of Hugging Face's from others.
func known(dir string) bool {
	for _, name := range []string{"modules.json", "config.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			_, err := os.Stat(filepath.Join(dir, weights.CardFile))
			return errors.Is(err, fs.ErrNotExist)
		}
	}
	return false
}

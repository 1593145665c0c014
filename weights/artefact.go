package weights

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Format is the version of the artefact directory that Save writes and
// OpenArtefact reads.
const Format = 1

// The files of an artefact.
const (
	WeightsFile  = "model.safetensors"
	VocabFile    = "vocab.txt"
	ConfigFile   = "config.json"
	CardFile     = "card.json"
	MarkdownFile = "card.md"
)

// What OpenArtefact will read of each file, in bytes.
const (
	MaxWeights int64 = 8 << 30
	MaxVocab   int64 = 64 << 20
	MaxJSON    int64 = 1 << 20
)

// Errors about artefacts that callers may want to tell apart.
var (
	ErrArtefact = errors.New("malformed artefact")
	ErrVersion  = errors.New("unsupported version")
	ErrChecksum = errors.New("file differs from the card")
)

// errNoCard tells a directory that is no artefact from a damaged one.
var errNoCard = errors.New("not the directory of a model")

// Artefact is everything needed to predict with one model. The package's
// documentation specifies the directory that holds it.
type Artefact struct {
	Model      string           // the architecture, such as "lstm"
	Config     json.RawMessage  // the architecture's own configuration: a JSON object
	Tokenizer  *tokenize.Config // nil for a model that takes no text
	Vocab      *tokenize.Vocab  // nil for a model without one
	Classes    []string         // names of the classes in the order of the labels; nil for a regressor
	Preprocess json.RawMessage  // what else happens to an input first: a JSON object, or nil
	Weights    *File            // held in memory, every value finite
	Card       Card

	// Vocabs are further vocabularies by name, such as "source" and "target"
	// of a translator, and Files whatever else the model reads, by the name of
	// the file, such as "tokenizer.json", byte for byte. Names are lower-case
	// letters, digits, '_', '-' and single dots inside. nil: none.
	Vocabs map[string]*tokenize.Vocab
	Files  map[string][]byte
}

// configFile is the content of config.json.
type configFile struct {
	Format     int             `json:"format"`
	Model      string          `json:"model"`
	Config     json.RawMessage `json:"config"`
	Tokenizer  *tokenizerFile  `json:"tokenizer,omitempty"`
	Classes    []string        `json:"classes,omitempty"`
	Preprocess json.RawMessage `json:"preprocess,omitempty"`
}

type tokenizerFile struct {
	Version string          `json:"version"`
	Config  tokenize.Config `json:"config"`
}

// SHA256 returns the checksum of model.safetensors in hexadecimal: the name
// by which a training's result is known.
func (a *Artefact) SHA256() (string, error) {
	if a.Weights == nil {
		return "", fmt.Errorf("weights: %w: no weights", ErrArtefact)
	}
	return a.Weights.SHA256()
}

// checkFormat looks at the version first, because another version may have
// other fields.
func checkFormat(data []byte) error {
	var v struct {
		Format *int `json:"format"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	if v.Format == nil {
		return errors.New(`no "format"`)
	}
	if *v.Format != Format {
		return fmt.Errorf("%w: format %d, this program reads %d", ErrVersion, *v.Format, Format)
	}
	return nil
}

func (a *Artefact) parseConfig(data []byte) error {
	var c configFile
	if err := checkFormat(data); err != nil {
		return err
	}
	if err := UnmarshalStrict(data, &c); err != nil {
		return err
	}
	a.Model, a.Classes = c.Model, c.Classes
	if !nameForm.MatchString(c.Model) {
		return fmt.Errorf("model %.100q, expected lower-case letters, digits, '.', '_' and '-'", c.Model)
	}
	var err error
	if a.Config, err = object("config", c.Config); err != nil {
		return err
	}
	if c.Preprocess != nil {
		if a.Preprocess, err = object("preprocess", c.Preprocess); err != nil {
			return err
		}
	}
	if c.Tokenizer != nil {
		if c.Tokenizer.Version != tokenize.Version {
			return fmt.Errorf("%w: tokenizer %.100q, this program has %q", ErrVersion, c.Tokenizer.Version, tokenize.Version)
		}
		a.Tokenizer = &c.Tokenizer.Config
	}
	seen := map[string]bool{}
	for i, class := range c.Classes {
		if class == "" || seen[class] || checkText(class, "") != nil {
			return fmt.Errorf("classes: class %d is %.100q, expected distinct names", i, class)
		}
		seen[class] = true
	}
	return nil
}

// object returns a JSON object in its shortest form, so that an artefact that
// is read and saved again keeps its bytes.
func object(name string, raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, fmt.Errorf("%s: %.100q, expected a JSON object", name, raw)
	}
	var b bytes.Buffer
	err := json.Compact(&b, raw)
	return b.Bytes(), err
}

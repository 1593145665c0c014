package answer

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// versionDigits are those of the SHA-256 that name a version.
const versionDigits = 12

// LogFile is the file of a training's directory, and of a model in a page without a
// server, that has a line of JSON for each epoch.
const LogFile = "log.jsonl"

// Named is a model that can be asked, under a name.
type Named struct {
	*Model
	Name    string
	SHA256  string            // of the weights
	Version string            // the first twelve digits of it
	Files   string            // what the artefact's files are: two of the same are one model
	Card    *weights.Card     // nil for a model of another program's file
	Log     []json.RawMessage // of the training, an object a line; nil where there is none
}

// NewNamed says how an opened model is asked under a name; log is what its training
// wrote, JSON objects, one a line, or nil.
func NewNamed(name string, m *recipe.Model, log []byte) (*Named, error) {
	n := &Named{Name: name}
	var err error
	if n.Model, err = New(m); err != nil {
		return nil, err
	}
	if n.SHA256, err = m.SHA256(); err != nil {
		return nil, err
	}
	n.Version = n.SHA256[:min(versionDigits, len(n.SHA256))]
	n.Files = n.SHA256
	if m.Artefact != nil {
		card := m.Artefact.Card
		n.Card = &card
		n.Files += fmt.Sprint(card.Files)
	}
	for line := range bytes.Lines(log) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] == '{' && json.Valid(line) {
			n.Log = append(n.Log, json.RawMessage(line))
		}
	}
	return n, nil
}

// Description is what is said of a model.
type Description struct {
	Name     string            `json:"name"`
	Version  string            `json:"version"`
	SHA256   string            `json:"sha256"`
	Kind     string            `json:"kind"`
	Classes  []string          `json:"classes,omitempty"`
	Columns  []string          `json:"columns,omitempty"`
	Pairs    bool              `json:"pairs,omitempty"`
	Inputs   []Tensor          `json:"inputs"`
	Outputs  []Tensor          `json:"outputs"`
	Explains bool              `json:"explains"`
	Card     *weights.Card     `json:"card,omitempty"`
	Log      []json.RawMessage `json:"log,omitempty"`
}

// Describe describes the model, without its card and log unless the whole is wanted.
func (n *Named) Describe(whole bool) Description {
	d := Description{Name: n.Name, Version: n.Version, SHA256: n.SHA256, Kind: n.Kind, Classes: n.Classes, Columns: n.Columns, Pairs: n.Pairs,
		Inputs: n.Inputs, Outputs: n.Outputs, Explains: n.Explains}
	if whole {
		d.Card, d.Log = n.Card, n.Log
	}
	return d
}

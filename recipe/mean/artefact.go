package mean

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// config is Artefact.Config: what the members' artefacts have beside weights,
// vocabularies and files, which stand in the whole under names that begin with
// the member's prefix.
type config struct {
	Members []memberConfig `json:"members"`
}

type memberConfig struct {
	Model      string            `json:"model"`
	Config     json.RawMessage   `json:"config"`
	Tokenizer  *tokenize.Config  `json:"tokenizer,omitempty"`
	Vocab      bool              `json:"vocab,omitempty"` // it has one without a name
	Classes    []string          `json:"classes"`
	Preprocess json.RawMessage   `json:"preprocess,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"` // of its weights
}

// prefix begins the names of what belongs to a member.
func prefix(i int) string { return fmt.Sprintf("member%d.", i) }

// own is the name of a member's vocabulary that has none.
const own = "own"

// pack puts the artefacts of the members into one.
func pack(members []*recipe.Model, classes []string, card weights.Card) (*weights.Artefact, error) {
	a := &weights.Artefact{Model: Kind, Classes: classes, Card: card, Vocabs: map[string]*tokenize.Vocab{}, Files: map[string][]byte{}}
	var c config
	var tensors []weights.Tensor
	for i, m := range members {
		b := m.Artefact
		c.Members = append(c.Members, memberConfig{Model: b.Model, Config: b.Config, Tokenizer: b.Tokenizer, Vocab: b.Vocab != nil,
			Classes: b.Classes, Preprocess: b.Preprocess, Metadata: b.Weights.Metadata()})
		for _, t := range b.Weights.Tensors() {
			raw, err := b.Weights.Raw(t.Name)
			if err != nil {
				return nil, fmt.Errorf("mean: %w", err)
			}
			tensors = append(tensors, weights.Tensor{Name: prefix(i) + t.Name, Shape: t.Shape, DType: t.DType, Raw: raw})
			a.Card.Parameters += int64(t.Len())
		}
		if b.Vocab != nil {
			a.Vocabs[prefix(i)+own] = b.Vocab
		}
		for name, v := range b.Vocabs {
			a.Vocabs[prefix(i)+name] = v
		}
		for name, f := range b.Files {
			a.Files[prefix(i)+name] = f
		}
	}
	var err error
	if a.Config, err = json.Marshal(c); err != nil {
		return nil, fmt.Errorf("mean: %w", err)
	}
	if a.Weights, err = weights.New(tensors, nil); err != nil {
		return nil, fmt.Errorf("mean: %w", err)
	}
	return a, nil
}

// open builds what pack made, each member by the family that holds it.
func open(families recipe.Families, a *weights.Artefact) (*Classifier, error) {
	var c config
	if err := weights.UnmarshalStrict(a.Config, &c); err != nil {
		return nil, fmt.Errorf("mean: config: %w", err)
	}
	if n := len(c.Members); n < least || n > most {
		return nil, fmt.Errorf("mean: config: %d members, want %d to %d", n, least, most)
	}
	members := make([]*recipe.Model, len(c.Members))
	taken := 0
	for i, m := range c.Members {
		if m.Model == Kind {
			return nil, fmt.Errorf("mean: config: member %d is a mean itself, want a model that is none", i)
		}
		b, n, err := unpack(a, m, prefix(i))
		if err != nil {
			return nil, fmt.Errorf("mean: member %d: %w", i, err)
		}
		taken += n
		if members[i], err = families.Open(b); err != nil {
			return nil, fmt.Errorf("mean: member %d: %w", i, err)
		}
	}
	if n := len(a.Weights.Tensors()); taken != n {
		return nil, fmt.Errorf("mean: %d of %d tensors belong to no member: %w", n-taken, n, weights.ErrShape)
	}
	out, err := joined(members)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(out.classes, a.Classes) {
		return nil, fmt.Errorf("mean: the artefact has the classes %q, its members %q", a.Classes, out.classes)
	}
	return out, nil
}

// unpack returns a member's artefact and how many tensors it has.
func unpack(a *weights.Artefact, m memberConfig, prefix string) (*weights.Artefact, int, error) {
	b := &weights.Artefact{Model: m.Model, Config: m.Config, Tokenizer: m.Tokenizer, Classes: m.Classes, Preprocess: m.Preprocess}
	var tensors []weights.Tensor
	for _, t := range a.Weights.Tensors() {
		name, ok := strings.CutPrefix(t.Name, prefix)
		if !ok {
			continue
		}
		raw, err := a.Weights.Raw(t.Name)
		if err != nil {
			return nil, 0, err
		}
		tensors = append(tensors, weights.Tensor{Name: name, Shape: t.Shape, DType: t.DType, Raw: raw})
	}
	for name, v := range a.Vocabs {
		switch rest, ok := strings.CutPrefix(name, prefix); {
		case ok && rest == own && m.Vocab:
			b.Vocab = v
		case ok:
			if b.Vocabs == nil {
				b.Vocabs = map[string]*tokenize.Vocab{}
			}
			b.Vocabs[rest] = v
		}
	}
	if m.Vocab && b.Vocab == nil {
		return nil, 0, fmt.Errorf("no vocabulary %q", prefix+own)
	}
	for name, f := range a.Files {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if b.Files == nil {
				b.Files = map[string][]byte{}
			}
			b.Files[rest] = f
		}
	}
	var err error
	b.Weights, err = weights.New(tensors, m.Metadata)
	return b, len(tensors), err
}

package texts

import (
	"cmp"
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
)

// Marking is the part of a recipe that says what texts of a table are given beside
// one label: it goes into the recipe's JSON as it is. Training copies it from the
// data, so that a card says how the data is read again.
type Marking struct {
	Multi  string `json:"multi,omitempty"`  // the separator of several labels in a cell, or "list"
	Target string `json:"target,omitempty"` // column of the number that texts are given in place of labels
	Pair   string `json:"pair,omitempty"`   // column of the second text that each is read together with
}

// Marking returns how the data is read.
func (t *Set) Marking() Marking { return Marking{t.columns.Multi, t.columns.Score, t.columns.Pair} }

// AsMarked returns m: by it commands find a recipe's Marking.
func (m Marking) AsMarked() Marking { return m }

// LabelsOnly refuses what a recipe of classes and labels cannot read.
func (m Marking) LabelsOnly() error {
	if m.Target != "" || m.Pair != "" {
		return fmt.Errorf("zoo: recipe: numbers (target %q) and pairs of texts (pair %q) are learned by encoders alone: minilm-linear, or zoo finetune minilm: %w", m.Target, m.Pair, recipe.ErrUsage)
	}
	return nil
}

// Source is where labelled texts come from, which are read as m says where the
// configuration does not say otherwise.
func (m Marking) Source() *recipe.Source {
	s := Source()
	open := s.Open
	s.Open = func(path string, c recipe.DataConfig) (recipe.Data, error) {
		c.Multi, c.Score, c.Pair = cmp.Or(c.Multi, m.Multi), cmp.Or(c.Score, m.Target), cmp.Or(c.Pair, m.Pair)
		if c.Score != "" { // a model knows no classes then
			c.Classes = nil
		}
		return open(path, c)
	}
	return s
}

// MultiSetting is the setting of several labels, of a recipe that learns them.
func MultiSetting[B recipe.Body](field func(B) *Marking) recipe.Setting {
	return markingSetting("multi", "several labels of a text in a cell: the separator between them, such as ';', or list (as JSON or Python writes one)",
		"learns one class of each text", func(b B) *string { return &field(b).Multi })
}

// TargetSetting is that of a number in place of labels.
func TargetSetting[B recipe.Body](field func(B) *Marking) recipe.Setting {
	return markingSetting("target", "of a regression: column of the number to predict (guessed where it is not given)",
		"learns classes and no numbers", func(b B) *string { return &field(b).Target })
}

// PairSetting is that of a second text.
func PairSetting[B recipe.Body](field func(B) *Marking) recipe.Setting {
	return markingSetting("pair", "column of a second text, which each text is read together with",
		"reads one text at a time", func(b B) *string { return &field(b).Pair })
}

func markingSetting[B recipe.Body](flag, usage, without string, field func(B) *string) recipe.Setting {
	return recipe.Setting{Flag: flag, Usage: usage, Type: recipe.TextType, Else: without, Free: true, Of: recipe.Text(field, "")}
}

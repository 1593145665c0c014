package recipe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Family is one way of making models. Its functions keep no state.
type Family struct {
	Key string      // of its recipes' JSON
	New func() Body // an empty body

	// Named returns the recipes that have names; nil for none.
	Named func() []Recipe
	// Settings are what flags can change in a recipe, beside the seed and the
	// epochs, in the order in which a card's command gives them.
	Settings []Setting
	// Blank empties what training fills into a body, such as checksums of what
	// it began from: a command says nothing of it. nil: nothing is filled in.
	Blank func(Body)

	// Source says how the data of a recipe is read; nil: it draws its own.
	Source func(Body) *Source
	// Train makes the model of a recipe that has been checked, on data that
	// Source opened, nil where it draws its own. The weights are rounded to the
	// type they are stored as. An error tells why training stopped before its
	// end; the result is valid then too.
	Train func(context.Context, Recipe, Data, Env) (*Model, train.Result, error)

	// Holds tells whether an artefact is a model of this family, and Open
	// builds what it holds, whose capabilities are the interfaces it satisfies.
	// nil where another family opens what this one makes.
	Holds func(*weights.Artefact) bool
	Open  func(*weights.Artefact) (any, error)
	// OpenFile reads a model from a file of other programs and returns its
	// SHA-256; nil where there is no such file.
	OpenFile func(path string) (value any, sha256 string, err error)

	// OpenDirectory opens a model that other programs wrote as a directory; ok is
	// false, and nothing else counts, for a directory that is none of the
	// family's. nil where there is no such directory.
	OpenDirectory func(dir string) (m *Model, ok bool, err error)

	// Candidates returns what this family would try on data, each of another
	// name, nothing for data of another kind; bases are open models to begin
	// from. nil: nothing is proposed.
	Candidates func(ctx context.Context, data Data, bases []Base, e Env) ([]Candidate, error)

	// Join makes of recipes of any families one whose model answers for all of
	// them; nil: this family joins none.
	Join func(members []Recipe) (Recipe, error)

	// Tuning says how this family trains models of others further; nil: it
	// begins from nothing.
	Tuning *Tuning
}

// Tuning is how a family goes on training a model that is there.
type Tuning struct {
	Of    string               // what it can tune, as in "only … can be fine-tuned"
	Tunes func(value any) bool // whether it can
	Base  func(b Body) *string // where a recipe keeps the name of the model it begins from
	// Recipe returns the recipe that tunes a model of which Tunes is true;
	// base is the name or directory that it was opened from.
	Recipe func(m *Model, base string, e Env) (Recipe, error)
	// Plain returns the body that Recipe begins with, before anything of the
	// model is known: what the flags of a card's command are told from.
	Plain func(base string) Body
}

// Families lists the families that a program knows. There is no other list.
type Families []*Family

func (t Families) keys() []string {
	var keys []string
	for _, f := range t {
		keys = append(keys, f.Key)
	}
	return keys
}

// family returns the family of a key, nil where there is none.
func (t Families) family(key string) *Family {
	if i := slices.IndexFunc(t, func(f *Family) bool { return f.Key == key }); i >= 0 {
		return t[i]
	}
	return nil
}

// Check reports the first thing that makes a table useless: a key or a recipe's
// name that two families have, or a function that is missing.
func (t Families) Check() error {
	keys, names := map[string]bool{"": true, "name": true, "about": true}, map[string]bool{}
	for i, f := range t {
		if f == nil {
			return fmt.Errorf("zoo: family %d of the table is nil", i)
		}
		if keys[f.Key] {
			return fmt.Errorf("zoo: family %d of the table has the key %q, want one that no other family and no field of a recipe has", i, f.Key)
		}
		keys[f.Key] = true
		switch u := f.Tuning; {
		case f.New == nil || f.Train == nil:
			return fmt.Errorf("zoo: family %s: New or Train is nil", f.Key)
		case (f.Holds == nil) != (f.Open == nil):
			return fmt.Errorf("zoo: family %s: of Holds and Open one is nil, want both or neither", f.Key)
		case u != nil && (u.Tunes == nil || u.Base == nil || u.Recipe == nil || u.Plain == nil):
			return fmt.Errorf("zoo: family %s: a function of Tuning is nil", f.Key)
		}
		for _, s := range f.Settings {
			if s.Flag == "" || s.Of == nil {
				return fmt.Errorf("zoo: family %s: setting %q: Flag is empty or Of is nil", f.Key, s.Flag)
			}
		}
		for _, r := range f.named() {
			if names[r.Name] {
				return fmt.Errorf("zoo: family %s: recipe %q has the name of another", f.Key, r.Name)
			}
			names[r.Name] = true
		}
	}
	return nil
}

// Named returns the recipes that have names.
func (t Families) Named() []Recipe {
	var all []Recipe
	for _, f := range t {
		all = append(all, f.named()...)
	}
	return all
}

// named returns the named recipes of the family.
func (f *Family) named() []Recipe {
	if f.Named == nil {
		return nil
	}
	all := f.Named()
	for i := range all {
		all[i].Family = f
	}
	return all
}

// Read returns the recipe of the given name, or reads one from a .json file.
func (t Families) Read(name string) (Recipe, error) {
	if err := t.Check(); err != nil {
		return Recipe{}, err
	}
	var names []string
	for _, r := range t.Named() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	if filepath.Ext(name) != ".json" {
		return Recipe{}, fmt.Errorf("zoo: no recipe %q: want %s, or a .json file: %w", name, strings.Join(names, ", "), ErrUsage)
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Recipe{}, fmt.Errorf("zoo: recipe: no file %s: %w", name, ErrUsage)
	}
	if err != nil {
		return Recipe{}, fmt.Errorf("zoo: recipe: %w", err)
	}
	r, err := t.Parse(data)
	if err != nil {
		return Recipe{}, fmt.Errorf("zoo: recipe %s: %w", name, err)
	}
	return r, nil
}

// Open builds what an artefact holds.
func (t Families) Open(a *weights.Artefact) (*Model, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	for _, f := range t {
		if f.Holds == nil || !f.Holds(a) {
			continue
		}
		value, err := f.Open(a)
		if err != nil {
			return nil, err
		}
		return &Model{Artefact: a, Value: value, families: t}, nil
	}
	return nil, fmt.Errorf("zoo: model %q is of a kind that this version does not know; it knows the families %s", a.Model, strings.Join(t.keys(), ", "))
}

// OpenDirectory opens a model that other programs wrote as a directory, nil where
// no family knows it.
func (t Families) OpenDirectory(dir string) (*Model, error) {
	for _, f := range t {
		if f.OpenDirectory == nil {
			continue
		}
		if m, ok, err := f.OpenDirectory(dir); ok {
			if m != nil {
				m.families = t
			}
			return m, err
		}
	}
	return nil, nil
}

// OpenFile reads a model from a file of other programs, and returns its
// SHA-256.
func (t Families) OpenFile(path string) (value any, sha256 string, err error) {
	if err := t.Check(); err != nil {
		return nil, "", err
	}
	var errs []error
	for _, f := range t {
		if f.OpenFile == nil {
			continue
		}
		if value, sha256, err = f.OpenFile(path); err == nil {
			return value, sha256, nil
		}
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		return nil, "", fmt.Errorf("zoo: no family reads files such as %s: %w", path, ErrUsage)
	}
	return nil, "", errors.Join(errs...)
}

// Train runs a recipe on data that its family's Source opened, which may be nil
// for a recipe that draws its own, and returns the model as Save writes it. An
// error tells why training stopped before its end; the result is valid then
// too, and no model is returned.
func (t Families) Train(ctx context.Context, r Recipe, data Data, e Env) (*Model, train.Result, error) {
	if err := t.Check(); err != nil {
		return nil, train.Result{}, err
	}
	if err := r.Check(); err != nil {
		return nil, train.Result{}, err
	}
	if s := r.Source(); s.Open != nil && data == nil {
		return nil, train.Result{}, fmt.Errorf("zoo: recipe %s needs data: %w", r.Name, ErrUsage)
	}
	if err := e.Card.check(); err != nil {
		return nil, train.Result{}, err
	}
	if n, ok := data.(Noter); ok {
		for _, note := range n.Notes(ctx) {
			e.Logf("%s", note)
		}
	}
	m, result, err := r.Family.Train(ctx, r, data, e)
	if err != nil {
		return nil, result, err
	}
	if m.Artefact != nil {
		e.Card.fill(&m.Artefact.Card, data)
	}
	m.families = t
	return m, result, nil
}

// FineTuning returns the recipe that trains a model further, with settings that
// serve as a rule; base is the name or directory that it was opened from.
func (t Families) FineTuning(m *Model, base string, e Env) (Recipe, error) {
	if err := t.Check(); err != nil {
		return Recipe{}, err
	}
	var can []string
	for _, f := range t {
		if f.Tuning == nil {
			continue
		}
		if f.Tuning.Tunes(m.Value) {
			r, err := f.Tuning.Recipe(m, base, e)
			r.Family = f
			return r, err
		}
		can = append(can, f.Tuning.Of)
	}
	if len(can) == 0 {
		return Recipe{}, fmt.Errorf("zoo: fine-tune: no family of %s fine-tunes models: %w", strings.Join(t.keys(), ", "), ErrUsage)
	}
	return Recipe{}, fmt.Errorf("zoo: fine-tune: %s is a model of kind %s; only %s, can be fine-tuned: %w",
		base, m.kind(), strings.Join(can, " or "), ErrUsage)
}

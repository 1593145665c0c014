package recipe

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Candidate is a recipe that a family proposes for data, to be compared with
// others.
type Candidate struct {
	Recipe
	// Name tells candidates apart, such as "tfidf --c 3". Those of one Kind
	// differ in settings alone.
	Name, Kind string
	// Seconds is about what a training on all of the data takes on two cores.
	// It orders candidates, and of two says which is cheaper; how fast the
	// machine is, is measured.
	Seconds float64
	// General tells that it begins from a model that has learned the language from
	// far more texts than any file has, and of every kind.
	General bool
	// Short tells that it trains less than a dearer one of its kind, and is tried
	// only where that one would take too long.
	Short bool
	// Always tells that it is tried however little time there is.
	Always bool
}

// Join makes one recipe of several, by the family that can; ok is false where
// none can.
func (t Families) Join(members []Recipe) (r Recipe, ok bool, err error) {
	for _, f := range t {
		if f.Join == nil {
			continue
		}
		r, err := f.Join(members)
		r.Family = f
		return r, true, err
	}
	return Recipe{}, false, nil
}

// Base is an open model that candidates may begin from.
type Base struct {
	Name  string // by which it was opened
	Model *Model
}

// Candidates asks every family for what suits the data, and returns the
// cheapest first. Families that read other data propose nothing.
func (t Families) Candidates(ctx context.Context, data Data, bases []Base, e Env) ([]Candidate, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	var all []Candidate
	names := map[string]bool{}
	for _, f := range t {
		if f.Candidates == nil {
			continue
		}
		list, err := f.Candidates(ctx, data, bases, e)
		if err != nil {
			return nil, fmt.Errorf("zoo: candidates of family %s: %w", f.Key, err)
		}
		for _, c := range list {
			c.Family = f
			if err := c.Check(); err != nil {
				return nil, fmt.Errorf("zoo: candidate %s of family %s: %w", c.Name, f.Key, err)
			}
			if c.Name == "" || names[c.Name] {
				return nil, fmt.Errorf("zoo: family %s has a candidate of the name %q, want one that no other has", f.Key, c.Name)
			}
			names[c.Name] = true
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(a.Seconds, b.Seconds) })
	return all, nil
}

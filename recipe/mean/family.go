// Package mean is a classifier of texts that joins several: its probabilities
// are the mean of theirs, which is as a rule better than each where they err on
// different texts (Dietterich 2000, Ensemble Methods in Machine Learning).
package mean

import (
	"encoding/json"
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is Artefact.Model of these classifiers.
const Kind = "mean"

// Bounds on the members of a mean.
const (
	least = 2
	most  = 8
)

// Recipe trains each of its members on the same data.
type Recipe struct {
	// Members are recipes as JSON. What training fills into them, it fills in
	// here too.
	Members []json.RawMessage `json:"members"`
	Seed    uint64            `json:"seed"` // unused: each member has its own
}

// SeedPtr implements recipe.Body.
func (r *Recipe) SeedPtr() *uint64 { return &r.Seed }

// BySteps implements recipe.Body: the members are trained one after another.
func (r *Recipe) BySteps() *recipe.Training { return nil }

// Check implements recipe.Body.
func (r *Recipe) Check() error {
	if n := len(r.Members); n < least || n > most {
		return fmt.Errorf("zoo: recipe: a mean of %d members, want %d to %d", n, least, most)
	}
	return nil
}

// Family returns the family of means of models of the table that families
// returns, which may list the family itself.
func Family(families func() recipe.Families) *recipe.Family {
	return &recipe.Family{
		Key: "mean",
		New: func() recipe.Body { return new(Recipe) },
		Source: func(recipe.Body) *recipe.Source {
			s := texts.Source()
			s.Missing = func(string) string {
				return "--data FILE is missing: a .csv, .tsv, .jsonl or .parquet file with a column of texts and a column of labels"
			}
			return s
		},
		Train: trainer(families),
		Holds: func(a *weights.Artefact) bool { return a.Model == Kind },
		Open:  func(a *weights.Artefact) (any, error) { return open(families(), a) },
		Join:  join,
	}
}

// join makes one recipe of several.
func join(members []recipe.Recipe) (recipe.Recipe, error) {
	body := &Recipe{}
	about := "the mean of the probabilities of"
	for i, m := range members {
		text, err := json.Marshal(m)
		if err != nil {
			return recipe.Recipe{}, fmt.Errorf("zoo: recipe: %w", err)
		}
		body.Members = append(body.Members, text)
		if i > 0 {
			about += ","
		}
		about += " " + m.Name
	}
	return recipe.Recipe{Name: Kind, About: about, Body: body}, nil
}

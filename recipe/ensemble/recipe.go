// Package ensemble is how the zoo joins classifiers of texts that come with the
// program: the family of models/ensemble.
package ensemble

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/ensemble"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Recipe fits the weights of an ensemble of pretrained classifiers on texts that it
// holds out.
type Recipe struct {
	Data    string   `json:"data"` // what it was made for
	Members []Member `json:"members"`
	// Validation is the share of the training texts that the weights are fitted on, held
	// out as recipe lstm does with the same seed: those must be texts that a member has
	// not learned from, unless it is refitted.
	Validation float64 `json:"validation"`
	Seed       uint64  `json:"seed"`
}

// Member is a model of the ensemble: a name of the table of pretrained models.
type Member struct {
	Model  string `json:"model"`
	SHA256 string `json:"sha256,omitempty"` // of its weights: filled in, or demanded where it is there
	// Refit has the member's recipe train another model without the texts held out, to
	// answer them in the member's place while weights are fitted: for one that has
	// learned from all texts.
	Refit bool `json:"refit,omitempty"`
}

// SeedPtr implements recipe.Body.
func (r *Recipe) SeedPtr() *uint64 { return &r.Seed }

// BySteps implements recipe.Body: the weights are solved for at once.
func (r *Recipe) BySteps() *recipe.Training { return nil }

// Check implements recipe.Body.
func (r *Recipe) Check() error {
	if n := len(r.Members); n < ensemble.Least || n > ensemble.Most {
		return fmt.Errorf("zoo: recipe: an ensemble of %d members, want %d to %d", n, ensemble.Least, ensemble.Most)
	}
	if !(r.Validation > 0 && r.Validation < 1) {
		return fmt.Errorf("zoo: recipe: validation is %v, want 0 < x < 1: weights are fitted on texts held out", r.Validation)
	}
	return nil
}

// Family returns the family of ensembles of models that open opens; families lists the
// families by whose recipes members are refitted.
func Family(families func() recipe.Families, open func(name string) (*recipe.Model, error)) *recipe.Family {
	return &recipe.Family{
		Key:   "ensemble",
		New:   func() recipe.Body { return new(Recipe) },
		Named: func() []recipe.Recipe { return []recipe.Recipe{imdb()} },
		Blank: func(b recipe.Body) {
			for i := range b.(*Recipe).Members {
				b.(*Recipe).Members[i].SHA256 = ""
			}
		},
		Source: func(recipe.Body) *recipe.Source { return texts.Source() },
		Train:  trainer(families),
		Holds:  func(a *weights.Artefact) bool { return a.Model == ensemble.Kind },
		Open: func(a *weights.Artefact) (any, error) {
			c, err := ensemble.FromArtefact(a, func(name string) (classify.Classifier, string, error) {
				m, err := open(name)
				if err != nil {
					return nil, "", err
				}
				return member(name, m)
			})
			if err != nil {
				return nil, err
			}
			return &Classifier{c}, nil
		},
	}
}

// member returns a model as a classifier and the SHA-256 of its weights.
func member(name string, m *recipe.Model) (classify.Classifier, string, error) {
	if _, nested := m.Value.(*Classifier); nested {
		return nil, "", fmt.Errorf("zoo: %s is an ensemble itself, want a model that is none: %w", name, recipe.ErrUsage)
	}
	c, ok := m.Value.(classify.Classifier)
	if !ok {
		return nil, "", fmt.Errorf("zoo: %s is no classifier of texts: %w", name, recipe.ErrUsage)
	}
	sum, err := m.SHA256()
	return c, sum, err
}

// imdb joins the network and the linear model of IMDB's reviews.
func imdb() recipe.Recipe {
	return recipe.Recipe{
		Name:  "imdb",
		About: "the best that the zoo has for film reviews: lstm-imdb and nbsvm-imdb together, their logits weighted by what reviews held out say",
		Body: &Recipe{
			Data: "IMDB",
			Members: []Member{
				{Model: "lstm-imdb", SHA256: "7588e436133cdcfde7fc44f656b2612d1f64fd7ad4c40ef8abdc644f97d83735"},
				{Model: "nbsvm-imdb", SHA256: "24adcab5834d4608db3f469452b72f10e54d975cf21b3e3a60c4d811efa706c9", Refit: true},
			},
			Validation: 0.05,
			Seed:       1,
		},
	}
}

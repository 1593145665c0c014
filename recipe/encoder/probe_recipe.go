package encoder

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Probe learns a linear layer over the vectors of an encoder that stays as it
// is (a linear probe; Alain and Bengio 2016, arXiv:1610.01644): each text is
// read once, and a solver finds the one minimum in seconds.
type Probe struct {
	// Base is the encoder: a name of the table, or a directory. BaseSHA256 is
	// the checksum of its weights; an empty one is filled in, another demanded.
	Base       string `json:"base"`
	BaseSHA256 string `json:"base_sha256,omitempty"`

	// Layers makes features of the states after so many of the encoder's last
	// layers, side by side; see encoder.Settings. 0: of the vector that the
	// encoder gives.
	Layers int `json:"layers,omitempty"`

	// C are the strengths that are tried, the larger the less is penalised, until
	// two in a row are worse than the best. The
	// one with the least cross-entropy on the rows held out, at the temperature
	// that fits them best, is kept; the layer is then learned from all rows.
	C            []float64 `json:"c"`
	ClassWeights string    `json:"class_weights,omitempty"` // balanced, or none
	Validation   float64   `json:"validation"`              // share of the distinct texts held out, of each class
	// Storage is what the weights are rounded to: F32, F16 or I8; empty: I8 for
	// an encoder that is kept so, else F16. It is filled in.
	Storage string `json:"storage,omitempty"`
	Seed    uint64 `json:"seed"` // of the choice of the rows held out

	texts.Marking // several labels, numbers and pairs, which are read each for itself
}

// SeedPtr implements recipe.Body.
func (r *Probe) SeedPtr() *uint64 { return &r.Seed }

// BySteps implements recipe.Body: a solver finds the weights.
func (r *Probe) BySteps() *recipe.Training { return nil }

// Check implements recipe.Body.
func (r *Probe) Check() error {
	if r.Base == "" {
		return fmt.Errorf("zoo: recipe: base is empty, want the name or directory of an encoder")
	}
	if !(r.Validation >= 0 && r.Validation < 1) {
		return fmt.Errorf("zoo: recipe: validation is %v, want 0 <= x < 1", r.Validation)
	}
	if r.Layers < 0 {
		return fmt.Errorf("zoo: recipe: layers is %d, want 0 or more", r.Layers)
	}
	if r.ClassWeights != "" && r.ClassWeights != balanced {
		return fmt.Errorf("zoo: recipe: class_weights %q, want %s or none", r.ClassWeights, balanced)
	}
	if len(r.C) == 0 || len(r.C) > 1 && r.Validation == 0 {
		return fmt.Errorf("zoo: recipe: c %v with a validation of %v, want one number, or several and rows held out to choose by", r.C, r.Validation)
	}
	for _, c := range r.C {
		if !(c > 0 && c < 1e12) {
			return fmt.Errorf("zoo: recipe: c %v, want positive numbers", r.C)
		}
	}
	_, err := storage(r.Storage, weights.F16)
	return err
}

// minilmLinear is the recipe of that name.
func minilmLinear() recipe.Recipe {
	return recipe.Recipe{
		Name:  "minilm-linear",
		About: "logistic regression on the vectors of a general encoder, which stays as it is: seconds, for any texts of English",
		Body: &Probe{
			Base: "minilm", Layers: 4, C: []float64{0.0001, 0.001, 0.01, 0.1, 1}, Validation: 0.1, Seed: 1,
		},
	}
}

func probeSettings() []recipe.Setting {
	const without = "learns no layer over an encoder"
	marking := func(r *Probe) *texts.Marking { return &r.Marking }
	return []recipe.Setting{
		texts.MultiSetting(marking), texts.TargetSetting(marking), texts.PairSetting(marking),
		{
			Flag: "base", Type: recipe.TextType, Else: without,
			Usage: "encoder that texts are read by: a model or a directory (default: the recipe's)",
			Of:    recipe.Then(recipe.Text(func(r *Probe) *string { return &r.Base }, ""), func(r *Probe) { r.BaseSHA256 = "" }),
		},
		{
			Flag: "class-weights", Type: recipe.TextType, Else: without, Values: []string{balanced},
			Usage: "balanced: rare classes count as much as frequent ones",
			Of:    recipe.Text(func(r *Probe) *string { return &r.ClassWeights }, balanced, "", balanced),
		},
		{
			Flag: "validation", Type: recipe.NumberType, Else: without,
			Usage: "share of the texts held out to choose by and to measure (default: the recipe's)",
			Of: recipe.Then(recipe.Number(func(r *Probe) *float64 { return &r.Validation }, "a share from 0 to 1",
				func(x float64) bool { return x >= 0 && x < 1 }), func(r *Probe) {
				if r.Validation == 0 && len(r.C) > 1 { // nothing to choose by: the middle one
					r.C = r.C[len(r.C)/2:][:1]
				}
			}),
		},
	}
}

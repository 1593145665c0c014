package zoo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// ErrUsage is wrapped by errors that a different command line or argument
// would avoid.
var ErrUsage = errors.New("usage")

// Recipe is everything that decides the weights of a model beside the data:
// the same recipe on the same data gives the same bytes.
type Recipe struct {
	Name     string          `json:"name"`
	About    string          `json:"about"`
	Text     *TextRecipe     `json:"text,omitempty"`     // a classifier of texts that reads words in order
	Linear   *LinearRecipe   `json:"linear,omitempty"`   // a classifier of texts by their n-grams
	Word2Vec *Word2VecRecipe `json:"word2vec,omitempty"` // vectors of words
	Line     *LineRecipe     `json:"line,omitempty"`     // a regressor of points on a line
	Table    *TableRecipe    `json:"table,omitempty"`    // a regressor of the rows of a table
	FineTune *FineTuneRecipe `json:"finetune,omitempty"` // a classifier of texts that begins from another
}

// kinds counts the kinds of recipe that are set, and names all there are.
func (r Recipe) kinds() (set int, names string) {
	var all []string
	for _, k := range []struct {
		name string
		set  bool
	}{
		{"text", r.Text != nil},
		{"linear", r.Linear != nil},
		{"word2vec", r.Word2Vec != nil},
		{"line", r.Line != nil},
		{"table", r.Table != nil},
		{"finetune", r.FineTune != nil},
	} {
		all = append(all, k.name)
		if k.set {
			set++
		}
	}
	return set, strings.Join(all, ", ")
}

// Training is the part of a recipe that every model has that is trained by
// steps of an optimizer.
type Training struct {
	Seed      uint64    `json:"seed"`
	Epochs    int       `json:"epochs"`
	Batch     int       `json:"batch"`
	Optimizer Optimizer `json:"optimizer"`
	Schedule  Schedule  `json:"schedule,omitzero"`
	ClipNorm  float64   `json:"clip_norm,omitempty"`
	Average   Average   `json:"average,omitzero"`
	KeepBest  bool      `json:"keep_best,omitempty"` // return the weights of the best epoch on validation
	Patience  int       `json:"patience,omitempty"`  // stop after so many epochs without improvement
}

// Optimizer names one of package train's optimizers.
type Optimizer struct {
	Kind         string  `json:"kind"` // sgd, adam, adamw
	LearningRate float64 `json:"learning_rate"`
	Momentum     float64 `json:"momentum,omitempty"`
	Nesterov     bool    `json:"nesterov,omitempty"`
	Beta1        float64 `json:"beta1,omitempty"`
	Beta2        float64 `json:"beta2,omitempty"`
	Epsilon      float64 `json:"epsilon,omitempty"`
	WeightDecay  float64 `json:"weight_decay,omitempty"`
	Sparse       string  `json:"sparse,omitempty"` // catch-up (default), dense, lazy
}

// Schedule names one of package train's schedules.
type Schedule struct {
	Kind   string  `json:"kind,omitempty"`    // constant (default), linear, cosine, step
	WarmUp int     `json:"warm_up,omitempty"` // steps
	Every  int     `json:"every,omitempty"`   // steps between decays of kind step
	Gamma  float64 `json:"gamma,omitempty"`
	Floor  float64 `json:"floor,omitempty"` // share of the rate that cosine ends at
}

// Average says whether the weights are averaged over training.
type Average struct {
	Kind  string  `json:"kind,omitempty"` // none (default), uniform, exponential
	Decay float64 `json:"decay,omitempty"`
	After int     `json:"after,omitempty"` // epochs before averaging begins
	Every int     `json:"every,omitempty"` // steps
}

// LineRecipe trains a regressor on y = Slope*x + Intercept.
type LineRecipe struct {
	Sizes     []int   `json:"sizes"`
	Slope     float32 `json:"slope"`
	Intercept float32 `json:"intercept"`
	Steps     int     `json:"steps"` // steps in an epoch
	Training
}

// ReadRecipe returns the recipe of the given name, or reads one from a .json
// file.
func ReadRecipe(name string) (Recipe, error) {
	if r, ok := namedRecipe(name); ok {
		return r, nil
	}
	if filepath.Ext(name) != ".json" {
		var names []string
		for _, r := range Recipes() {
			names = append(names, r.Name)
		}
		return Recipe{}, fmt.Errorf("zoo: no recipe %q: want %s, or a .json file: %w", name, strings.Join(names, ", "), ErrUsage)
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Recipe{}, fmt.Errorf("zoo: recipe: no file %s: %w", name, ErrUsage)
	}
	if err != nil {
		return Recipe{}, fmt.Errorf("zoo: recipe: %w", err)
	}
	r, err := parseRecipe(data)
	if err != nil {
		return Recipe{}, fmt.Errorf("zoo: recipe %s: %w", name, err)
	}
	return r, nil
}

// namedRecipe returns the recipe of the given name.
func namedRecipe(name string) (Recipe, bool) {
	for _, r := range Recipes() {
		if r.Name == name {
			return r, true
		}
	}
	return Recipe{}, false
}

// parseRecipe reads JSON strictly.
func parseRecipe(data []byte) (Recipe, error) {
	var r Recipe
	if err := weights.UnmarshalStrict(data, &r); err != nil {
		return r, err
	}
	if set, names := r.kinds(); set != 1 {
		return r, fmt.Errorf("want exactly one of %s, have %d", names, set)
	}
	return r, nil
}

// Training returns the part of the recipe that every model has that is trained
// by steps of an optimizer, nil where a solver finds the weights.
func (r Recipe) Training() *Training {
	switch {
	case r.Text != nil:
		return &r.Text.Training
	case r.Word2Vec != nil:
		return &r.Word2Vec.Training
	case r.Line != nil:
		return &r.Line.Training
	case r.Table != nil:
		return &r.Table.Training
	case r.FineTune != nil:
		return &r.FineTune.Training
	}
	return nil
}

// Seed returns where the recipe keeps its seed, which every kind has.
func (r Recipe) Seed() *uint64 {
	if r.Linear != nil {
		return &r.Linear.Seed
	}
	return &r.Training().Seed
}

// check reports the first number of a recipe that makes no sense and that
// nobody else would catch.
func (r Recipe) check() error {
	// Found now, not when all the training is done.
	if err := weights.CheckName(r.Name); err != nil {
		return fmt.Errorf("zoo: recipe: %w", err)
	}
	var t Training
	switch {
	case r.Text != nil:
		t = r.Text.Training
		if err := r.Text.check(); err != nil {
			return err
		}
	case r.Linear != nil:
		return r.Linear.check()
	case r.Table != nil:
		t = r.Table.Training
		if err := r.Table.check(); err != nil {
			return err
		}
	case r.Word2Vec != nil:
		t = r.Word2Vec.Training
		if err := r.Word2Vec.check(); err != nil {
			return err
		}
	case r.FineTune != nil:
		t = r.FineTune.Training
		if err := r.FineTune.check(); err != nil {
			return err
		}
	case r.Line != nil:
		t = r.Line.Training
		if s := r.Line.Sizes; r.Line.Steps < 1 || len(s) < 2 || s[0] != 1 || s[len(s)-1] != 1 {
			return fmt.Errorf("zoo: recipe: steps %d and sizes %v, want 1 or more steps and sizes from 1 to 1", r.Line.Steps, s)
		}
	default:
		return fmt.Errorf("zoo: recipe %q is empty", r.Name)
	}
	if t.Batch < 1 || t.Batch > 1<<16 || t.Epochs < 1 {
		return fmt.Errorf("zoo: recipe: batch %d and epochs %d, want a batch of 1 to 65536 and 1 or more epochs", t.Batch, t.Epochs)
	}
	return nil
}

// horizon is a schedule that falls towards the end of the recipe. Its text,
// which the checkpoint keeps, says where that is: a run does not go on towards
// another end.
type horizon struct {
	train.Schedule
	recipe Schedule
	steps  int
}

func (h horizon) String() string {
	text, err := json.Marshal(h.recipe)
	if err != nil { // NaN, which no file holds
		text = fmt.Appendf(nil, "%+v", h.recipe)
	}
	return fmt.Sprintf("%s over %d steps", text, h.steps)
}

// config turns the recipe's names into package train's values. stepsPerEpoch
// converts what is counted in epochs.
func (t Training) config(name string, stepsPerEpoch int, run Run) (train.Config, error) {
	c := train.Config{
		Epochs: t.Epochs, ClipNorm: t.ClipNorm, KeepBest: t.KeepBest, Patience: t.Patience,
		Seed: t.Seed, Recipe: name, Steps: run.Steps, Recorders: run.Recorders,
		Dir: run.Checkpoints, Resume: run.Resume, CheckpointEvery: run.CheckpointEvery,
	}
	var sparse train.SparseRule
	switch t.Optimizer.Sparse {
	case "", "catch-up":
		sparse = train.CatchUp
	case "dense":
		sparse = train.Dense
	case "lazy":
		sparse = train.Lazy
	default:
		return c, fmt.Errorf("zoo: recipe: sparse rule %q, want catch-up, dense or lazy", t.Optimizer.Sparse)
	}
	o := t.Optimizer
	adam := train.Adam{LearningRate: o.LearningRate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon, WeightDecay: o.WeightDecay, Sparse: sparse}
	switch o.Kind {
	case "sgd":
		c.Optimizer = train.SGD{LearningRate: o.LearningRate, Momentum: o.Momentum, Nesterov: o.Nesterov, WeightDecay: o.WeightDecay, Sparse: sparse}
	case "adam":
		c.Optimizer = adam
	case "adamw":
		c.Optimizer = train.AdamW(adam)
	default:
		return c, fmt.Errorf("zoo: recipe: optimizer %q, want sgd, adam or adamw", o.Kind)
	}
	switch s := t.Schedule; s.Kind {
	case "", "constant":
		c.Schedule = train.Constant{}
	case "linear":
		c.Schedule = train.Linear{}
	case "cosine":
		c.Schedule = train.Cosine{Floor: s.Floor}
	case "step":
		c.Schedule = train.StepDecay{Every: s.Every, Gamma: s.Gamma}
	default:
		return c, fmt.Errorf("zoo: recipe: schedule %q, want constant, linear, cosine or step", s.Kind)
	}
	if t.Schedule.WarmUp > 0 {
		c.Schedule = train.WarmUp{Steps: t.Schedule.WarmUp, Then: c.Schedule}
	}
	if k := t.Schedule.Kind; k == "linear" || k == "cosine" {
		c.Schedule = horizon{c.Schedule, t.Schedule, t.Epochs * stepsPerEpoch}
	}
	a := train.Average{Decay: t.Average.Decay, After: t.Average.After * stepsPerEpoch, Every: t.Average.Every}
	switch t.Average.Kind {
	case "", "none":
	case "uniform":
		a.Kind = train.UniformAverage
		c.Average = a
	case "exponential":
		a.Kind = train.ExponentialAverage
		c.Average = a
	default:
		return c, fmt.Errorf("zoo: recipe: average %q, want none, uniform or exponential", t.Average.Kind)
	}
	return c, nil
}

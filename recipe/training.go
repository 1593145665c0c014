package recipe

import (
	"encoding/json"
	"fmt"

	"github.com/gorgonia-zoo/zoo/train"
)

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

// SeedPtr implements Body for what embeds Training.
func (t *Training) SeedPtr() *uint64 { return &t.Seed }

// BySteps implements Body for what embeds Training.
func (t *Training) BySteps() *Training { return t }

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

// Config turns the recipe's names into package train's values. identity is what
// the checkpoint keeps of the recipe and the data, and stepsPerEpoch converts
// what is counted in epochs.
func (t Training) Config(identity string, stepsPerEpoch int, run Run) (train.Config, error) {
	c := train.Config{
		Epochs: t.Epochs, ClipNorm: t.ClipNorm, KeepBest: t.KeepBest, Patience: t.Patience,
		Seed: t.Seed, Recipe: identity, Steps: run.Steps, Recorders: run.Recorders,
		Dir: run.Checkpoints, Resume: run.Resume, CheckpointEvery: run.CheckpointEvery,
	}
	err := run.checkData(identity)
	if err != nil {
		return c, err
	}
	if c.Optimizer, err = t.Optimizer.value(); err != nil {
		return c, err
	}
	if c.Schedule, err = t.Schedule.value(); err != nil {
		return c, err
	}
	if k := t.Schedule.Kind; k == "linear" || k == "cosine" {
		c.Schedule = horizon{c.Schedule, t.Schedule, t.Epochs * stepsPerEpoch}
	}
	c.Average, err = t.Average.value(stepsPerEpoch)
	return c, err
}

func (o Optimizer) value() (train.Optimizer, error) {
	var sparse train.SparseRule
	switch o.Sparse {
	case "", "catch-up":
		sparse = train.CatchUp
	case "dense":
		sparse = train.Dense
	case "lazy":
		sparse = train.Lazy
	default:
		return nil, fmt.Errorf("zoo: recipe: sparse rule %q, want catch-up, dense or lazy", o.Sparse)
	}
	adam := train.Adam{LearningRate: o.LearningRate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon, WeightDecay: o.WeightDecay, Sparse: sparse}
	switch o.Kind {
	case "sgd":
		return train.SGD{LearningRate: o.LearningRate, Momentum: o.Momentum, Nesterov: o.Nesterov, WeightDecay: o.WeightDecay, Sparse: sparse}, nil
	case "adam":
		return adam, nil
	case "adamw":
		return train.AdamW(adam), nil
	}
	return nil, fmt.Errorf("zoo: recipe: optimizer %q, want sgd, adam or adamw", o.Kind)
}

func (s Schedule) value() (train.Schedule, error) {
	var out train.Schedule
	switch s.Kind {
	case "", "constant":
		out = train.Constant{}
	case "linear":
		out = train.Linear{}
	case "cosine":
		out = train.Cosine{Floor: s.Floor}
	case "step":
		out = train.StepDecay{Every: s.Every, Gamma: s.Gamma}
	default:
		return nil, fmt.Errorf("zoo: recipe: schedule %q, want constant, linear, cosine or step", s.Kind)
	}
	if s.WarmUp > 0 {
		out = train.WarmUp{Steps: s.WarmUp, Then: out}
	}
	return out, nil
}

func (a Average) value(stepsPerEpoch int) (train.Average, error) {
	out := train.Average{Decay: a.Decay, After: a.After * stepsPerEpoch, Every: a.Every}
	switch a.Kind {
	case "", "none":
		return train.Average{}, nil
	case "uniform":
		out.Kind = train.UniformAverage
	case "exponential":
		out.Kind = train.ExponentialAverage
	default:
		return out, fmt.Errorf("zoo: recipe: average %q, want none, uniform or exponential", a.Kind)
	}
	return out, nil
}

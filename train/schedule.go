package train

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Schedule scales the optimizer's learning rate over the course of training.
type Schedule interface {
	// Factor returns the multiplier for the step that follows after step
	// steps, of total steps in all; total is 0 where the end is not known. It
	// must depend on nothing else. NaN says that the schedule needs total.
	Factor(step, total int) float64
}

// Constant keeps the learning rate as it is.
type Constant struct{}

// Factor returns 1.
func (Constant) Factor(int, int) float64 { return 1 }

// WarmUp rises linearly over the first Steps steps, 1/Steps at the first and 1
// at the last of them, and then follows Then, which sees only the steps after.
type WarmUp struct {
	Steps int
	Then  Schedule // nil: Constant
}

// Factor implements Schedule.
func (w WarmUp) Factor(step, total int) float64 {
	if step < w.Steps {
		return float64(step+1) / float64(w.Steps)
	}
	if w.Then == nil {
		return 1
	}
	if total > 0 {
		total = max(total-w.Steps, 1)
	}
	return w.Then.Factor(step-w.Steps, total)
}

// Linear falls from 1 at the first step to 0 after the last.
type Linear struct{}

// Factor implements Schedule.
func (Linear) Factor(step, total int) float64 {
	if total <= 0 {
		return math.NaN()
	}
	return max(0, 1-float64(step)/float64(total))
}

// Cosine falls from 1 to Floor along half a cosine, as PyTorch's
// CosineAnnealingLR with T_max = total and eta_min = Floor times the learning
// rate (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts).
type Cosine struct {
	Floor float64 // 0 <= Floor <= 1
}

// Factor implements Schedule.
func (c Cosine) Factor(step, total int) float64 {
	if total <= 0 {
		return math.NaN()
	}
	return c.Floor + float64((1-c.Floor)*exact.HalfCosine(min(1, float64(step)/float64(total))))
}

// StepDecay multiplies by Gamma after every Every steps, as PyTorch's StepLR
// counted in steps.
type StepDecay struct {
	Every int     // steps
	Gamma float64 // PyTorch's default is 0.1
}

// Factor implements Schedule.
func (s StepDecay) Factor(step, _ int) float64 {
	if s.Every <= 0 {
		return 1
	}
	return math.Pow(s.Gamma, float64(step/s.Every)) // the same bits everywhere: see adamRule.moment
}

// describe names a schedule in a checkpoint, so that a run is not resumed with
// another one.
func describe(s Schedule) string {
	switch s := s.(type) {
	case nil:
		return describe(Constant{})
	case WarmUp:
		return fmt.Sprintf("train.WarmUp{Steps:%d Then:%s}", s.Steps, describe(s.Then))
	case fmt.Stringer:
		return s.String()
	case Constant, Linear, Cosine, StepDecay:
		return fmt.Sprintf("%T%+v", s, s)
	}
	return fmt.Sprintf("%T", s)
}

package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Errors that a caller may want to branch on.
var (
	// ErrNotFinite: a loss, a gradient or a weight is NaN or infinite.
	ErrNotFinite = errors.New("not finite")
	// ErrLocked: another process trains in the same directory.
	ErrLocked = errors.New("directory is in use by another run")
	// ErrExists: the directory holds a checkpoint and Resume is not set.
	ErrExists = errors.New("directory holds the checkpoint of an earlier run")
	// ErrCheckpoint: the checkpoint is damaged or not a checkpoint.
	ErrCheckpoint = errors.New("checkpoint cannot be used")
	// ErrMismatch: the checkpoint belongs to another model or configuration.
	ErrMismatch = errors.New("checkpoint belongs to another run")
)

// Config says how to train. The zero value trains nothing: Epochs or Steps
// must be set.
type Config struct {
	// Epochs is the number of passes over the data; 0: until Steps.
	Epochs int
	// Steps is the number of optimizer steps at most, over all epochs; 0: no
	// limit. Where Epochs and the steps in an epoch are known too, it is only a
	// place to stop: schedules go on aiming at the end of the last epoch, so
	// that a run that is resumed with a higher limit is the run that never
	// stopped.
	Steps int

	Optimizer Optimizer // nil: Adam{}
	Schedule  Schedule  // nil: Constant{}
	ClipNorm  float64   // largest norm of all gradients together; 0: no clipping

	// Groups returns the multiplier of the learning rate for the parameter of
	// the given name. 0 freezes it: its gradient is neither read nor counted.
	// nil: 1 for all.
	Groups func(name string) float32
	// Decays tells whether the optimizer's weight decay applies to the parameter
	// of the given name: as a rule not to biases and normalisations. nil: to all.
	Decays func(name string) bool
	// Unfreeze returns the epoch, counted from 0, from which on the parameter
	// of the given name is trained; until then it is as frozen as by Groups,
	// and its own count of steps, which Adam's first steps depend on, begins
	// there. Numbers above 0 need Data that knows its steps. nil: 0 for all.
	// (Gradual unfreezing: Howard and Ruder 2018, arXiv:1801.06146.)
	Unfreeze func(name string) int

	// Evaluate measures the model on validation data, at the end of each epoch
	// and of training. It must depend on the weights alone. nil: no validation.
	Evaluate func(ctx context.Context) (Metrics, error)

	Monitor  Monitor // the metric that Patience and KeepBest watch
	Patience int     // stop after this many evaluations in a row without improvement; 0: never
	KeepBest bool    // at the end restore the weights of the best evaluation

	Average Average // of the weights; zero: none

	// BeginEpoch is called once for each epoch, counted from 0, before the first of
	// its batches is asked for, whether the run is resumed within the epoch or not.
	// Where the data depends on the weights, which are not averaged here, it is
	// prepared from them and from State alone. An error ends the run and leaves State
	// as it was. nil: nothing to prepare.
	BeginEpoch func(ctx context.Context, epoch int) error
	// State is the memory of BeginEpoch or of the model's Step, which change its numbers
	// in place: what one step leaves for the next, say. The data may read what BeginEpoch
	// has written. The checkpoint keeps it, and a run that is resumed, with as many
	// numbers, finds it as it was. Numbers of BeginEpoch that are not finite end the run.
	State []float32

	Recorders []Recorder

	// Dir holds the checkpoint and a lock. Empty: neither. A checkpoint is
	// written at the end of each epoch (at most once a second), when training
	// stops for any reason, and after the step that ends CheckpointEvery since
	// the last one; 0: not within epochs.
	Dir             string
	CheckpointEvery time.Duration
	// Resume continues from the checkpoint in Dir, or starts from the
	// beginning where there is none.
	Resume bool

	// Seed and Recipe are what the caller made the model and the data from.
	// Fit draws nothing at random; it keeps both in the checkpoint and refuses
	// to resume with others.
	Seed   uint64
	Recipe string

	clock func() time.Time // when checkpoints are due; nil: time.Now
}

// Monitor names the metric to watch and says which way is better.
type Monitor struct {
	Metric   string // a name in the Metrics that Evaluate returns
	Maximize bool   // true where larger is better, as for accuracy
	Tie      string // of evaluations that Metric calls equal, the one with less of this is better; "": the first
}

// improves reports whether value, with tie in the metric of ties, is better than
// best. A value that is not finite never is.
func (m Monitor) improves(value, tie float64, best *Best) bool {
	switch {
	case math.IsNaN(value) || math.IsInf(value, 0):
		return false
	case best == nil:
		return true
	case value == best.Value:
		return m.Tie != "" && tie < best.Tie
	case m.Maximize:
		return value > best.Value
	}
	return value < best.Value
}

// check reports the first setting that makes no sense.
func (c *Config) check() error {
	switch {
	case c.Epochs < 0 || c.Steps < 0:
		return fmt.Errorf("train: %d epochs and %d steps: neither can be negative", c.Epochs, c.Steps)
	case c.Epochs == 0 && c.Steps == 0:
		return errors.New("train: neither Epochs nor Steps is set")
	case !(c.ClipNorm >= 0) || math.IsInf(c.ClipNorm, 0):
		return fmt.Errorf("train: ClipNorm %v, want a norm or 0 for none", c.ClipNorm)
	case c.CheckpointEvery < 0 || c.Patience < 0:
		return fmt.Errorf("train: CheckpointEvery %v and Patience %d: neither can be negative", c.CheckpointEvery, c.Patience)
	case (c.Patience > 0 || c.KeepBest) && (c.Evaluate == nil || c.Monitor.Metric == ""):
		return errors.New("train: Patience and KeepBest need Evaluate and Monitor.Metric")
	case c.Resume && c.Dir == "":
		return errors.New("train: Resume needs Dir")
	}
	return c.Average.check()
}

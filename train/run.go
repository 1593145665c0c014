package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
)

// state is all that later steps depend on besides tensors. It is kept in the
// checkpoint.
type state struct {
	Step       int      `json:"step"`       // steps done
	Epoch      int      `json:"epoch"`      // whole epochs done
	EpochStep  int      `json:"epoch_step"` // steps done in the epoch under way
	Loss       Mean     `json:"loss"`       // over the epoch under way
	Averages   int      `json:"averages"`   // moments that entered the average
	AveragedAt int      `json:"averaged_at"`
	Stale      int      `json:"stale"`           // evaluations since the best
	Begun      bool     `json:"begun,omitempty"` // BeginEpoch has prepared the epoch under way
	Best       *Best    `json:"best,omitempty"`
	History    []Record `json:"history,omitempty"`
}

// run is a training run under way.
type run struct {
	cfg Config
	state
	*updater
	steps, epochSteps int         // to do in all and in an epoch, 0 where not known
	plan              int         // steps that the schedule is made for, 0 where not known
	best, mean        [][]float32 // best and average weights, nil for frozen parameters
	unlock            func()      // gives the directory back
	saved             time.Time   // when the last checkpoint was written
}

// begin checks the configuration, takes the directory and loads the checkpoint
// that is to be resumed.
func begin(ctx context.Context, params []*ops.Param, epochSteps int, cfg Config) (_ *run, err error) {
	if cfg.Schedule == nil {
		cfg.Schedule = Constant{}
	}
	if cfg.clock == nil {
		cfg.clock = time.Now
	}
	if cfg.Optimizer == nil {
		cfg.Optimizer = Adam{}
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	r := &run{cfg: cfg, epochSteps: max(0, epochSteps), steps: cfg.Steps, plan: cfg.Steps}
	if n := cfg.Epochs * r.epochSteps; n > 0 {
		r.plan = n
		if r.steps == 0 || n < r.steps {
			r.steps = n
		}
	}
	if r.updater, err = newUpdater(params, cfg.Optimizer, cfg.Groups, cfg.Decays); err != nil {
		return nil, err
	}
	if err := r.thaw(cfg.Unfreeze, r.epochSteps); err != nil {
		return nil, err
	}
	if cfg.KeepBest {
		r.best = r.copies()
	}
	if cfg.Average.Kind != NoAverage {
		r.mean = r.copies()
	}
	if err := r.open(ctx); err != nil {
		r.close()
		return nil, err
	}
	r.saved = r.cfg.clock()
	return r, nil
}

// more reports whether another epoch is to be trained.
func (r *run) more() bool {
	return (r.cfg.Epochs == 0 || r.Epoch < r.cfg.Epochs) &&
		(r.cfg.Steps == 0 || r.Step < r.cfg.Steps) && !r.stale()
}

// stale reports whether patience has run out.
func (r *run) stale() bool { return r.cfg.Patience > 0 && r.Stale >= r.cfg.Patience }

// beginEpoch lets the caller prepare the epoch that comes next, unless that was done
// before the run was interrupted. After an error State is as it was.
func (r *run) beginEpoch(ctx context.Context) error {
	if r.cfg.BeginEpoch == nil || r.Begun {
		return nil
	}
	r.catchUp()
	before := slices.Clone(r.cfg.State)
	err := r.cfg.BeginEpoch(ctx, r.Epoch)
	if i := slices.IndexFunc(r.cfg.State, notFinite); i >= 0 && err == nil {
		err = fmt.Errorf("state %d is %w", i, ErrNotFinite)
	}
	if err != nil {
		copy(r.cfg.State, before)
		return fmt.Errorf("train: epoch %d, before its first step: %w", r.Epoch+1, err)
	}
	r.Begun = true
	return nil
}

func notFinite(x float32) bool { return x-x != 0 }

// rate returns the learning rate of the next step.
func (r *run) rate() (float64, error) {
	f := r.cfg.Schedule.Factor(r.Step, r.plan)
	if math.IsNaN(f) && r.plan == 0 {
		return 0, fmt.Errorf("train: schedule %s needs the number of steps: set Config.Steps, or let Data say how many an epoch has", describe(r.cfg.Schedule))
	}
	if !(f >= 0) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("train: schedule %s gives %v for step %d of %d", describe(r.cfg.Schedule), f, r.Step, r.plan)
	}
	return r.updater.rule.rate() * f, nil
}

// read makes ready the rows that the next step reads.
func (r *run) read(rows [][]int32) error {
	if rows != nil && len(rows) != len(r.targets) {
		return fmt.Errorf("model lists rows of %d parameters, it has %d", len(rows), len(r.targets))
	}
	for i := range r.targets {
		var list []int32
		if rows != nil {
			list = rows[i]
		}
		if err := r.updater.read(&r.targets[i], list); err != nil {
			return err
		}
	}
	return nil
}

// at adds the place to an error of a step.
func (r *run) at(err error) error {
	return fmt.Errorf("train: epoch %d, step %d: %w", r.Epoch+1, r.Step+1, err)
}

// count notes that a step is done.
func (r *run) count(loss float32, examples int) {
	r.Step++
	r.EpochStep++
	r.Loss.Add(float64(loss), examples)
}

// event fills in where training stands.
func (r *run) event(e Event) Event {
	e.Step, e.Steps, e.Epoch, e.EpochStep, e.EpochSteps = r.Step, r.steps, r.Epoch+1, r.EpochStep, r.epochSteps
	if e.Kind == KindDone && r.EpochStep == 0 {
		e.Epoch = r.Epoch
	}
	return e
}

func (r *run) report(e Event) error { return r.send(r.event(e)) }

func (r *run) send(e Event) error {
	for _, rec := range r.cfg.Recorders {
		if err := rec.Record(e); err != nil {
			return fmt.Errorf("train: recorder: %w", err)
		}
	}
	return nil
}

func (r *run) result(reason Reason) Result {
	return Result{Reason: reason, Epochs: r.Epoch, Steps: r.Step, Best: r.Best, History: r.History}
}

// stop ends a run that did not come to its end: it saves what there is.
func (r *run) stop(reason Reason, cause error) (Result, error) {
	if reason == Cancelled {
		cause = fmt.Errorf("train: stopped after step %d: %w", r.Step, cause)
	}
	if r.Step == 0 {
		return r.end(reason, cause) // nothing to lose
	}
	if err := r.save(); err != nil && !(reason == NotFinite && errors.Is(err, ErrNotFinite)) {
		cause = errors.Join(cause, err)
	}
	return r.end(reason, cause)
}

// end reports that a run has ended.
func (r *run) end(reason Reason, cause error) (Result, error) {
	res := r.result(reason)
	err := r.report(Event{Kind: KindDone, Result: &res})
	return res, errors.Join(cause, err)
}

// finish ends a run: the last evaluation, if an epoch was cut short, and the
// best or average weights. rate is that of the epoch that was cut short.
func (r *run) finish(ctx context.Context, rate float64) (Result, error) {
	reason := Finished
	switch {
	case r.stale():
		reason = EarlyStopped
	case r.cfg.Epochs == 0 || r.Epoch < r.cfg.Epochs:
		reason = StepLimit
	}
	// Saved before the evaluation and with the raw weights, so that a run that
	// is resumed with a higher limit goes on as if it had never stopped here.
	if err := r.save(); err != nil {
		return r.end(reasonOf(err), err)
	}
	if r.EpochStep > 0 {
		metrics, err := r.evaluate(ctx)
		if err != nil {
			return r.stop(reasonOf(err), err)
		}
		if err := r.record(metrics, rate, false); err != nil {
			return r.end(Failed, err)
		}
	}
	switch {
	case r.cfg.KeepBest && r.Best != nil:
		r.install(r.best)
	case r.Averages > 0:
		r.install(r.mean)
	}
	return r.end(reason, nil)
}

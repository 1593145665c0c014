package train

import (
	"context"
	"errors"
	"fmt"
)

// Reason says why training stopped.
type Reason int

// The reasons.
const (
	Finished     Reason = iota // all epochs are done
	StepLimit                  // Config.Steps are done
	EarlyStopped               // Config.Patience ran out
	NotFinite                  // a loss, a gradient or a weight is NaN or infinite
	Cancelled                  // the context was cancelled
	Failed                     // the model, the data, an evaluation, a recorder or a checkpoint returned an error
)

var reasonNames = [...]string{"finished", "step limit", "early stopping", "not finite", "cancelled", "failed"}

func (r Reason) String() string {
	if r < 0 || int(r) >= len(reasonNames) {
		return fmt.Sprintf("Reason(%d)", int(r))
	}
	return reasonNames[r]
}

// reasonOf tells from an error why training stops.
func reasonOf(err error) Reason {
	switch {
	case errors.Is(err, ErrNotFinite):
		return NotFinite
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Cancelled
	}
	return Failed
}

// Best is the best evaluation so far.
type Best struct {
	Value float64 `json:"value"`         // of the monitored metric
	Tie   float64 `json:"tie,omitempty"` // of the metric that decides among equal values
	Epoch int     `json:"epoch"`         // from 1
	Step  int     `json:"step"`
}

// Result says how training went.
type Result struct {
	Reason  Reason
	Epochs  int      // whole epochs done
	Steps   int      // steps done, earlier runs that were resumed included
	Best    *Best    // nil without Monitor, or if no evaluation gave a finite value
	History []Record // one for each epoch, and one for the part of an epoch before a step limit
}

// Last returns the last record of the history, the zero Record if there is
// none.
func (r Result) Last() Record {
	if len(r.History) == 0 {
		return Record{}
	}
	return r.History[len(r.History)-1]
}

package train

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Kind says what an Event reports.
type Kind int

// The kinds of events, in the order in which they occur.
const (
	KindStart Kind = iota // training begins or goes on; Step and Epoch say from where
	KindStep              // an optimizer step is done
	KindEpoch             // an epoch is done and evaluated
	KindDone              // training has stopped; Result says why
)

// Event is what a Recorder receives.
type Event struct {
	Kind       Kind
	Step       int // steps done
	Steps      int // steps in all, 0 where not known
	Epoch      int // the epoch under way or done, from 1
	EpochStep  int // steps done in this epoch
	EpochSteps int // steps in an epoch, 0 where not known

	Loss     float64 // of the batch; for KindEpoch the mean over the epoch
	Rate     float64 // learning rate of the step
	GradNorm float64 // norm of all gradients before clipping
	Examples int     // in the batch
	Tokens   int     // in the batch

	Record *Record // for KindEpoch: what is kept in the history
	Result *Result // for KindDone
}

// Recorder watches a run. Fit calls Record from one goroutine; an error stops
// training.
type Recorder interface {
	Record(Event) error
}

// Record is one line of a run's history: an epoch, or the part of one that was
// trained before a step limit. Its JSON is what `zoo train --json` prints.
type Record struct {
	Epoch           int     `json:"epoch"`
	Step            int     `json:"step"`
	Loss            float64 `json:"loss"` // mean over the examples of the epoch
	Validation      Metrics `json:"validation"`
	TokensPerSecond float64 `json:"tokens_per_second"` // without evaluations and checkpoints
}

// jsonLines writes the history.
type jsonLines struct{ w io.Writer }

// JSONLines writes one object a line at the end of each epoch:
// {"epoch":1,"step":352,"loss":0.69,"validation":{"accuracy":0.6},"tokens_per_second":98000}.
func JSONLines(w io.Writer) Recorder { return jsonLines{w} }

func (j jsonLines) Record(e Event) error {
	if e.Kind != KindEpoch {
		return nil
	}
	line, err := json.Marshal(e.Record)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if _, err := j.w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("train: write metrics: %w", err)
	}
	return nil
}

// stopwatch adds up the time of the steps alone.
type stopwatch struct {
	tokens  int
	seconds float64
}

func (s *stopwatch) add(tokens int, since time.Time) {
	s.tokens += tokens
	s.seconds += time.Since(since).Seconds()
}

func (s *stopwatch) rate() float64 {
	if s.seconds <= 0 {
		return 0
	}
	return float64(s.tokens) / s.seconds
}

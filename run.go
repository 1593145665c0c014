package zoo

import (
	"fmt"
	"io"
	"time"

	"github.com/gorgonia-zoo/zoo/train"
)

// Run is what may differ between two runs of a recipe without changing the
// weights, and how far to go.
type Run struct {
	Checkpoints     string        // directory of the checkpoint; "" for none
	Resume          bool          // go on from the checkpoint
	CheckpointEvery time.Duration // 0 means once an epoch
	Steps           int           // stop after so many optimizer steps; 0 means the recipe's end
	Recorders       []train.Recorder
	Log             io.Writer // remarks for people; nil for none

	// Fresh trains a recipe's teacher although its answers are in the cache.
	Fresh bool

	// Report is told what the data is like before a fine-tuning begins, which
	// an error stops; nil for nobody. Log gets it too.
	Report func(*DataReport) error
}

// report tells what the data is like.
func (r Run) report(d *DataReport) error {
	if r.Log != nil {
		if _, err := d.WriteTo(r.Log); err != nil {
			return fmt.Errorf("zoo: %w", err)
		}
	}
	if r.Report == nil {
		return nil
	}
	return r.Report(d)
}

func (r Run) logf(format string, args ...any) {
	if r.Log != nil {
		fmt.Fprintf(r.Log, format+"\n", args...)
	}
}

// record tells an event to every recorder.
func (r Run) record(e train.Event) error {
	for _, to := range r.Recorders {
		if err := to.Record(e); err != nil {
			return fmt.Errorf("zoo: train: %w", err)
		}
	}
	return nil
}

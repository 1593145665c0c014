package recipe

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
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

	// Strict makes an error of vectors from a file of which something was passed
	// over, which is a remark otherwise.
	Strict bool

	// Fresh trains a recipe's teacher although its answers are in the cache.
	Fresh bool

	// Data is the fingerprint that a card records of the data; other data is
	// ErrData before a training by steps begins. "" takes any.
	Data string

	// Card is what the model's card says instead of what training writes there.
	Card CardFields

	// Report is told what the data is like before a fine-tuning begins, which
	// an error stops; nil for nobody. Log gets it too.
	Report func(DataReport) error
}

// ErrData is wrapped by errors about data other than the recorded one.
var ErrData = errors.New("the data differs")

// checkData compares the data that an identity names with the recorded one.
func (r Run) checkData(identity string) error {
	_, print, ok := strings.Cut(identity, " on data ")
	if r.Data == "" || !ok || strings.HasPrefix(r.Data, print) {
		return nil
	}
	return fmt.Errorf("zoo: data: %w: its fingerprint begins with %s, recorded is %.8s; nothing was trained", ErrData, print, r.Data)
}

// CardFields are fields of a card that whoever trains may fill; an empty one
// leaves what training writes: the recipe's name, what it says of itself, and
// no licence for a model of the user's own data.
type CardFields struct{ Name, About, Licence string }

// check reports a name that no card can have.
func (f CardFields) check() error {
	if f.Name == "" {
		return nil
	}
	if err := weights.CheckName(f.Name); err != nil {
		return fmt.Errorf("zoo: card: %w: %w", err, ErrUsage)
	}
	return nil
}

// fill puts them into the card of a model that was trained on data.
func (f CardFields) fill(c *weights.Card, data Data) {
	if own, ok := data.(Owned); ok && own.Owned() {
		c.Licence = ""
	}
	for _, field := range []struct {
		to   *string
		with string
	}{{&c.Name, f.Name}, {&c.Description, f.About}, {&c.Licence, f.Licence}} {
		if field.with != "" {
			*field.to = field.with
		}
	}
}

// DataReport is what one should know of data before a model is trained on it:
// WriteTo prints it for people, encoding/json for programs.
type DataReport interface{ io.WriterTo }

// Env is what training reaches beside its recipe and data.
type Env struct {
	Run
	// Open opens a MODEL: a pretrained one by its name, or the artefact in a
	// directory.
	Open func(name string) (*Model, error)
	// OpenFile opens a MODEL as Open does, or a file that a family of the table
	// reads, whose model has no artefact, and returns the SHA-256 of the weights
	// or of the file.
	OpenFile func(name string) (m *Model, sha256 string, err error)
	// Pretrained returns the SHA-256 of the weights of a pretrained model.
	Pretrained func(name string) (sha256 string, ok bool)
}

// Vectors opens vectors of words, and returns their SHA-256.
func (e Env) Vectors(name string) (v Vectors, sha256 string, err error) {
	m, sum, err := e.OpenFile(name)
	if err != nil {
		return nil, "", err
	}
	v, ok := m.Value.(Vectors)
	if !ok {
		return nil, "", fmt.Errorf("zoo: vectors: %s is a model of kind %q, want one of word vectors or a file of them: %w", name, m.kind(), ErrUsage)
	}
	if n, ok := v.(interface{ Notes() []string }); ok {
		for _, note := range n.Notes() {
			if e.Strict {
				return nil, "", fmt.Errorf("zoo: vectors: %s: %s", name, note)
			}
			e.Logf("%s: %s", name, note)
		}
	}
	return v, sum, nil
}

// TellReport tells what the data is like.
func (r Run) TellReport(d DataReport) error {
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

// Logf writes a remark.
func (r Run) Logf(format string, args ...any) {
	if r.Log != nil {
		fmt.Fprintf(r.Log, format+"\n", args...)
	}
}

// Record tells an event to every recorder.
func (r Run) Record(e train.Event) error {
	for _, to := range r.Recorders {
		if err := to.Record(e); err != nil {
			return fmt.Errorf("zoo: train: %w", err)
		}
	}
	return nil
}

// RemarkLoss says where training has made a classifier worse than one that gives
// every class the same probability, whose loss is the logarithm of their
// number.
func (r Run) RemarkLoss(result train.Result, classes int) {
	if n := len(result.History); n > 0 {
		if loss, guess := result.History[n-1].Loss, math.Log(float64(classes)); loss > 2*guess {
			r.Logf("the loss of the last epoch is %.3g, that of guessing %.3g: it has not learned; a lower learning rate may help", loss, guess)
		}
	}
}

package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestEvents: what a recorder sees of a run that is stopped and resumed.
func TestEvents(t *testing.T) {
	var got []string
	c := Config{Steps: 5, Dir: t.TempDir(), Resume: true, Schedule: Linear{}, Optimizer: SGD{LearningRate: 1},
		Recorders: []Recorder{recorderFunc(func(e Event) error {
			s := fmt.Sprintf("%d: step %d/%d, epoch %d, %d/%d", e.Kind, e.Step, e.Steps, e.Epoch, e.EpochStep, e.EpochSteps)
			switch e.Kind {
			case KindStep:
				s += fmt.Sprintf(" rate %.2f", e.Rate)
				if !(e.Loss > 0 && e.GradNorm > 0) || e.Examples < 1 || e.Tokens < e.Examples {
					t.Errorf("%+v", e)
				}
				if e.Step == 4 && len(got) == 5 {
					return errTest
				}
			case KindDone:
				s += " " + e.Result.Reason.String()
			}
			got = append(got, s)
			return nil
		})}}
	run := func() error {
		m := newBagModel(20, 2)
		_, err := Fit(context.Background(), m, bagData(1, 20, 3), c)
		return err
	}
	if err := run(); !errors.Is(err, errTest) {
		t.Fatal(err)
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"0: step 0/5, epoch 1, 0/3",
		"1: step 1/5, epoch 1, 1/3 rate 1.00",
		"1: step 2/5, epoch 1, 2/3 rate 0.80",
		"1: step 3/5, epoch 1, 3/3 rate 0.60",
		"2: step 3/5, epoch 1, 3/3",
		"3: step 4/5, epoch 2, 1/3 failed",
		"0: step 4/5, epoch 2, 1/3",
		"1: step 5/5, epoch 2, 2/3 rate 0.20",
		"2: step 5/5, epoch 2, 2/3",
		"3: step 5/5, epoch 2, 2/3 step limit",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestJSONLines(t *testing.T) {
	var b bytes.Buffer
	m := newBagModel(20, 2)
	n := 0.0
	mustFit(t, m, bagData(1, 20, 3), Config{Epochs: 2, Recorders: []Recorder{JSONLines(&b)}, Evaluate: func(context.Context) (Metrics, error) {
		n++
		return Metrics{"loss": n / 4, "accuracy": math.Inf(1)}, nil
	}})
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), b.String())
	}
	for i, line := range lines {
		var r struct {
			Epoch, Step     int
			Loss            float64
			Validation      json.RawMessage
			TokensPerSecond float64 `json:"tokens_per_second"`
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(`{"accuracy":null,"loss":%v}`, float64(i+1)/4)
		if r.Epoch != i+1 || r.Step != 3*i+3 || !(r.Loss > 0) || string(r.Validation) != want || !(r.TokensPerSecond > 0) {
			t.Errorf("%s", line)
		}
	}
	if err := JSONLines(full{}).Record(Event{Kind: KindEpoch, Record: &Record{}}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// play sends a run of two epochs, a step every three seconds, to a progress.
func play(p *progress) {
	now := time.Unix(0, 0)
	p.now = func() time.Time { return now }
	e := Event{Steps: 12, EpochSteps: 6}
	p.Record(Event{Kind: KindStart, Steps: 12, Epoch: 1, EpochSteps: 6})
	for e.Epoch = 1; e.Epoch <= 2; e.Epoch++ {
		for e.EpochStep = 1; e.EpochStep <= 6; e.EpochStep++ {
			now = now.Add(3 * time.Second)
			e.Step++
			e.Kind, e.Loss, e.Examples, e.Tokens = KindStep, 1/float64(e.Step), 2, 60_000
			p.Record(e)
		}
		e.EpochStep--
		e.Kind, e.Loss = KindEpoch, 0.5
		e.Record = &Record{Validation: Metrics{"loss": 0.25, "accuracy": 0.875}, TokensPerSecond: 20_000}
		p.Record(e)
	}
	p.Record(Event{Kind: KindDone, Result: &Result{Reason: Finished, Epochs: 2, Steps: 12, Best: &Best{Value: 0.875, Epoch: 1, Step: 6}}})
}

func TestProgressLines(t *testing.T) {
	var b bytes.Buffer
	play(Progress(&b).(*progress))
	want := `epoch 1/2  step 5/12  loss 0.4567  20.0k tokens/s  21s left
epoch 1/2  step 6/12  loss 0.5000  validation: accuracy 0.875  loss 0.25  20.0k tokens/s
epoch 2/2  step 11/12  loss 0.1140  20.0k tokens/s  3s left
epoch 2/2  step 12/12  loss 0.5000  validation: accuracy 0.875  loss 0.25  20.0k tokens/s
finished after 2 epochs and 12 steps, 36s; best validation 0.875 in epoch 1
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestProgressBar(t *testing.T) {
	var b bytes.Buffer
	p := Progress(&b).(*progress)
	p.terminal = true
	play(p)
	for _, want := range []string{"\r", "[==", "100%", "loss 0.1111", "left", "validation: accuracy 0.875", "finished after 2 epochs"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in %q", want, b.String())
		}
	}
}

// TestProgressShortEpochs: a thousand epochs a second are not a thousand lines.
func TestProgressShortEpochs(t *testing.T) {
	var b bytes.Buffer
	mustFit(t, newBagModel(20, 2), bagData(1, 20, 1), Config{Epochs: 200, Recorders: []Recorder{Progress(&b)}})
	if n := strings.Count(b.String(), "\n"); n > 20 {
		t.Errorf("%d lines", n)
	}
	if !strings.Contains(b.String(), "epoch 200/200  step 200/200  loss") {
		t.Errorf("the last epoch is missing: %s", b.String())
	}
}

func TestMetrics(t *testing.T) {
	m := Metrics{"loss": 0.25, "accuracy": 0.8971999, "auc": math.NaN()}
	if got, want := m.String(), "accuracy 0.8972  auc NaN  loss 0.25"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	text, err := json.Marshal(m)
	if err != nil || string(text) != `{"accuracy":0.8971999,"auc":null,"loss":0.25}` {
		t.Errorf("%s, %v", text, err)
	}
	var back Metrics
	if err := json.Unmarshal(text, &back); err != nil || len(back) != 3 || back["loss"] != 0.25 || !math.IsNaN(back["auc"]) {
		t.Errorf("%v, %v", back, err)
	}
	var mean Mean
	if !math.IsNaN(mean.Value()) {
		t.Error("the mean of nothing is a number")
	}
	mean.Add(1, 3)
	mean.Add(5, 1)
	if mean.Value() != 2 {
		t.Error(mean.Value())
	}
}

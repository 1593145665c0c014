package reliability_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/pretrained/minilm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
)

// recorder is a train.Recorder made from a function.
type recorder func(train.Event) error

func (f recorder) Record(e train.Event) error { return f(e) }

// A training whose context is cancelled takes no further step.
func TestCancelledTrainingTakesNoFurtherStep(t *testing.T) {
	data := fixture.Texts(t, fixture.Reviews(t, 80))
	goroutines := runtime.NumGoroutine()
	for _, last := range []int{1, 2, 5, 9} {
		r := tiny(t)
		body(r).Epochs = 1000
		body(r).Schedule = recipe.Schedule{}
		ctx, cancel := context.WithCancel(context.Background())
		steps := 0
		_, result, err := zoo.Train(ctx, r, data, zoo.Run{Recorders: []train.Recorder{recorder(func(e train.Event) error {
			if e.Kind == train.KindStep {
				if steps++; steps == last {
					cancel()
				}
			}
			return nil
		})}})
		if !errors.Is(err, context.Canceled) || steps != last || result.Steps != last {
			t.Errorf("cancelled in step %d: %d steps, %d of them reported, %v", last, result.Steps, steps, err)
		}
	}
	settle(t, goroutines)
}

// countdown is a context that is cancelled once it has been asked so often
// whether it is: a moment that no clock decides.
type countdown struct {
	context.Context
	left atomic.Int32
	done chan struct{}
}

func (c *countdown) Done() <-chan struct{} { return c.done }

func (c *countdown) Err() error {
	switch left := c.left.Add(-1); {
	case left > 0:
		return nil
	case left == 0:
		close(c.done)
	}
	return context.Canceled
}

// A prediction asks before each text that it tokenises and before each batch
// that it runs, and stops where it is told to.
func TestCancelledPredictionStopsAnywhere(t *testing.T) {
	c, _ := trained(t)
	goroutines := runtime.NumGoroutine()
	texts := various(300) // several batches
	asked := 0
	for n := int32(1); ; n++ {
		ctx := &countdown{Context: context.Background(), done: make(chan struct{})}
		ctx.left.Store(n)
		_, err := c.PredictAll(ctx, texts)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || ctx.left.Load() < -4-int32(runtime.GOMAXPROCS(0)) { // each core may be asking
			t.Fatalf("cancelled when asked for the %dth time: %v; asked %d times more", n, err, -ctx.left.Load())
		}
		asked++
	}
	if asked <= len(texts) { // before each text, and before a batch at least
		t.Errorf("asked only %d times for %d texts", asked, len(texts))
	}
	settle(t, goroutines)
}

// While one long text is read and run through a model, it asks again and again: for
// each few kilobytes of text, and for each token of an LSTM.
func TestCancelledInTheMidstOfALongText(t *testing.T) {
	c, _ := trained(t)
	nb, err := zoo.NBSVMIMDB()
	if err != nil {
		t.Fatal(err)
	}
	enc, err := minilm.Open()
	if err != nil {
		t.Fatal(err)
	}
	before := answered(t, c, "the film was brilliant")
	const size = 1 << 20
	for name, text := range map[string]string{
		"words": strings.Repeat("the film was dull ", size/18), "a word": strings.Repeat("a", size), "blanks": strings.Repeat(" ", size),
		"ideographs": strings.Repeat("電", size/3), "markup": strings.Repeat("<b>x</b>&amp;", size/13), "a script": "<script>" + strings.Repeat("x < y", size/5),
	} {
		for model, predict := range map[string]func(context.Context) error{
			"lstm":    func(ctx context.Context) error { _, err := c.Predict(ctx, text); return err },
			"linear":  func(ctx context.Context) error { _, err := nb.Predict(ctx, text); return err },
			"all":     func(ctx context.Context) error { _, err := nb.PredictAll(ctx, []string{text}); return err },
			"encoder": func(ctx context.Context) error { _, err := enc.Embed(ctx, []string{text}); return err },
		} {
			all := &countdown{Context: context.Background(), done: make(chan struct{})}
			all.left.Store(1 << 30)
			if err := predict(all); err != nil {
				t.Fatalf("%s, %s: %v", model, name, err)
			}
			asked := 1<<30 - all.left.Load()
			least := int32(size >> 15)
			switch {
			case model == "encoder": // of which a text has few tokens, and none of what is behind them is read
				least = 8
			case model == "lstm" && name == "words": // a step for each token, and none of what is behind them is read
				least = 1 << 16
			}
			if asked < least {
				t.Errorf("%s, %s: asked %d times, want %d", model, name, asked, least)
			}
			for _, n := range []int32{1, 2, asked / 2, asked - 1} {
				ctx := &countdown{Context: context.Background(), done: make(chan struct{})}
				ctx.left.Store(max(1, n))
				if err := predict(ctx); !errors.Is(err, context.Canceled) || ctx.left.Load() < -4-2*int32(runtime.GOMAXPROCS(0)) {
					t.Errorf("%s, %s, cancelled when asked for the %dth time: %v; asked %d times more", model, name, n, err, -ctx.left.Load())
				}
			}
		}
	}
	// What was cut off leaves no trace.
	if after := answered(t, c, "the film was brilliant"); !same(before, after) {
		t.Errorf("afterwards %+v, before %+v", after, before)
	}
}

// Models that are dropped leave nothing behind: thirty opened, used and
// forgotten take the memory of two.
func TestOpenedModelsAreCollected(t *testing.T) {
	_, dir := trained(t)
	goroutines := runtime.NumGoroutine()
	use := func(n int) {
		for range n {
			m, err := zoo.OpenModel(dir)
			if err == nil {
				_, err = classifier(m).Predict(context.Background(), "the film was dull")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	use(2)
	before := heap()
	use(30)
	for end := time.Now().Add(10 * time.Second); heap() > before+before/10+1_000_000 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	if after := heap(); after > before+before/10+1_000_000 {
		t.Errorf("%.2f MB after two models, %.2f MB after thirty more", mb(before), mb(after))
	}
	settle(t, goroutines)
}

// A context that is done before a long text is tokenised costs nothing.
func TestCancelledBeforeALongText(t *testing.T) {
	c, _ := trained(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	text := strings.Repeat("the film was dull ", 1<<18)
	allocated := testing.AllocsPerRun(1, func() {
		if _, err := c.Predict(ctx, text); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	if allocated > 100 {
		t.Errorf("%v allocations for nothing", allocated)
	}
}

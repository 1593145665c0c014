package reliability_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// A thousand goroutines at once get the answers that one gets after another,
// in memory for as many graphs as there are cores.
func TestThousandGoroutinesPredict(t *testing.T) {
	c, _ := trained(t)
	ctx := context.Background()
	texts := various(1000)
	want := make([]lstm.Prediction, len(texts))
	for i, text := range texts {
		var err error
		if want[i], err = c.Predict(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	one, goroutines := heap(), runtime.NumGoroutine()
	predict := func() {
		t.Helper()
		start := make(chan struct{})
		var wg sync.WaitGroup
		for i := range texts {
			wg.Go(func() {
				<-start
				p, err := c.Predict(ctx, texts[i])
				if err != nil || !same(p, want[i]) {
					t.Errorf("%q: %v %v (%v), alone %v %v", texts[i], p.Label, p.Probability, err, want[i].Label, want[i].Probability)
				}
			})
		}
		close(start)
		wg.Wait()
	}
	predict()
	first := heap()
	predict()
	second := heap()
	settle(t, goroutines)
	t.Logf("heap %.1f MB with one graph, %.1f MB after 1,000 goroutines, %.1f MB after 1,000 more", mb(one), mb(first), mb(second))
	if limit := one + uint64(runtime.GOMAXPROCS(0))*one; first > limit || second > limit {
		t.Errorf("heap of %d and %d bytes, want at most %d: one graph for each core", first, second, limit)
	}
	all, err := c.PredictAll(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if !same(all[i], want[i]) {
			t.Errorf("%q among others: %v %v, alone %v %v", texts[i], all[i].Label, all[i].Probability, want[i].Label, want[i].Probability)
		}
	}
}

// Memory after 100,000 predictions is that after 1,000, with ZOO_SOAK=1; else
// after 3,000 that after 300.
func TestMemoryDoesNotGrow(t *testing.T) {
	few, many := 300, 3000
	switch {
	case soak():
		few, many = 1000, 100_000
	case testing.Short():
		few, many = 50, 500
	}
	c, _ := trained(t)
	texts := various(100)
	predict := func(n int) {
		for i := range n {
			if _, err := c.Predict(context.Background(), texts[i%len(texts)]); err != nil {
				t.Fatal(err)
			}
		}
	}
	goroutines := runtime.NumGoroutine()
	predict(few)
	before := heap()
	predict(many - few)
	after := heap()
	settle(t, goroutines)
	t.Logf("heap %.3f MB after %d predictions, %.3f MB after %d", mb(before), few, mb(after), many)
	if after > before+before/20+200_000 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
}

func TestCancelledPredictionStops(t *testing.T) {
	c, _ := trained(t)
	goroutines := runtime.NumGoroutine()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Predict(cancelled, "a film"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	// A thousand callers wait for a few graphs; all of them stop.
	ctx, cancel := context.WithCancel(context.Background())
	long := []string{strings.Repeat("the film was somehow tedious . ", 10)}
	for len(long) < 64 {
		long = append(long, long[0])
	}
	var wg sync.WaitGroup
	errs := make(chan error, 1000)
	for range cap(errs) {
		wg.Go(func() {
			_, err := c.PredictAll(ctx, long)
			errs <- err
		})
	}
	time.Sleep(5 * time.Millisecond)
	cancel()
	wg.Wait()
	stopped := 0
	for range cap(errs) {
		if err := <-errs; errors.Is(err, context.Canceled) {
			stopped++
		} else if err != nil {
			t.Errorf("error %v", err)
		}
	}
	if stopped < cap(errs)/2 {
		t.Errorf("%d of %d callers stopped", stopped, cap(errs))
	}
	settle(t, goroutines)
	if _, err := c.Predict(context.Background(), "a film"); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// Predicting, opening, closing (which is forgetting), training and fine-tuning a
// copy go on at once without touching each other.
func TestPredictOpenAndTrainAtOnce(t *testing.T) {
	c, dir := trained(t)
	ctx := context.Background()
	texts := various(20)
	want, err := c.PredictAll(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	goroutines := runtime.NumGoroutine()
	path := fixture.Reviews(t, 80)
	r := tiny(t)
	body(r).Epochs = 1
	tune, err := zoo.FineTuning(dir)
	if err != nil {
		t.Fatal(err)
	}
	tune.Body.(*zoo.FineTuneRecipe).Epochs = 1
	recipes := []zoo.Recipe{r, r, tune, tune}
	shas := make([]string, len(recipes))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 3 {
				mine := c
				if i%2 == 1 {
					m, err := zoo.OpenModel(dir)
					if err != nil {
						t.Error(err)
						return
					}
					mine = classifier(m)
				}
				got, err := mine.PredictAll(ctx, texts)
				for k := range got {
					if !same(got[k], want[k]) {
						t.Errorf("%q: %v, want %v", texts[k], got[k].Probability, want[k].Probability)
					}
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range shas {
		wg.Go(func() {
			data, err := zoo.OpenTexts(path, zoo.TextsConfig{Cache: "none"})
			if err != nil {
				t.Error(err)
				return
			}
			m, _, err := zoo.Train(ctx, recipes[i], data, zoo.Run{})
			if err == nil {
				shas[i], err = m.Artefact.SHA256()
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if shas[0] != shas[1] || shas[2] != shas[3] || shas[0] == shas[2] || shas[0] == "" || shas[2] == "" {
		t.Errorf("two trainings and two fine-tunings at once give %q", shas)
	}
	settle(t, goroutines)
}

// A cancelled training leaves nothing running.
func TestCancelledTrainingStops(t *testing.T) {
	data := fixture.Texts(t, fixture.Reviews(t, 80))
	goroutines := runtime.NumGoroutine()
	for _, wait := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond} {
		r := tiny(t)
		body(r).Epochs = 1 << 20
		body(r).Schedule = recipe.Schedule{}
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		_, _, err := zoo.Train(ctx, r, data, zoo.Run{})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %v: %v", wait, err)
		}
	}
	settle(t, goroutines)
}

package serve

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/serve/answer"
)

// gated is a classifier that answers when it may, and keeps what it was asked.
type gated struct {
	mu     sync.Mutex
	asked  [][]string
	begun  chan struct{} // an element for each batch that has begun
	may    chan struct{} // an element, or being closed, lets one end
	broken string        // a text that has an error
}

func (*gated) Classes() []string    { return []string{"a", "b"} }
func (*gated) Temperature() float64 { return 1 }

func (g *gated) Predict(ctx context.Context, text string) (classify.Prediction, error) {
	return classify.One(g.PredictAll(ctx, []string{text}))
}

func (g *gated) PredictAll(ctx context.Context, texts []string) ([]classify.Prediction, error) {
	g.mu.Lock()
	g.asked = append(g.asked, texts)
	g.mu.Unlock()
	g.begun <- struct{}{}
	select {
	case <-g.may:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	out := make([]classify.Prediction, len(texts))
	for i, t := range texts {
		if t == "panic" {
			panic("out of order")
		}
		if t == g.broken {
			return nil, errors.New("no answer to " + t)
		}
		out[i] = classify.Prediction{Label: t, Probabilities: []float64{1, 0}, Tokens: 1}
	}
	return out, nil
}

func newGated(t *testing.T, most, limit int, window time.Duration) (*gated, *batcher) {
	t.Helper()
	g := &gated{begun: make(chan struct{}, 100), may: make(chan struct{}, 100)}
	m, err := answer.New(&recipe.Model{Value: g})
	if err != nil {
		t.Fatal(err)
	}
	return g, newBatcher(m, 1, most, limit, window, func(int) {})
}

// result is what came of a request.
type result struct {
	labels string
	err    error
}

// request queues texts before it returns.
func request(b *batcher, ctx context.Context, o answer.Options, texts ...string) <-chan result {
	out := make(chan result, 1)
	inputs := make([]answer.Input, len(texts))
	for i, t := range texts {
		inputs[i].Text = t
	}
	j, err := b.add(ctx, inputs, o)
	if err != nil {
		out <- result{"", err}
		return out
	}
	go func() {
		answers, err := j.wait()
		var labels []string
		for _, a := range answers {
			labels = append(labels, a.Values[0].(string))
		}
		out <- result{strings.Join(labels, " "), err}
	}()
	return out
}

// Requests that come while a batch is computed go together, each has its own answers,
// and options keep them apart.
func TestBatchesGather(t *testing.T) {
	g, b := newGated(t, 4, 100, 0)
	ctx := context.Background()
	first := request(b, ctx, answer.Options{}, "one")
	<-g.begun
	var rest []<-chan result
	for _, texts := range [][]string{{"two", "three"}, {"four"}, {"five", "six"}} {
		rest = append(rest, request(b, ctx, answer.Options{}, texts...))
	}
	rest = append(rest, request(b, ctx, answer.Options{Object: true}, "seven"))
	close(g.may)
	for i, c := range append([]<-chan result{first}, rest...) {
		if r, want := <-c, []string{"one", "two three", "four", "five six", "seven"}[i]; r.err != nil || r.labels != want {
			t.Errorf("%+v, want %s", r, want)
		}
	}
	b.close()
	var have []string
	for _, texts := range g.asked {
		have = append(have, strings.Join(texts, " "))
	}
	if got := strings.Join(have, "; "); got != "one; two three four; five six; seven" {
		t.Errorf("batches %s", got)
	}
}

// A window gathers what comes within it, and ends when a batch is full.
func TestBatchWindow(t *testing.T) {
	g, b := newGated(t, 3, 100, time.Hour)
	close(g.may)
	ctx := context.Background()
	a, c := request(b, ctx, answer.Options{}, "one"), request(b, ctx, answer.Options{}, "two", "three")
	if x, y := <-a, <-c; x.labels != "one" || y.labels != "two three" || len(g.asked) != 1 {
		t.Errorf("%v %v, batches %q", x, y, g.asked)
	}
	b.mu.Lock()
	b.window = 5 * time.Millisecond
	b.mu.Unlock()
	if r := <-request(b, ctx, answer.Options{}, "four"); r.labels != "four" {
		t.Errorf("alone: %+v", r)
	}
	b.close()
}

// The error, or panic, of one request is not the others'.
func TestBatchErrors(t *testing.T) {
	for _, bad := range []string{"bad", "panic"} {
		g, b := newGated(t, 10, 100, 0)
		g.broken = "bad"
		ctx := context.Background()
		first := request(b, ctx, answer.Options{}, "one")
		<-g.begun
		good, broken := request(b, ctx, answer.Options{}, "good"), request(b, ctx, answer.Options{}, bad)
		close(g.may)
		<-first
		if r := <-good; r.labels != "good" || r.err != nil {
			t.Errorf("%s: the neighbour: %+v", bad, r)
		}
		if r := <-broken; r.err == nil {
			t.Errorf("%s: %+v", bad, r)
		}
		b.close()
	}
}

// A full queue refuses, and has room again afterwards; who goes away is not computed.
func TestQueueIsBounded(t *testing.T) {
	g, b := newGated(t, 1, 2, 0)
	ctx, leave := context.WithCancel(context.Background())
	first := request(b, context.Background(), answer.Options{}, "one")
	<-g.begun
	second, third := request(b, ctx, answer.Options{}, "two"), request(b, context.Background(), answer.Options{}, "three")
	if r := <-request(b, context.Background(), answer.Options{}, "four"); !errors.Is(r.err, errBusy) {
		t.Errorf("beyond the queue: %+v", r)
	}
	leave()
	if r := <-second; !errors.Is(r.err, context.Canceled) {
		t.Errorf("who left: %+v", r)
	}
	close(g.may)
	<-first
	if r := <-third; r.labels != "three" {
		t.Errorf("who stayed: %+v", r)
	}
	b.close()
	if len(g.asked) != 2 || b.waits() != 0 {
		t.Errorf("computed %q, %d wait", g.asked, b.waits())
	}
}

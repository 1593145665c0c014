package encoder

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// small is an encoder whose heads fill no panel.
func small(t testing.TB) *Network {
	t.Helper()
	n, err := New(Config{Architecture: "roberta", Vocab: 30, Hidden: 24, Layers: 2, Heads: 2, Intermediate: 40, Positions: 72,
		Types: 1, PositionOffset: 2, LayerNormEps: 1e-5, Activation: "gelu_tanh"}, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params() {
		p.Normal(1, 0.3)
	}
	return n
}

func embed(t testing.TB, n *Network, texts [][]int32) [][]float32 {
	t.Helper()
	v, err := n.Embed(context.Background(), texts, ops.PoolMean, true)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// randomTexts returns texts of 1 to longest ids below vocab.
func randomTexts(count, longest, vocab int) [][]int32 {
	rng := rand.New(rand.NewPCG(1, 1))
	texts := make([][]int32, count)
	for i := range texts {
		for range 1 + rng.IntN(longest) {
			texts[i] = append(texts[i], rng.Int32N(int32(vocab)))
		}
	}
	return texts
}

// Many texts at once, in any order, give the bits of one after another.
func TestVectorsDoNotDependOnTheBatch(t *testing.T) {
	n := small(t)
	texts := randomTexts(predictTexts+300, 70, 30)
	together := embed(t, n, texts)
	for i := 0; i < len(texts); i += 37 {
		if alone := embed(t, n, texts[i:i+1]); !slices.Equal(alone[0], together[i]) {
			t.Fatalf("text %d differs when it runs alone", i)
		}
	}
	if len(embed(t, n, nil)) != 0 {
		t.Error("no texts have vectors")
	}
}

func TestEmbedFromManyGoroutines(t *testing.T) {
	n := small(t)
	texts := randomTexts(60, 70, 30)
	want := embed(t, n, texts)
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Go(func() {
			lo := i % 57
			got, err := n.Embed(context.Background(), texts[lo:lo+3], ops.PoolMean, true)
			if err != nil || !slices.EqualFunc(got, want[lo:lo+3], slices.Equal) {
				t.Errorf("goroutine %d: %v", i, err)
			}
			if _, err := n.Embed(context.Background(), texts[lo:lo+1], ops.PoolFirst, false); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if kept := n.lender.Idle(); kept > runtime.GOMAXPROCS(0) {
		t.Errorf("%d predictors are kept", kept)
	}
}

func TestEmbedErrors(t *testing.T) {
	n := small(t)
	want := embed(t, n, [][]int32{{1, 2}})
	for _, c := range []struct {
		texts   [][]int32
		kind    ops.Pooling
		is      error
		message string
	}{
		{[][]int32{{1}, {}}, ops.PoolMean, ErrEmptyText, "text 1"},
		{[][]int32{make([]int32, 71)}, ops.PoolMean, ErrTooLong, "71 tokens, want at most 70"},
		{[][]int32{{1}, {30}}, ops.PoolMean, nil, "text 1: token 0 has id 30, want 0 to 29"},
		{[][]int32{{-1}}, ops.PoolMean, nil, "id -1"},
		{[][]int32{{1}}, ops.PoolLast, nil, `kind "last"`},
	} {
		_, err := n.Embed(context.Background(), c.texts, c.kind, true)
		if err == nil || !strings.HasPrefix(err.Error(), "encoder: ") || !strings.Contains(err.Error(), c.message) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
		if got := embed(t, n, [][]int32{{1, 2}}); !slices.Equal(got[0], want[0]) {
			t.Errorf("after %q a text has another vector", c.message)
		}
	}
	why := errors.New("no longer wanted")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	if v, err := n.Embed(ctx, [][]int32{{1}}, ops.PoolMean, true); !errors.Is(err, why) || v != nil {
		t.Errorf("%v, %v", v, err)
	}
}

// The longest text there are positions for is read whole.
func TestLongestText(t *testing.T) {
	n := small(t)
	text := randomTexts(1, 1, 30)[0]
	for len(text) < n.Config().MaxTokens() {
		text = append(text, 7)
	}
	before := embed(t, n, [][]int32{text})
	text[len(text)-1] = 8
	if slices.Equal(embed(t, n, [][]int32{text})[0], before[0]) {
		t.Error("the last token does not count")
	}
}

// A change of any weight reaches the next vectors.
func TestVectorsFollowTheWeights(t *testing.T) {
	n := small(t)
	texts := [][]int32{{3, 1, 4}}
	for _, p := range n.Params() {
		before := embed(t, n, texts)
		data := p.Write()
		for i := range data {
			data[i] += float32(i%5) * 0.1
		}
		if strings.HasSuffix(p.Name, "key.bias") {
			continue // adds the same to all scores of a query
		}
		if slices.Equal(embed(t, n, texts)[0], before[0]) {
			t.Errorf("vectors do not follow %s", p.Name)
		}
	}
}

func TestParamsHaveTheConfigsShapes(t *testing.T) {
	n := small(t)
	shapes := n.Config().Shapes()
	if len(shapes) != len(n.Params()) {
		t.Fatalf("%d parameters, %d shapes", len(n.Params()), len(shapes))
	}
	for i, p := range n.Params() {
		if p.Name != shapes[i].Name || !p.Shape().Eq(shapes[i].Shape) {
			t.Errorf("parameter %d is %v, want %v", i, p, shapes[i])
		}
	}
	if _, err := New(Config{}, 1); err == nil || !strings.HasPrefix(err.Error(), "encoder: ") {
		t.Errorf("an empty config: %v", err)
	}
}

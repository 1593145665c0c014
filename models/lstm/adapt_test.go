package lstm

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A network with more words answers as before, and takes each new word for
// the one it is like.
func TestAdaptKeepsAnswers(t *testing.T) {
	for _, c := range []Config{small(), {Vocab: 20, Embedding: 3, Hidden: 5, Layers: 2, Bidirectional: true, Classes: 3}} {
		n := network(t, c)
		a, err := n.Adapt(Adaptation{Words: 4, Like: 1, Dropout: &Dropout{Output: 0.25}})
		if err != nil {
			t.Fatal(err)
		}
		last := int32(c.Vocab)
		ctx := context.Background()
		old, err := n.Logits(ctx, [][]int32{{3, 1, 2}, {1, 1, 4}, {5}})
		if err != nil {
			t.Fatal(err)
		}
		now, err := a.Logits(ctx, [][]int32{{3, last, 2}, {last + 3, 1, 4}, {5}})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(old, now, slices.Equal) {
			t.Errorf("logits %v, were %v", now, old)
		}
		if a.Config().Vocab != c.Vocab+4 || a.Config().Dropout != (Dropout{Output: 0.25}) || n.Config().Vocab != c.Vocab {
			t.Errorf("config %+v", a.Config())
		}
		for i, p := range a.Params() { // no memory is shared
			p.Write()[0]++
			if n.Params()[i].Data()[0] == p.Data()[0] {
				t.Errorf("%s changes with its copy", p.Name)
			}
		}
	}
}

func TestAdaptNewClasses(t *testing.T) {
	n := network(t, small())
	var first []float32
	for _, seed := range []uint64{1, 1, 2} {
		a, err := n.Adapt(Adaptation{Classes: 5, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		fc := a.Params()[len(a.Params())-2]
		if fc.Shape()[0] != 5 || slices.Contains(fc.Data(), 0) {
			t.Errorf("%v is not drawn for 5 classes", fc)
		}
		switch {
		case first == nil:
			first = fc.Data()
		case slices.Equal(first, fc.Data()) != (seed == 1):
			t.Errorf("seed %d: the layer does not depend on the seed alone", seed)
		}
		for i, p := range a.Params()[:len(a.Params())-2] {
			if !slices.Equal(p.Data(), n.Params()[i].Data()) {
				t.Errorf("%s has changed", p.Name)
			}
		}
	}
}

func TestAdaptErrors(t *testing.T) {
	n := network(t, small())
	for says, a := range map[string]Adaptation{
		"-1 new words":   {Words: -1},
		"new words, wan": {Words: MaxVocab + 1},
		"vocab is":       {Words: MaxVocab},
		"row -1":         {Like: -1},
		"as the model":   {Like: int32(n.Config().Vocab)},
		"classes is 1":   {Classes: 1},
		"dropout output": {Dropout: &Dropout{Output: 1}},
	} {
		if _, err := n.Adapt(a); err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "lstm: ") {
			t.Errorf("%+v: %v, want %q", a, err, says)
		}
	}
}

// Frozen rows have no gradient; the others have the one they had.
func TestFrozenRows(t *testing.T) {
	n := network(t, small())
	rng := rand.New(rand.NewPCG(1, 1))
	b := labelled(t, rng, texts(rng, 16, 9, n.Config().Vocab), n.Config().Classes)
	width := n.Config().Embedding
	all := step(t, trainer(t, n, TrainerConfig{Seed: 1}), b, 0)
	for _, frozen := range []int{0, 1, 7, n.Config().Vocab} {
		r := step(t, trainer(t, n, TrainerConfig{Seed: 1, FrozenRows: frozen}), b, 0)
		from, _ := slices.BinarySearch(all.rows, int32(frozen))
		if !slices.Equal(r.rows, all.rows[from:]) || !slices.Equal(r.grads[0], all.grads[0][from*width:]) || r.loss != all.loss {
			t.Errorf("%d frozen: rows %v, want %v", frozen, r.rows, all.rows[from:])
		}
		for i := range r.grads[1:] {
			if !slices.Equal(r.grads[1+i], all.grads[1+i]) {
				t.Errorf("%d frozen: gradient %d differs", frozen, 1+i)
			}
		}
	}
	for _, frozen := range []int{-1, n.Config().Vocab + 1} {
		if _, err := n.Trainer(TrainerConfig{FrozenRows: frozen}); err == nil || !strings.Contains(err.Error(), "frozen rows") {
			t.Errorf("%d frozen rows: %v", frozen, err)
		}
	}
}

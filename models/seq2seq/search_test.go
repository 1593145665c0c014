package seq2seq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// lively returns a network of random weights, large enough that words differ.
func lively(t testing.TB, c Config, seed uint64) *Network {
	t.Helper()
	n, err := New(c, seed)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params() {
		w := p.Write()
		for i := range w {
			w[i] *= 3
		}
	}
	return n
}

func tiny() Config {
	return Config{SourceVocab: 9, TargetVocab: 6, Embedding: 16, Encoder: 4, Hidden: 16, EmbeddingStd: 0.4}
}

// texts are random sources.
func texts(rng *rand.Rand, n, vocab, longest int) [][]int32 {
	all := make([][]int32, n)
	for i := range all {
		for range 1 + rng.IntN(longest) {
			all[i] = append(all[i], 2+rng.Int32N(int32(vocab-2)))
		}
	}
	return all
}

// next returns log p of every word after a prefix, reading it from the beginning.
func next(t testing.TB, p *predictor, source, prefix []int32) []float32 {
	t.Helper()
	if err := p.read([][]int32{source}, 1); err != nil {
		t.Fatal(err)
	}
	var row []float32
	for i, id := range slices.Concat([]int32{BOS}, prefix) {
		p.ids[0], p.from[0], p.texts[0] = id, 0, 0
		if i == 0 {
			p.from[0] = -1
		}
		logp, _, err := p.advance(1)
		if err != nil {
			t.Fatal(err)
		}
		row = slices.Clone(logp[:p.network.config.TargetVocab])
	}
	return row
}

// plainSearch is beam search as Search describes it, each prefix read anew.
func plainSearch(t testing.TB, p *predictor, source []int32, s Search) []Hypothesis {
	type prefix struct {
		ids  []int32
		logp float64
	}
	live, ended := []prefix{{}}, []Hypothesis{}
	end := func(h prefix, length int, cut bool) {
		ended = append(ended, Hypothesis{IDs: h.ids, Score: h.logp / math.Pow(float64(length), s.Alpha), Cut: cut})
	}
	for length := 1; length <= s.limit(len(source)) && len(ended) < s.Beam && len(live) > 0; length++ {
		type going struct {
			prefix
			from int
			id   int32
		}
		var all []going
		for i, h := range live {
			for id, v := range next(t, p, source, h.ids) {
				if int32(id) != BOS {
					all = append(all, going{prefix{append(slices.Clone(h.ids), int32(id)), h.logp + float64(v)}, i, int32(id)})
				}
			}
		}
		slices.SortFunc(all, func(a, b going) int {
			return cmp.Or(cmp.Compare(b.logp, a.logp), cmp.Compare(a.from, b.from), cmp.Compare(a.id, b.id))
		})
		live = nil
		for rank, g := range all {
			switch {
			case len(live) == s.Beam || len(ended) == s.Beam || rank >= 2*s.Beam:
			case g.id == EOS && rank < s.Beam:
				end(prefix{g.ids[:len(g.ids)-1], g.logp}, length, false)
			case g.id != EOS:
				live = append(live, g.prefix)
			}
		}
		if length == s.limit(len(source)) {
			for _, h := range live {
				if len(ended) < s.Beam {
					end(h, length, true)
				}
			}
		}
	}
	slices.SortStableFunc(ended, func(a, b Hypothesis) int {
		if a.Cut != b.Cut {
			if b.Cut {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Score, a.Score)
	})
	return ended
}

func same(a, b Hypothesis) bool {
	return slices.Equal(a.IDs, b.IDs) && a.Cut == b.Cut && math.Abs(a.Score-b.Score) < 1e-12
}

func TestSearchEqualsPlainSearch(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for trial := range 6 {
		n := lively(t, tiny(), uint64(trial))
		p, err := newPredictor(n)
		if err != nil {
			t.Fatal(err)
		}
		sources := texts(rng, 5, 9, 6)
		for _, s := range []Search{
			{Beam: 1, Alpha: 1, Most: 8, Ratio: 2}, {Beam: 2, Alpha: 0, Most: 6, Ratio: 2}, {Beam: 3, Alpha: 1, Most: 9, Ratio: 0.1}, {Beam: 5, Alpha: 0.6, Most: 7, Ratio: 2},
		} {
			got, err := n.Translate(context.Background(), sources, s, false)
			if err != nil {
				t.Fatal(err)
			}
			for i, source := range sources {
				want := plainSearch(t, p, source, s)
				if !slices.EqualFunc(got[i], want, same) {
					t.Errorf("%+v: text %d becomes\n%+v, want\n%+v", s, i, got[i], want)
				}
			}
		}
	}
}

// A beam as wide as there are translations finds the likeliest of all.
func TestSearchFindsTheBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	n := lively(t, tiny(), 3)
	judge := n.Judge()
	for _, source := range texts(rng, 4, 9, 5) {
		best, bestScore := []int32{-1}, math.Inf(-1)
		var each func(prefix []int32)
		each = func(prefix []int32) {
			b, err := NewBatch([][]int32{source}, [][]int32{prefix})
			if err != nil {
				t.Fatal(err)
			}
			l, err := judge.Loss(b)
			if err != nil {
				t.Fatal(err)
			}
			if score := -float64(l); score > bestScore {
				best, bestScore = slices.Clone(prefix), score
			}
			if len(prefix) < 2 {
				for id := int32(2); id < 6; id++ {
					each(append(slices.Clone(prefix), id))
				}
			}
		}
		each(nil)
		found, err := n.Translate(context.Background(), [][]int32{source}, Search{Beam: 90, Alpha: 1, Most: 3, Ratio: 9}, true)
		if err != nil {
			t.Fatal(err)
		}
		got := found[0][0]
		if !slices.Equal(got.IDs, best) || math.Abs(got.Score-bestScore) > 1e-5 || got.Cut {
			t.Errorf("found %+v, want %v of %v", got, best, bestScore)
		}
		if len(got.Attention) != len(best)+1 {
			t.Errorf("attention for %d tokens of %d", len(got.Attention), len(best)+1)
		}
		for _, row := range got.Attention {
			sum := 0.0
			for _, p := range row {
				sum += float64(p)
			}
			if len(row) != len(source) || math.Abs(sum-1) > 1e-5 {
				t.Errorf("attention %v to %d tokens", row, len(source))
			}
		}
	}
}

// The result of a text does not depend on its neighbours, not even in its bits.
func TestBatchesTranslateAsOneByOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 3))
	n := lively(t, tiny(), 5)
	sources := texts(rng, 150, 9, 20) // more than fit one batch
	s := Search{Beam: 5, Alpha: 1, Most: 20, Ratio: 1}
	all, err := n.Translate(context.Background(), sources, s, true)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(sources); i += 7 {
		one, err := n.Translate(context.Background(), sources[i:i+1], s, true)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(one[0]) != fmt.Sprint(all[i]) {
			t.Fatalf("text %d alone becomes %v, among others %v", i, one[0], all[i])
		}
	}
}

func TestTranslateRefuses(t *testing.T) {
	n := lively(t, tiny(), 5)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	good := Search{Beam: 2, Alpha: 1, Most: 5, Ratio: 1}
	for name, c := range map[string]struct {
		ctx     context.Context
		sources [][]int32
		search  Search
	}{
		"empty": {context.Background(), [][]int32{{2}, {}}, good}, "id": {context.Background(), [][]int32{{9}}, good},
		"negative": {context.Background(), [][]int32{{-1}}, good}, "no beam": {context.Background(), [][]int32{{2}}, Search{}},
		"wide": {context.Background(), [][]int32{{2}}, Search{Beam: 101, Most: 1, Ratio: 1}}, "cancelled": {ctx, [][]int32{{2}}, good},
		"NaN": {context.Background(), [][]int32{{2}}, Search{Beam: 1, Alpha: math.NaN(), Most: 1, Ratio: 1}},
	} {
		if _, err := n.Translate(c.ctx, c.sources, c.search, false); err == nil {
			t.Errorf("%s: accepted", name)
		} else if name == "cancelled" && !errors.Is(err, context.Canceled) || name == "empty" && !errors.Is(err, ErrEmpty) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

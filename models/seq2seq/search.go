package seq2seq

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Search says how translations are looked for: beam search, in which the best so many
// beginnings of each text are kept at every step.
//
// The search of a text ends when as many hypotheses have ended as the beam is wide,
// counting those that were among its best when they ended, or at the limit. Ended
// hypotheses are compared by log p / length^Alpha, where the length counts EOS. Of equal
// ones that go first which come from better beginnings, and then lower token ids.
type Search struct {
	Beam  int     `json:"beam"`  // hypotheses kept; 1 is greedy decoding
	Alpha float64 `json:"alpha"` // 0: sums of log probabilities, which favours short ones; 1: means

	// A translation has at most Most tokens, and at most Ratio times those of its
	// source and 10 more.
	Most  int     `json:"most"`
	Ratio float64 `json:"ratio"`
}

// DefaultSearch is what a zero Search stands for.
var DefaultSearch = Search{Beam: 5, Alpha: 1, Most: 256, Ratio: 2}

// MaxBeam is the widest beam.
const MaxBeam = 100

// Check reports what makes no search.
func (s Search) Check() error {
	if s.Beam < 1 || s.Beam > MaxBeam {
		return fmt.Errorf("seq2seq: beam %d, want 1 to %d", s.Beam, MaxBeam)
	}
	if !(s.Alpha >= 0 && s.Alpha <= 10) || s.Most < 1 || s.Most > 1<<16 || !(s.Ratio > 0 && s.Ratio <= 1000) {
		return fmt.Errorf("seq2seq: search: alpha %v, most %d and ratio %v, want 0 to 10, 1 to 65536 and more than 0 to 1000", s.Alpha, s.Most, s.Ratio)
	}
	return nil
}

// limit is the most tokens of a translation.
func (s Search) limit(source int) int {
	return min(s.Most, int(s.Ratio*float64(source))+10)
}

// Hypothesis is a translation as token ids, without BOS and EOS.
type Hypothesis struct {
	IDs   []int32
	Score float64 // log p / length^Alpha
	Cut   bool    // whether the limit ended it
	// Attention has, for each of IDs and EOS, the probability of each source token;
	// nil unless asked for.
	Attention [][]float32
}

// node is a word of a hypothesis and what precedes it.
type node struct {
	id        int32
	before    *node
	length    int
	logp      float64
	attention []float32
}

// beam is the search of one text.
type beam struct {
	text   int // in the caller's order
	source int // its place in the batch
	length int // tokens of the source
	limit  int
	live   []*node // best first
	rows   int     // where the live ones' rows begin
	ended  []Hypothesis
}

// choice is a live hypothesis and a word to go on with.
type choice struct {
	from int
	id   int32
	logp float64
}

// better orders choices: the likelier first, then earlier hypotheses, then lower ids.
func better(a, b choice) int {
	return cmp.Or(cmp.Compare(b.logp, a.logp), cmp.Compare(a.from, b.from), cmp.Compare(a.id, b.id))
}

// Translate returns the ended hypotheses of each source, best first, as many as the
// beam is wide at most. Sources of like length are searched together, and the result of
// one does not depend on its neighbours. attention asks for that of every hypothesis.
func (n *Network) Translate(ctx context.Context, sources [][]int32, s Search, attention bool) ([][]Hypothesis, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	for i, text := range sources {
		if len(text) == 0 {
			return nil, fmt.Errorf("seq2seq: text %d: %w", i, ErrEmpty)
		}
		for k, id := range text {
			if id < 0 || int(id) >= n.config.SourceVocab {
				return nil, fmt.Errorf("seq2seq: text %d: token %d has id %d, want 0 to %d", i, k, id, n.config.SourceVocab-1)
			}
		}
	}
	sorted, places := longestFirst(sources)
	out := make([][]Hypothesis, len(sources))
	err := n.lender.Lend(ctx, func(p *predictor) error {
		for len(sorted) > 0 {
			count, tokens := 0, 0
			for count < min(len(sorted), max(1, searchRows/s.Beam)) && (count == 0 || tokens+len(sorted[count]) <= searchTokens) {
				tokens += len(sorted[count])
				count++
			}
			if err := p.search(ctx, sorted[:count], places[:count], s, attention, out); err != nil {
				return err
			}
			sorted, places = sorted[count:], places[count:]
		}
		return nil
	})
	return out, err
}

// search translates one batch.
func (p *predictor) search(ctx context.Context, sources [][]int32, places []int32, s Search, attention bool, out [][]Hypothesis) error {
	if err := p.read(sources, s.Beam*len(sources)); err != nil {
		return err
	}
	beams := make([]*beam, len(sources))
	rows := 0
	for i, text := range sources {
		beams[i] = &beam{text: int(places[i]), source: i, length: len(text), limit: s.limit(len(text)), live: []*node{{id: BOS}}, rows: rows}
		p.ids[rows], p.from[rows], p.texts[rows] = BOS, -1, int32(i)
		rows++
	}
	for len(beams) > 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		logp, stride, err := p.advance(rows)
		if err != nil {
			return err
		}
		going := beams[:0]
		rows = 0
		for _, b := range beams {
			choices := b.choose(logp, stride, p.network.config.TargetVocab, 2*s.Beam)
			live := b.live
			b.live = nil
			first := b.rows
			b.rows = rows
			for rank, c := range choices {
				if len(b.live) == s.Beam || len(b.ended) == s.Beam {
					break
				}
				before := live[c.from]
				next := &node{id: c.id, before: before, length: before.length + 1, logp: c.logp}
				if attention {
					next.attention = slices.Clone(p.state.Attention(first+c.from, b.length))
				}
				if c.id == EOS {
					if rank < s.Beam {
						b.ended = append(b.ended, s.hypothesis(next, false))
					}
					continue
				}
				b.live = append(b.live, next)
				p.ids[rows], p.from[rows], p.texts[rows] = c.id, int32(first+c.from), int32(b.source)
				rows++
			}
			if len(b.ended) < s.Beam && len(b.live) > 0 && b.live[0].length < b.limit {
				going = append(going, b)
				continue
			}
			rows = b.rows // its rows are not needed
			for _, l := range b.live {
				if len(b.ended) < s.Beam {
					b.ended = append(b.ended, s.hypothesis(l, true))
				}
			}
			slices.SortStableFunc(b.ended, func(x, y Hypothesis) int {
				switch { // a translation that ends is better than one that does not
				case x.Cut && !y.Cut:
					return 1
				case !x.Cut && y.Cut:
					return -1
				}
				return cmp.Compare(y.Score, x.Score)
			})
			out[b.text] = b.ended
		}
		beams = going
	}
	return nil
}

// choose returns the n best continuations of the live hypotheses.
func (b *beam) choose(logp []float32, stride, words, n int) []choice {
	best := make([]choice, 0, n+1)
	for i, l := range b.live {
		row := logp[(b.rows+i)*stride:][:words]
		for id, v := range row {
			if int32(id) == BOS {
				continue
			}
			c := choice{i, int32(id), l.logp + float64(v)}
			if len(best) == n && better(best[n-1], c) <= 0 || math.IsNaN(c.logp) {
				continue
			}
			at, _ := slices.BinarySearchFunc(best, c, better)
			best = slices.Insert(best, at, c)
			if len(best) > n {
				best = best[:n]
			}
		}
	}
	return best
}

// norm is length^Alpha, with the same bits everywhere.
func (s Search) norm(length int) float64 {
	switch s.Alpha {
	case 0:
		return 1
	case 1:
		return float64(length)
	}
	return exact.Exp(s.Alpha * exact.Log(float64(length)))
}

// hypothesis is what a node ends.
func (s Search) hypothesis(last *node, cut bool) Hypothesis {
	h := Hypothesis{Cut: cut, Score: last.logp / s.norm(last.length)}
	for n := last; n.before != nil; n = n.before {
		if n.attention != nil {
			h.Attention = append(h.Attention, n.attention)
		}
		if n.id != EOS {
			h.IDs = append(h.IDs, n.id)
		}
	}
	slices.Reverse(h.IDs)
	slices.Reverse(h.Attention)
	return h
}

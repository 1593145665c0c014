package lm

import (
	"math/rand/v2"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Sampler draws words for the sampled softmax: word k, counted from 0 in the order of
// their frequency, with probability
//
//	log((k+2)/(k+1)) / log(V+1)
//
// which is about that of a language, whose k-th word is 1/k as frequent as its first
// (Zipf's law).
type Sampler struct {
	words, draws int
	logWords     float64 // log(V+1)
	seen         []bool
}

// NewSampler returns a Sampler of so many draws among so many words.
func NewSampler(words, draws int) *Sampler {
	return &Sampler{words: words, draws: draws, logWords: exact.Log(float64(words) + 1), seen: make([]bool, words)}
}

// Draw returns the words drawn, ascending, each once.
func (s *Sampler) Draw(rng *rand.Rand) []int32 {
	words := make([]int32, 0, s.draws)
	for range s.draws {
		w := min(int(exact.Exp(exact.Unit(rng)*s.logWords))-1, s.words-1)
		if w = max(w, 0); !s.seen[w] {
			s.seen[w] = true
			words = append(words, int32(w))
		}
	}
	for _, w := range words {
		s.seen[w] = false
	}
	slices.Sort(words)
	return words
}

// LogExpected returns the logarithm of the probability that each word is drawn: with
// one draw's probability q, 1 - (1-q)^draws.
func (s *Sampler) LogExpected() []float32 {
	log := make([]float32, s.words)
	for k := range log {
		q := exact.Log(float64(k+2)/float64(k+1)) / s.logWords
		if q >= 1 { // the only word
			continue
		}
		log[k] = float32(exact.Log(1 - exact.Exp(float64(float64(s.draws)*exact.Log(1-q)))))
	}
	return log
}

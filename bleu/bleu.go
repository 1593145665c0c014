// Package bleu measures translations as sacrebleu does (Post 2018, arXiv:1804.08771):
// BLEU (Papineni and others 2002) and chrF (Popović 2015), against one reference each.
//
// The figures are those of sacrebleu 2.6.0 with its defaults, and a score carries the
// signature that says how it was taken, so that figures of different papers can be
// compared:
//
//	score, err := bleu.Measure(translations, references, bleu.Config{Lowercase: true})
//	fmt.Println(score.BLEU, score.Signature())
package bleu

import (
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Version is the version of sacrebleu whose figures these are.
const Version = "2.6.0"

// order is the longest n-grams of words that BLEU counts.
const order = 4

// Config says how texts are compared.
type Config struct {
	Lowercase bool // both sides in lower case
	// Effective leaves out orders for which a translation has no n-grams, so that a
	// single sentence can have a score (sacrebleu's effective order). It is meant for
	// sentences and does not concern chrF.
	Effective bool
}

// Score is how well texts agree with their references.
type Score struct {
	BLEU       float64        // 0 to 100
	Precisions [order]float64 // of n-grams of 1 to 4 words, 0 to 100
	Brevity    float64        // the penalty for translations that are too short, 0 to 1
	Words      int            // of the translations, and marks, as they are counted
	References int            // words of the references
	ChrF       float64        // 0 to 100

	config Config
}

// Measure compares translations with their references, as many and in the same order.
func Measure(translations, references []string, c Config) (Score, error) {
	if len(translations) != len(references) || len(references) == 0 {
		return Score{}, fmt.Errorf("bleu: %d translations and %d references, want as many and at least one", len(translations), len(references))
	}
	s := Score{config: c}
	var correct, total [order]int
	var chars [chrfOrder]counts
	for i, hypothesis := range translations {
		reference := references[i]
		if c.Lowercase {
			hypothesis, reference = lower(hypothesis), lower(reference)
		}
		h, r := tokens(strings.TrimRightFunc(hypothesis, isSpace)), tokens(strings.TrimRightFunc(reference, isSpace))
		s.Words += len(h)
		s.References += len(r)
		for n := 1; n <= order; n++ {
			have := ngrams(r, n)
			for gram, count := range ngrams(h, n) {
				total[n-1] += count
				correct[n-1] += min(count, have[gram])
			}
		}
		addChars(&chars, hypothesis, reference)
	}
	s.score(correct, total)
	s.ChrF = chrF(&chars)
	return s, nil
}

// Sentence compares one translation with its reference, by effective order.
func Sentence(translation, reference string, c Config) Score {
	c.Effective = true
	s, _ := Measure([]string{translation}, []string{reference}, c)
	return s
}

// score is sacrebleu's compute_bleu with exponential smoothing, that of mteval-v13a.
func (s *Score) score(correct, total [order]int) {
	s.Brevity = 1
	if s.Words < s.References {
		s.Brevity = 0
		if s.Words > 0 {
			s.Brevity = exact.Exp(1 - float64(s.References)/float64(s.Words))
		}
	}
	if correct == [order]int{} {
		return
	}
	smooth, orders := 1.0, order
	for n := range order {
		if total[n] == 0 {
			break
		}
		if s.config.Effective {
			orders = n + 1
		}
		if correct[n] == 0 {
			smooth *= 2
			s.Precisions[n] = 100 / (smooth * float64(total[n]))
		} else {
			s.Precisions[n] = 100 * float64(correct[n]) / float64(total[n])
		}
	}
	var sum float64
	for _, p := range s.Precisions[:orders] {
		if p == 0 { // no n-grams of this order at all
			return
		}
		sum += exact.Log(p)
	}
	s.BLEU = s.Brevity * exact.Exp(sum/float64(orders))
}

// Signature says how BLEU was taken, in sacrebleu's words.
func (s Score) Signature() string {
	return fmt.Sprintf("nrefs:1|case:%s|eff:%s|tok:13a|smooth:exp|version:%s", s.casing(), yes(s.config.Effective), Version)
}

// ChrFSignature says how chrF was taken.
func (s Score) ChrFSignature() string {
	return fmt.Sprintf("nrefs:1|case:%s|eff:yes|nc:%d|nw:0|space:no|version:%s", s.casing(), chrfOrder, Version)
}

// String is what sacrebleu prints: the score, the precisions, the brevity penalty and
// the lengths.
func (s Score) String() string {
	p := s.Precisions
	ratio := 0.0
	if s.References > 0 {
		ratio = float64(s.Words) / float64(s.References)
	}
	return fmt.Sprintf("BLEU %.2f  %.1f/%.1f/%.1f/%.1f (BP = %.3f ratio = %.3f hyp_len = %d ref_len = %d)  chrF %.2f",
		s.BLEU, p[0], p[1], p[2], p[3], s.Brevity, ratio, s.Words, s.References, s.ChrF)
}

func (s Score) casing() string {
	if s.config.Lowercase {
		return "lc"
	}
	return "mixed"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// ngrams counts the runs of n words.
func ngrams(words []string, n int) map[string]int {
	all := map[string]int{}
	for i := range len(words) - n + 1 {
		all[strings.Join(words[i:i+n], " ")]++
	}
	return all
}

package tagging

import (
	"fmt"
	"slices"
	"strings"
)

// Score is precision, recall and F1 of spans, 0 where there is nothing to divide by.
type Score struct {
	Kind      string  `json:"kind,omitempty"` // "" for all kinds together
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Spans     int     `json:"spans"`   // that are there
	Found     int     `json:"found"`   // that were answered
	Correct   int     `json:"correct"` // of both the same words and kind
}

func (s *Score) fill() {
	if s.Found > 0 {
		s.Precision = float64(s.Correct) / float64(s.Found)
	}
	if s.Spans > 0 {
		s.Recall = float64(s.Correct) / float64(s.Spans)
	}
	if s.Precision+s.Recall > 0 {
		s.F1 = 2 * s.Precision * s.Recall / (s.Precision + s.Recall)
	}
}

// Evaluation compares the tags of one column with the right ones. Its spans are those of
// conlleval and, in its default mode, of seqeval, to the last one.
type Evaluation struct {
	Words, Correct                 int
	Unknown, UnknownCorrect        int // of words that training gave no vector
	Sentences, SentencesAllCorrect int
	kinds                          map[string]*Score
	confused                       map[[2]string]int
}

// Add compares the tags of a sentence; known says of each word whether training gave it
// a vector, nil where nobody knows.
func (e *Evaluation) Add(want, got []string, known []bool) error {
	if len(want) != len(got) || known != nil && len(known) != len(want) {
		return fmt.Errorf("tagging: %d answers to %d words", len(got), len(want))
	}
	if e.kinds == nil {
		e.kinds, e.confused = map[string]*Score{}, map[[2]string]int{}
	}
	e.Sentences++
	right := 0
	for i, tag := range want {
		is := got[i] == tag
		if is {
			right++
		} else {
			e.confused[[2]string{tag, got[i]}]++
		}
		if known != nil && !known[i] {
			e.Unknown++
			if is {
				e.UnknownCorrect++
			}
		}
	}
	e.Words += len(want)
	e.Correct += right
	if right == len(want) {
		e.SentencesAllCorrect++
	}
	there, found := Runs(want), Runs(got)
	for _, r := range there {
		e.kind(r.Kind).Spans++
		if slices.Contains(found, r) {
			e.kind(r.Kind).Correct++
		}
	}
	for _, r := range found {
		e.kind(r.Kind).Found++
	}
	return nil
}

func (e *Evaluation) kind(name string) *Score {
	s := e.kinds[name]
	if s == nil {
		s = &Score{Kind: name}
		e.kinds[name] = s
	}
	return s
}

// Accuracy is the share of the words that have the right tag.
func (e *Evaluation) Accuracy() float64 { return share(e.Correct, e.Words) }

// UnknownAccuracy is that of words that training gave no vector.
func (e *Evaluation) UnknownAccuracy() float64 { return share(e.UnknownCorrect, e.Unknown) }

func share(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

// Overall is the score of all spans together: seqeval's micro average.
func (e *Evaluation) Overall() Score {
	var all Score
	for _, s := range e.kinds {
		all.Spans, all.Found, all.Correct = all.Spans+s.Spans, all.Found+s.Found, all.Correct+s.Correct
	}
	all.fill()
	return all
}

// Kinds returns the scores of the kinds of spans by their names.
func (e *Evaluation) Kinds() (all []Score) {
	for _, s := range e.kinds {
		filled := *s
		filled.fill()
		all = append(all, filled)
	}
	slices.SortFunc(all, func(a, b Score) int { return strings.Compare(a.Kind, b.Kind) })
	return all
}

// Confusion is how often a tag was taken for another.
type Confusion struct {
	Tag   string `json:"tag"`
	As    string `json:"as"`
	Words int    `json:"words"`
}

// Confusions returns the n most frequent ones.
func (e *Evaluation) Confusions(n int) (all []Confusion) {
	for pair, count := range e.confused {
		all = append(all, Confusion{pair[0], pair[1], count})
	}
	slices.SortFunc(all, func(a, b Confusion) int {
		if a.Words != b.Words {
			return b.Words - a.Words
		}
		return strings.Compare(a.Tag+"\x00"+a.As, b.Tag+"\x00"+b.As)
	})
	return all[:min(n, len(all))]
}

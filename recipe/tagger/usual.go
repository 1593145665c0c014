package tagger

import (
	"cmp"

	"github.com/gorgonia-zoo/zoo/sentences"
)

// usual is the cheapest tagger there is: the tag that a word had most often in training,
// and of an unknown word the most frequent one of those that occurred once.
type usual struct {
	words []map[string]string // by column: the tag of a word
	other []string
}

func learnUsual(columns int, part []sentences.Sentence) usual {
	u := usual{words: make([]map[string]string, columns), other: make([]string, columns)}
	for k := range columns {
		counts := map[string]map[string]int{}
		for _, s := range part {
			for i, w := range s.Words {
				if counts[w] == nil {
					counts[w] = map[string]int{}
				}
				counts[w][s.Tags[k][i]]++
			}
		}
		u.words[k] = map[string]string{}
		rare := map[string]int{}
		for w, tags := range counts {
			u.words[k][w] = most(tags)
			if len(tags) == 1 && tags[u.words[k][w]] == 1 {
				rare[u.words[k][w]]++
			}
		}
		if len(rare) == 0 {
			for _, tag := range u.words[k] {
				rare[tag]++
			}
		}
		u.other[k] = most(rare)
	}
	return u
}

// most returns the key of the largest count, of equal ones the first by its bytes.
func most(counts map[string]int) (best string) {
	for key, n := range counts {
		if best == "" || cmp.Or(cmp.Compare(counts[best], n), cmp.Compare(key, best)) < 0 {
			best = key
		}
	}
	return best
}

// answer tags the words of a sentence in a column.
func (u usual) answer(k int, words []string) []string {
	tags := make([]string, len(words))
	for i, w := range words {
		tag, ok := u.words[k][w]
		if !ok {
			tag = u.other[k]
		}
		tags[i] = tag
	}
	return tags
}

package word2vec

import "fmt"

// maxSentence is where a text is cut into sentences, as word2vec.c does: no
// window crosses a cut.
const maxSentence = 1000

// corpus is texts as sentences, the sentences in chunks.
type corpus struct {
	ids    []int32 // all words, one after the other
	ends   []int32 // where each sentence ends in ids
	chunks []int32 // where each chunk ends in ends
	counts []int   // of each of the V words
}

// newCorpus copies the texts without the words that are outside the
// vocabulary, whose ids are below 0.
func newCorpus(texts [][]int32, vocab, chunk int) (*corpus, error) {
	total := 0
	for _, t := range texts {
		total += len(t)
	}
	if total >= 1<<31-1 {
		return nil, fmt.Errorf("word2vec: %d words of text, want fewer than 2^31", total)
	}
	c := &corpus{ids: make([]int32, 0, total), counts: make([]int, vocab)}
	begin, grouped := 0, 0
	end := func() {
		if len(c.ids) == begin {
			return
		}
		begin = len(c.ids)
		c.ends = append(c.ends, int32(begin))
		if begin-grouped >= chunk {
			grouped = begin
			c.chunks = append(c.chunks, int32(len(c.ends)))
		}
	}
	for i, t := range texts {
		for j, w := range t {
			if w < 0 {
				continue
			}
			if int(w) >= vocab {
				return nil, fmt.Errorf("word2vec: text %d, word %d has the id %d, want below %d", i, j, w, vocab)
			}
			c.ids = append(c.ids, w)
			c.counts[w]++
			if len(c.ids)-begin == maxSentence {
				end()
			}
		}
		end()
	}
	if begin == 0 {
		return nil, fmt.Errorf("word2vec: no words of the vocabulary in %d texts: %w", len(texts), ErrEmpty)
	}
	if begin > grouped {
		c.chunks = append(c.chunks, int32(len(c.ends)))
	}
	return c, nil
}

// sentences calls f with each sentence of a chunk.
func (c *corpus) sentences(chunk int, f func(ids []int32)) {
	first := int32(0)
	if chunk > 0 {
		first = c.chunks[chunk-1]
	}
	from := int32(0)
	if first > 0 {
		from = c.ends[first-1]
	}
	for s := first; s < c.chunks[chunk]; s++ {
		f(c.ids[from:c.ends[s]])
		from = c.ends[s]
	}
}

// words returns the number of words in a chunk.
func (c *corpus) words(chunk int) int {
	from := int32(0)
	if chunk > 0 {
		from = c.ends[c.chunks[chunk-1]-1]
	}
	return int(c.ends[c.chunks[chunk]-1] - from)
}

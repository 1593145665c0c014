package linear

// longDocument is the number of tokens above which a document's n-grams are
// counted in an array of all columns: sorting them would take as long as anything
// else, and could not be stopped.
const longDocument = 1 << 12

// longPiece is how many tokens of a document are read between two questions
// whether to stop: less than a millisecond's work.
const longPiece = 1 << 11

// stopped reports whether the work on the document is to end.
func (r *row) stopped() bool { return r.stop != nil && r.stop() }

// longRow is row for a document of any length.
func (v *Vectorizer) longRow(r *row, tokens []string) {
	n := v.Columns()
	counts, seen := make([]int32, n), make([]bool, n)
	ahead := v.cfg.MaxN - 1 // tokens that n-grams of a piece reach into the next
	for from := 0; from < len(tokens); from += longPiece {
		if r.stopped() {
			return
		}
		begins := min(longPiece, len(tokens)-from)
		piece := tokens[from:min(from+begins+ahead, len(tokens))]
		if v.ngrams != nil {
			r.ids = v.ngrams.appendIDs(r.ids[:0], piece)
			v.ngrams.each(r.ids, begins, func(_, _ int, column int32) bool {
				counts[column]++
				seen[column] = true
				return true
			})
			continue
		}
		r.hashes = r.hashes[:0]
		v.hashes(r, piece, begins)
		for _, h := range r.hashes {
			counts[h>>1] += int32(1 - 2*(h&1))
			seen[h>>1] = true
		}
	}
	for column, ok := range seen {
		if ok {
			r.columns = append(r.columns, int32(column))
			r.counts = append(r.counts, float32(counts[column]))
		}
	}
}

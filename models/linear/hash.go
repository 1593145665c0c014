package linear

import (
	"math/bits"
	"slices"
)

// hashRow counts the n-grams of a document in hashed columns.
func (v *Vectorizer) hashRow(r *row, tokens []string) {
	r.hashes = r.hashes[:0]
	v.hashes(r, tokens, len(tokens))
	slices.Sort(r.hashes)
	last := int32(-1)
	for _, h := range r.hashes {
		column, sign := int32(h>>1), float32(1-2*(h&1))
		if column != last {
			last = column
			r.columns = append(r.columns, column)
			r.counts = append(r.counts, 0)
		}
		r.counts[len(r.counts)-1] += sign
	}
}

// hashes appends the hashes of the n-grams that begin at the first tokens, so many
// of them.
func (v *Vectorizer) hashes(r *row, tokens []string, begins int) {
	var term []byte
	for at := range begins {
		term = term[:0]
		for k := range min(v.cfg.MaxN, len(tokens)-at) {
			if k > 0 {
				term = append(term, ' ')
			}
			term = append(term, tokens[at+k]...)
			if k+1 >= v.cfg.MinN {
				r.hashes = append(r.hashes, v.hash(term))
			}
		}
	}
	if v.cfg.MaxChars > 0 {
		for _, token := range tokens[:begins] {
			v.hashChars(r, token)
		}
	}
}

// hashChars adds the n-grams of characters of a word between marks. A byte that
// no word begins with tells them from words of the same characters.
func (v *Vectorizer) hashChars(r *row, token string) {
	r.marked = append(append(append(r.marked[:0], 0, '<'), token...), '>')
	r.starts = r.starts[:0] // of each character, and the end
	for at := range string(r.marked[1:]) {
		r.starts = append(r.starts, at+1)
	}
	r.starts = append(r.starts, len(r.marked))
	for from := range len(r.starts) - 1 {
		for n := v.cfg.MinChars; n <= v.cfg.MaxChars && from+n < len(r.starts); n++ {
			// The byte before the n-gram becomes the one that tells, and is put back.
			begin := r.starts[from] - 1
			before := r.marked[begin]
			r.marked[begin] = 0
			r.hashes = append(r.hashes, v.hash(r.marked[begin:r.starts[from+n]]))
			r.marked[begin] = before
		}
	}
}

// hash returns twice the column of a term, plus one if it counts negative.
// scikit-learn takes the hash as a signed number: its absolute value chooses
// the column, its sign the sign.
func (v *Vectorizer) hash(term []byte) int64 {
	h := int64(int32(murmur3(term)))
	negative := int64(0)
	if h < 0 {
		h = -h
		if v.cfg.Signed {
			negative = 1
		}
	}
	return h%int64(v.cfg.Hash)<<1 | negative
}

// murmur3 is the 32-bit hash of Appleby's MurmurHash3 with seed 0.
func murmur3(data []byte) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	var h uint32
	n := len(data)
	for ; len(data) >= 4; data = data[4:] {
		k := uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
		h ^= bits.RotateLeft32(k*c1, 15) * c2
		h = bits.RotateLeft32(h, 13)*5 + 0xe6546b64
	}
	if len(data) > 0 {
		var k uint32
		for i := len(data) - 1; i >= 0; i-- {
			k = k<<8 | uint32(data[i])
		}
		h ^= bits.RotateLeft32(k*c1, 15) * c2
	}
	h ^= uint32(n)
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

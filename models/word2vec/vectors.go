package word2vec

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// ErrUnknown is wrapped by errors about a word that has no vector.
var ErrUnknown = errors.New("no such word")

// Vectors is a vector for each of some words. Its methods are safe for many
// goroutines.
type Vectors struct {
	words []string
	dim   int
	data  []float32 // [V, D]
	ids   map[string]int32
	unit  func() []float32 // [V, D], every row of length 1 or 0
	notes []string
}

// NewVectors joins distinct words with their vectors: row i of data, of dim
// finite numbers, is that of words[i]. Both are kept, not copied.
func NewVectors(words []string, dim int, data []float32) (*Vectors, error) {
	if dim < 1 || len(data) != len(words)*dim {
		return nil, fmt.Errorf("word2vec: %d numbers for %d words of %d dimensions", len(data), len(words), dim)
	}
	v := &Vectors{words: words, dim: dim, data: data, ids: make(map[string]int32, len(words))}
	for i, w := range words {
		if w == "" {
			return nil, fmt.Errorf("word2vec: word %d is empty", i)
		}
		if first, ok := v.ids[w]; ok {
			return nil, fmt.Errorf("word2vec: words %d and %d are both %q", first, i, w)
		}
		v.ids[w] = int32(i)
	}
	for i, x := range data {
		if x-x != 0 {
			return nil, fmt.Errorf("word2vec: number %d of %q is %v, want a finite one", i%dim, words[i/dim], x)
		}
	}
	v.unit = sync.OnceValue(v.units)
	return v, nil
}

// Notes says in sentences what of a file was passed over when it was read; none for
// vectors that are from no file, or all there.
func (v *Vectors) Notes() []string { return v.notes }

// Len returns V, and Dim returns D.
func (v *Vectors) Len() int { return len(v.words) }
func (v *Vectors) Dim() int { return v.dim }

// Words returns the words in the order of their vectors, which for a trained
// model is that of falling frequency. It must not be changed.
func (v *Vectors) Words() []string { return v.words }

// Vector returns the vector of a word, and false if it has none. It is the
// model's own memory.
func (v *Vectors) Vector(word string) ([]float32, bool) {
	i, ok := v.ids[word]
	if !ok {
		return nil, false
	}
	return v.row(v.data, i), true
}

func (v *Vectors) row(data []float32, i int32) []float32 { return data[int(i)*v.dim:][:v.dim] }

// First returns the first n words and their vectors, or all if there are fewer.
func (v *Vectors) First(n int) *Vectors {
	n = min(n, len(v.words))
	first, err := NewVectors(v.words[:n:n], v.dim, v.data[:n*v.dim:n*v.dim])
	if err != nil {
		return v // not reached: parts of what is right are right
	}
	return first
}

// units returns the vectors divided by their lengths.
func (v *Vectors) units() []float32 {
	out := make([]float32, len(v.data))
	for i := range v.words {
		from, to := v.row(v.data, int32(i)), v.row(out, int32(i))
		length := math.Sqrt(dot(from, from))
		for k, x := range from {
			if length > 0 {
				to[k] = float32(float64(x) / length)
			}
		}
	}
	return out
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i, x := range a {
		sum += float64(float64(x) * float64(b[i]))
	}
	return sum
}

// Neighbour is a word and the cosine of the angle to it.
type Neighbour struct {
	Word       string  `json:"word"`
	Similarity float64 `json:"similarity"`
}

// Nearest returns the n words whose vectors have the largest cosine with that
// of a word, itself left out, largest first.
func (v *Vectors) Nearest(word string, n int) ([]Neighbour, error) {
	id, err := v.id(word)
	if err != nil {
		return nil, err
	}
	return v.near(v.row(v.unit(), id), n, id), nil
}

// Analogy returns the n words that are to c as b is to a: those nearest to
// b - a + c, all of length 1, the three left out (3CosAdd; Mikolov, Yih and
// Zweig 2013).
func (v *Vectors) Analogy(a, b, c string, n int) ([]Neighbour, error) {
	ids := [3]int32{}
	for i, w := range []string{a, b, c} {
		var err error
		if ids[i], err = v.id(w); err != nil {
			return nil, err
		}
	}
	unit := v.unit()
	target := make([]float32, v.dim)
	for k := range target {
		target[k] = v.row(unit, ids[1])[k] - v.row(unit, ids[0])[k] + v.row(unit, ids[2])[k]
	}
	return v.near(target, n, ids[:]...), nil
}

// Similarity returns the cosine of the angle between two words' vectors.
func (v *Vectors) Similarity(a, b string) (float64, error) {
	i, err := v.id(a)
	if err != nil {
		return 0, err
	}
	j, err := v.id(b)
	if err != nil {
		return 0, err
	}
	return dot(v.row(v.unit(), i), v.row(v.unit(), j)), nil
}

func (v *Vectors) id(word string) (int32, error) {
	id, ok := v.ids[word]
	if !ok {
		return 0, fmt.Errorf("word2vec: %q: %w among the %d", word, ErrUnknown, len(v.words))
	}
	return id, nil
}

// near returns the n words nearest to a vector, but for some.
func (v *Vectors) near(vector []float32, n int, but ...int32) []Neighbour {
	length := math.Sqrt(dot(vector, vector))
	if n <= 0 {
		return nil
	}
	type hit struct {
		id  int32
		cos float64
	}
	hits := make([]hit, 0, len(v.words))
	unit := v.unit()
	for i := range v.words {
		if slices.Contains(but, int32(i)) {
			continue
		}
		cos := 0.0
		if length > 0 {
			cos = dot(v.row(unit, int32(i)), vector) / length
		}
		hits = append(hits, hit{int32(i), cos})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.cos, a.cos), cmp.Compare(a.id, b.id))
	})
	var out []Neighbour
	for _, h := range hits[:min(n, len(hits))] {
		out = append(out, Neighbour{v.words[h.id], h.cos})
	}
	return out
}

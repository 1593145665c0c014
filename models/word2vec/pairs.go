package word2vec

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/lines"
)

// Pair is two words and how similar people found them.
type Pair struct {
	A, B  string
	Score float64
}

// ReadPairs reads lines of two words and a score, separated by tabs, spaces or
// commas, as WordSim-353, MEN and SimLex-999 have them. Lines that are empty or
// begin with # are skipped, and a first line whose third column is no number.
func ReadPairs(r io.Reader) ([]Pair, error) {
	var pairs []Pair
	s := bufio.NewScanner(r)
	s.Split(lines.Split())
	for line := 1; s.Scan(); line++ {
		text := strings.TrimSpace(strings.TrimPrefix(s.Text(), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		fields := strings.FieldsFunc(text, func(r rune) bool { return r == '\t' || r == ' ' || r == ',' })
		if len(fields) < 3 {
			return nil, fmt.Errorf("word2vec: pairs: line %d: %d columns, want two words and a score", line, len(fields))
		}
		score, err := strconv.ParseFloat(fields[2], 64)
		if err != nil || score-score != 0 {
			if len(pairs) == 0 && line == 1 {
				continue
			}
			return nil, fmt.Errorf("word2vec: pairs: line %d, column 3: %.50q, want a number", line, fields[2])
		}
		pairs = append(pairs, Pair{fields[0], fields[1], score})
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("word2vec: pairs: %w", err)
	}
	return pairs, nil
}

// Agreement returns Spearman's rank correlation between the scores of pairs and
// the similarities of their vectors, over the pairs whose words both have one,
// as Find looks for them, and how many these are. It is NaN for fewer than
// two.
func (v *Vectors) Agreement(pairs []Pair) (spearman float64, covered int) {
	var people, cosines []float64
	for _, p := range pairs {
		a, ok := v.Find(p.A)
		b, ok2 := v.Find(p.B)
		if !ok || !ok2 {
			continue
		}
		cos, err := v.Similarity(a, b)
		if err != nil {
			continue // not reached: both are there
		}
		people, cosines = append(people, p.Score), append(cosines, cos)
	}
	return correlation(ranks(people), ranks(cosines)), len(people)
}

// Find returns the form in which a word has a vector: its own, lower case, or
// either with underscores for blanks, as phrases have them.
func (v *Vectors) Find(word string) (string, bool) {
	lower := strings.ToLower(word)
	for _, w := range []string{word, lower, underscored(word), underscored(lower)} {
		if _, ok := v.ids[w]; ok {
			return w, true
		}
	}
	return lower, false
}

// underscored is a phrase as PhraseConfig.Join names it.
func underscored(words string) string { return strings.Join(strings.Fields(words), "_") }

// ranks returns the place of each number in order, ties sharing their mean.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	out := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return out
}

// correlation is Pearson's.
func correlation(x, y []float64) float64 {
	n := float64(len(x))
	var mx, my float64
	for i := range x {
		mx += x[i] / n
		my += y[i] / n
	}
	var xy, xx, yy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xy += float64(dx * dy)
		xx += float64(dx * dx)
		yy += float64(dy * dy)
	}
	return xy / math.Sqrt(float64(xx*yy))
}

package linear

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// randomDocs draws documents over a small alphabet, so that long n-grams
// repeat; some are empty.
func randomDocs(rng *rand.Rand, n, length, words int) [][]string {
	docs := make([][]string, n)
	for i := range docs {
		for range rng.IntN(length + 1) {
			// Rare words too.
			docs[i] = append(docs[i], fmt.Sprintf("w%d", min(rng.IntN(words), rng.IntN(words))))
		}
	}
	return docs
}

func sequence(docs [][]string) func(func([]string, error) bool) {
	return func(yield func([]string, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// naive is the vectorizer by maps of strings.
func naive(cfg VectorizerConfig, docs [][]string) (terms []string, rows []map[string]float64) {
	df, total := map[string]int{}, map[string]int{}
	for _, d := range docs {
		row := map[string]float64{}
		for n := cfg.MinN; n <= cfg.MaxN; n++ {
			for i := 0; i+n <= len(d); i++ {
				row[strings.Join(d[i:i+n], " ")]++
			}
		}
		for term, c := range row {
			df[term]++
			total[term] += int(c)
			if cfg.Weighting == Binary {
				row[term] = 1
				total[term] += 1 - int(c)
			}
		}
		rows = append(rows, row)
	}
	low, high := bounds(cfg.MinDF, cfg.MaxDF, len(docs))
	for term, n := range df {
		if n >= low && n <= high {
			terms = append(terms, term)
		}
	}
	words := func(s string) int { return strings.Count(s, " ") }
	if cfg.MaxFeatures > 0 && len(terms) > cfg.MaxFeatures {
		slices.SortFunc(terms, func(a, b string) int {
			return cmp.Or(cmp.Compare(total[b], total[a]), cmp.Compare(words(a), words(b)), cmp.Compare(a, b))
		})
		terms = terms[:cfg.MaxFeatures]
	}
	slices.Sort(terms)
	for _, row := range rows {
		maps.DeleteFunc(row, func(term string, _ float64) bool { _, ok := slices.BinarySearch(terms, term); return !ok })
	}
	return terms, rows
}

func TestFeaturesEqualCountingInMaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	for range rounds {
		cfg := VectorizerConfig{MinN: 1 + rng.IntN(3), Weighting: []Weighting{Counts, Binary}[rng.IntN(2)]}
		cfg.MaxN = cfg.MinN + rng.IntN(3)
		cfg.MinDF = []Frequency{{}, {Count: 2}, {Count: 3}, {Fraction: 0.1}}[rng.IntN(4)]
		cfg.MaxDF = []Frequency{{}, {}, {Count: 6}, {Fraction: 0.6}}[rng.IntN(4)]
		cfg.MaxFeatures = []int{0, 0, 5}[rng.IntN(3)]
		docs := randomDocs(rng, 1+rng.IntN(20), 12, 2+rng.IntN(6))
		wantTerms, wantRows := naive(cfg, docs)
		v, m, err := NewVectorizer(t.Context(), cfg, sequence(docs))
		if len(wantTerms) == 0 {
			if !errors.Is(err, ErrEmpty) {
				t.Fatalf("%+v: %v, want ErrEmpty", cfg, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got := terms(v)
		if !slices.Equal(got, wantTerms) {
			t.Fatalf("%+v of %q: terms %q, want %q", cfg, docs, got, wantTerms)
		}
		for i, term := range got {
			if c, ok := v.NGrams().Column(strings.Fields(term)...); !ok || c != i {
				t.Fatalf("column of %q is %d, %v, want %d", term, c, ok, i)
			}
		}
		again, err := v.Transform(t.Context(), sequence(docs))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []*CSR{m, again} {
			if err := wellFormed(m); err != nil || m.Rows != len(docs) || m.Cols != len(got) || (m.Value == nil) != (cfg.Weighting == Binary) {
				t.Fatalf("%d x %d, %v", m.Rows, m.Cols, err)
			}
			for i, row := range dense(m) {
				for j, x := range row {
					if x != wantRows[i][got[j]] {
						t.Fatalf("%+v of %q: %q has %v of %q, want %v", cfg, docs, docs[i], x, got[j], wantRows[i][got[j]])
					}
				}
			}
		}
	}
}

func TestColumnOfWhatIsNotThere(t *testing.T) {
	v, _, err := NewVectorizer(t.Context(), VectorizerConfig{MinN: 2, MaxN: 3}, sequence([][]string{{"a", "b", "c"}}))
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range [][]string{{}, {"a"}, {"x"}, {"b", "a"}, {"a", "x"}, {"a", "b", "x"}, {"a", "b", "c", "d"}, {"a", "b", "c", "a"}} {
		if c, ok := v.NGrams().Column(words...); ok {
			t.Errorf("%q has column %d", words, c)
		}
	}
	for i, words := range [][]string{{"a", "b"}, {"a", "b", "c"}, {"b", "c"}} {
		if c, ok := v.NGrams().Column(words...); !ok || c != i {
			t.Errorf("%q has column %d, %v, want %d", words, c, ok, i)
		}
	}
}

func TestPruneKeepsWhatIsAskedFor(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 50 {
		docs := randomDocs(rng, 12, 12, 5)
		v, _, err := NewVectorizer(t.Context(), VectorizerConfig{MaxN: 3}, sequence(docs))
		if errors.Is(err, ErrEmpty) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		all := terms(v)
		keep := make([]bool, len(all))
		var want []string
		var old []int32
		for i := range keep {
			if keep[i] = rng.IntN(4) == 0; keep[i] {
				want, old = append(want, all[i]), append(old, int32(i))
			}
		}
		p, kept := v.NGrams().prune(keep)
		if got := terms(&Vectorizer{ngrams: p}); !slices.Equal(got, want) || !slices.Equal(kept, old) {
			t.Fatalf("kept %q as %v, want %q as %v", got, kept, want, old)
		}
		for i, term := range want {
			if c, ok := p.Column(strings.Fields(term)...); !ok || c != i {
				t.Fatalf("column of %q is %d, %v, want %d", term, c, ok, i)
			}
		}
	}
}

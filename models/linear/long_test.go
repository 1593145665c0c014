package linear

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A document has the same row by both ways of counting.
func TestLongRow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(n, words int) (tokens []string) {
		for range n {
			tokens = append(tokens, fmt.Sprintf("w%d", rng.IntN(words)))
		}
		return tokens
	}
	var docs [][]string
	for range 40 {
		docs = append(docs, draw(30, 40))
	}
	long := draw(3*longPiece+17, 50) // some of them unknown
	for name, cfg := range map[string]VectorizerConfig{
		"n-grams":    {MinN: 1, MaxN: 3},
		"pairs":      {MinN: 2, MaxN: 2, Weighting: Binary},
		"hashed":     {MinN: 1, MaxN: 2, Hash: 1 << 10, Signed: true},
		"characters": {MinN: 1, MaxN: 1, MinChars: 2, MaxChars: 4, Hash: 1 << 8, Signed: true},
	} {
		v, _, err := NewVectorizer(context.Background(), cfg, func(yield func([]string, error) bool) {
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var sorted, counted row
		v.sortedRow(&sorted, long)
		v.longRow(&counted, long)
		if len(counted.columns) == 0 || !slices.Equal(sorted.columns, counted.columns) || !slices.Equal(sorted.counts, counted.counts) {
			t.Errorf("%s: %d columns counted, %d sorted, or other counts", name, len(counted.columns), len(sorted.columns))
		}
	}
}

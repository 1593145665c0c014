package lstm

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// texts returns random ids below vocab in texts of 1 to longest tokens.
func texts(rng *rand.Rand, n, longest, vocab int) [][]int32 {
	all := make([][]int32, n)
	for i := range all {
		for range 1 + rng.IntN(longest) {
			all[i] = append(all[i], rng.Int32N(int32(vocab)))
		}
	}
	return all
}

// labelled returns a batch of texts with random classes.
func labelled(t testing.TB, rng *rand.Rand, all [][]int32, classes int) Batch {
	t.Helper()
	labels := make([]int32, len(all))
	for i := range labels {
		labels[i] = rng.Int32N(int32(classes))
	}
	b, err := NewBatch(all, labels)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNewBatchSortsLongestFirst(t *testing.T) {
	given := [][]int32{{1, 1}, {2}, {3, 3, 3}, {4}, {5, 5}}
	b, err := NewBatch(given, []int32{10, 11, 12, 13, 14})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{2, 0, 4, 1, 3}; !slices.Equal(b.order, want) {
		t.Errorf("order %v, want %v", b.order, want)
	}
	if want := []int32{12, 10, 14, 11, 13}; !slices.Equal(b.Labels, want) {
		t.Errorf("labels %v, want %v", b.Labels, want)
	}
	for i, from := range b.order {
		if !slices.Equal(b.Texts[i], given[from]) {
			t.Errorf("text %d is %v", i, b.Texts[i])
		}
	}
	if b.Examples() != 5 || b.Tokens() != 9 {
		t.Errorf("%d examples, %d tokens", b.Examples(), b.Tokens())
	}
}

func TestNewBatchErrors(t *testing.T) {
	if _, err := NewBatch(nil, nil); err == nil {
		t.Error("a batch without texts")
	}
	if _, err := NewBatch([][]int32{{1}, {}}, nil); !errors.Is(err, ErrEmptyText) {
		t.Errorf("an empty text: %v", err)
	}
	if _, err := NewBatch([][]int32{{1}, {2}}, []int32{1}); err == nil {
		t.Error("one label for two texts")
	}
	if b, err := NewBatch([][]int32{{1}}, nil); err != nil || b.Labels != nil {
		t.Errorf("without labels: %v, %v", b, err)
	}
}

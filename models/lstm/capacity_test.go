package lstm

import (
	"runtime"
	"testing"
)

// A batch that fills the graph's memory to the last row, in which the texts of
// one core end long before those of the other.
func TestBatchThatFillsTheCapacity(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	lengths := []int{300, 299, 5}
	for range 61 {
		lengths = append(lengths, 7)
	}
	texts, labels := make([][]int32, len(lengths)), make([]int32, len(lengths))
	tokens := 0
	for i, n := range lengths {
		texts[i], labels[i] = make([]int32, n), int32(i%2)
		for k := range texts[i] {
			texts[i][k] = int32((i + k) % 20)
		}
		tokens += n
	}
	if tokens != 16*64+7 { // a number of rows that the panels do not round up
		t.Fatalf("%d tokens", tokens)
	}
	n, err := New(Config{Vocab: 20, Embedding: 3, Hidden: 20}, 1)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := n.Trainer(TrainerConfig{Tokens: tokens, Texts: len(texts)})
	if err != nil {
		t.Fatal(err)
	}
	// The small batch comes first: memory is then set aside for the capacity
	// and not for the batch.
	for _, count := range []int{10, len(texts)} {
		b, err := NewBatch(texts[len(texts)-count:], labels[len(texts)-count:])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := tr.Step(b, 0); err != nil {
			t.Fatal(err)
		}
	}
}

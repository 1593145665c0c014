package lstm

import "fmt"

// NewTargets is NewBatch for texts that may have several of the network's classes:
// targets are 1 for those that a text has and 0 for others, as many for each text, in
// their order.
func NewTargets(texts [][]int32, targets []float32) (Batch, error) {
	b, err := NewBatch(texts, nil)
	if err != nil {
		return b, err
	}
	if len(targets)%len(texts) != 0 || len(targets) == 0 {
		return Batch{}, fmt.Errorf("lstm: %d targets for %d texts, want as many for each", len(targets), len(texts))
	}
	n := len(targets) / len(texts)
	for _, from := range b.order {
		b.Targets = append(b.Targets, targets[from*n:(from+1)*n]...)
	}
	return b, nil
}

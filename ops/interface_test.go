package ops

import (
	"testing"

	G "gorgonia.org/gorgonia"
)

// The machine runs an op by Do alone, into memory that the op owns. Each of these
// interfaces would have it go another way for an op that satisfies it, on purpose or
// by a method of that name.
func TestOpsAreRunByDoAlone(t *testing.T) {
	for name, op := range map[string]G.Op{
		"embedding": &embeddingOp{}, "dropout": &dropoutOp{}, "pool": &poolOp{}, "loss": &lossOp{}, "lstm": &lstmOp{},
		"linear": &linearOp{}, "relu": &reluOp{}, "take": &takeOp{}, "derivative": &derivative{},
		"predicting encoder embedding": &inferEmbeddingOp{}, "predicting attention": &inferAttentionOp{}, "predicting feed-forward": &inferFeedForwardOp{},
		"encoder embedding": &encoderEmbeddingOp{}, "attention": &attentionOp{}, "feed-forward": &feedForwardOp{}, "pool texts": &poolTextsOp{}, "tap": &tapOp{}, "tapped": &tappedOp{},
	} {
		for what, is := range map[string]bool{
			"UsePreallocDoer": implements[G.UsePreallocDoer](op), "UnsafeDoer": implements[G.UnsafeDoer](op),
			"IncrDoer": implements[G.IncrDoer](op), "CUDADoer": implements[G.CUDADoer](op), "CLDoer": implements[G.CLDoer](op),
			"NoRetOp": implements[G.NoRetOp](op), "ADOp": implements[G.ADOp](op), "ReductionOp": implements[G.ReductionOp](op),
		} {
			if is {
				t.Errorf("%s is a %s", name, what)
			}
		}
		if op.OverwritesInput() != -1 || !op.ReturnsPtr() || op.CallsExtern() {
			t.Errorf("%s: overwrites input %d, returns a pointer: %v, calls out: %v", name, op.OverwritesInput(), op.ReturnsPtr(), op.CallsExtern())
		}
	}
}

func implements[I any](op G.Op) bool {
	_, ok := op.(I)
	return ok
}

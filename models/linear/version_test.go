package linear

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"
)

// logitsSHA are of the logits of TestVersion by the version that gave them. A new
// version gets a line of its own; no line ever changes.
var logitsSHA = map[string]string{
	"linear-1": "18d0eaef530a221e13af0fb4597ee604dcba8ff822cbb83cb8d39390707e7fdb",
}

// What a classifier learns and answers is kept in caches under Version, which
// changes with the last bit of a logit.
func TestVersion(t *testing.T) {
	docs, label := randomDocs(rand.New(rand.NewPCG(1, 15)), 1500, 60, 3000), func(i int) int { return i % 2 }
	cfg := nbsvm
	cfg.MaxTerms = 2000
	c, report, err := TrainTokens(t.Context(), cfg, lower, classes, sequence(docs), label)
	if err != nil {
		t.Fatal(err)
	}
	if report.Features != cfg.MaxTerms {
		t.Fatalf("%d features, want %d of more", report.Features, cfg.MaxTerms)
	}
	predictions, err := c.PredictAllTokens(t.Context(), docs)
	if err != nil {
		t.Fatal(err)
	}
	var bits []byte
	for _, p := range predictions {
		bits = binary.LittleEndian.AppendUint64(bits, math.Float64bits(p.Logits[0]))
	}
	sum := sha256.Sum256(bits)
	if got := hex.EncodeToString(sum[:]); got != logitsSHA[Version] {
		t.Errorf("the logits of version %q have SHA-256 %s, want %s: name a new version", Version, got, logitsSHA[Version])
	}
}

package word2vec

import (
	"os"
	"strconv"
)

func init() {
	if v, err := strconv.Atoi(os.Getenv("W2V_SHARDS")); err == nil {
		shards = v
	}
	if v, err := strconv.Atoi(os.Getenv("W2V_CROWD")); err == nil {
		crowd = float32(v)
	}
	if v, err := strconv.Atoi(os.Getenv("W2V_NEG")); err == nil {
		negatives = v
	}
}

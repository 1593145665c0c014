package word2vec

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
)

// shards is the number of chunks in a round: as many cores can work on one, and
// that many chunks do not see what the others learn until it ends.
const shards = 8

// DefaultChunk is the number of words that a chunk has at least, unless told
// otherwise.
const DefaultChunk = 128

// TrainerConfig is what a Trainer has beside the Config.
type TrainerConfig struct {
	Vocab        int     // V: ids are below it
	Epochs       int     // passes over the texts; 0 means 5
	LearningRate float64 // of the first round, falling in a line to 1e-4 of it; 0 means 0.025, for CBOW 0.05
	Chunk        int     // words in a chunk at least; 0 means DefaultChunk
	Seed         uint64
}

// Trainer learns vectors. It has the methods that train.Fit asks of a model and
// of data; unlike other models it changes its parameters itself, because within a round each
// block of words builds on the one before.
type Trainer struct {
	config  Config
	plan    TrainerConfig
	corpus  *corpus
	keep    []uint64
	draw    *drawer
	in, out *ops.Param // [V, D]
	shards  []*shard
	tallies [2][]tally // [V] of in and of out
}

// Round is what one step trains on.
type Round struct {
	epoch  int
	chunks []int32
	words  int
}

// Examples and Tokens return the number of words, before subsampling.
func (r Round) Examples() int { return r.words }

// Tokens is Examples.
func (r Round) Tokens() int { return r.words }

// NewTrainer prepares texts, lists of word ids; ids below 0 are words outside
// the vocabulary, and left out. Initial vectors are uniform in
// (-1/2D, 1/2D), the output vectors zero.
func NewTrainer(c Config, plan TrainerConfig, texts [][]int32) (*Trainer, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	if plan.Epochs == 0 {
		plan.Epochs = 5
	}
	if plan.Chunk == 0 {
		plan.Chunk = DefaultChunk
	}
	if plan.LearningRate == 0 {
		plan.LearningRate = 0.025
		if c.CBOW {
			plan.LearningRate = 0.05
		}
	}
	switch {
	case plan.Vocab < 1 || plan.Vocab > MaxVocab:
		return nil, fmt.Errorf("word2vec: vocabulary of %d words, want 1 to %d", plan.Vocab, MaxVocab)
	case int64(plan.Vocab)*int64(c.Dim) > 1<<31:
		return nil, fmt.Errorf("word2vec: %d words of %d dimensions, want at most 2^31 numbers", plan.Vocab, c.Dim)
	case plan.Epochs < 1 || plan.Chunk < 1:
		return nil, fmt.Errorf("word2vec: %d epochs and chunks of %d words, want 1 or more", plan.Epochs, plan.Chunk)
	case !(plan.LearningRate > 0 && plan.LearningRate <= 10):
		return nil, fmt.Errorf("word2vec: learning rate %v, want above 0 and at most 10", plan.LearningRate)
	}
	t := &Trainer{config: c, plan: plan}
	if t.corpus, err = newCorpus(texts, plan.Vocab, plan.Chunk); err != nil {
		return nil, err
	}
	t.keep, t.draw = keeps(t.corpus.counts, c.Sample), newDrawer(t.corpus.counts)
	t.in = ops.NewParam("embedding.weight", plan.Vocab, c.Dim)
	t.out = ops.NewParam("output.weight", plan.Vocab, c.Dim)
	t.in.Uniform(plan.Seed, 0.5/float64(c.Dim))
	t.tallies = [2][]tally{make([]tally, plan.Vocab), make([]tally, plan.Vocab)}
	for range shards {
		t.shards = append(t.shards, newShard(t))
	}
	return t, nil
}

// Steps returns the number of rounds in an epoch.
func (t *Trainer) Steps() int { return (len(t.corpus.chunks) + shards - 1) / shards }

// Words returns the number of words that an epoch goes through.
func (t *Trainer) Words() int { return len(t.corpus.ids) }

// Params returns the vectors [V, D], and those of the outputs [V, D].
func (t *Trainer) Params() []*ops.Param { return []*ops.Param{t.in, t.out} }

// Epoch yields the rounds of an epoch, counted from 0: each has an order of its
// own.
func (t *Trainer) Epoch(epoch int) iter.Seq2[Round, error] {
	return func(yield func(Round, error) bool) {
		order := make([]int32, len(t.corpus.chunks))
		for i := range order {
			order[i] = int32(i)
		}
		shuffle(ops.Stream(t.plan.Seed, "order", uint64(epoch)), order)
		for chunks := range slices.Chunk(order, shards) {
			r := Round{epoch: epoch, chunks: chunks}
			for _, c := range chunks {
				r.words += t.corpus.words(int(c))
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// shuffle is Fisher's and Yates's.
func shuffle(rng *rand.Rand, x []int32) {
	for i := len(x) - 1; i > 0; i-- {
		j := rng.Uint64N(uint64(i + 1))
		x[i], x[j] = x[j], x[i]
	}
}

// still is a gradient of no rows.
var still = ops.Gradient{Rows: []int32{}}

// Step trains one round and returns the mean loss of a few of its pairs. The
// weights are changed when it returns, and the gradients list no rows.
func (t *Trainer) Step(r Round, step uint64) (loss float32, grads []ops.Gradient, err error) {
	chunks := r.chunks
	rate := t.plan.LearningRate * max(1e-4, 1-float64(step)/float64(t.plan.Epochs*t.Steps()))
	kernel.Parallel(len(chunks), func(i int) {
		chunk := uint64(chunks[i])
		rng := ops.Stream(t.plan.Seed, "chunk", uint64(r.epoch)<<32|chunk)
		t.shards[i].train(int(chunk), float32(rate), rng)
	})
	var in, out []*overlay
	for _, s := range t.shards[:len(chunks)] {
		in, out = append(in, s.in), append(out, s.out)
	}
	inWeights, outWeights := t.in.Write(), t.out.Write()
	kernel.Parallel(2*parts, func(p int) {
		if p < parts {
			merge(inWeights, in, p, t.tallies[0])
		} else {
			merge(outWeights, out, p-parts, t.tallies[1])
		}
	})
	sum, pairs := 0.0, 0.0
	for _, s := range t.shards[:len(chunks)] {
		sum += s.loss
		pairs += s.pairs
	}
	if pairs > 0 {
		sum /= pairs
	}
	return float32(sum), []ops.Gradient{still, still}, nil
}

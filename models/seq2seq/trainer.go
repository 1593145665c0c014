package seq2seq

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// TrainerConfig is what training needs beside the network.
type TrainerConfig struct {
	Seed      uint64  // of the dropout masks
	Smoothing float64 // of labels; see ops.OutputCrossEntropy
	Tokens    int     // tokens of a side that the graph is first built for; it grows when a batch has more
	Pairs     int     // pairs likewise
}

// forced is a graph with teacher forcing.
type forced struct {
	network *Network
	inputs
	program *ops.Program
	lengths [][]int32 // scratch
	define  func(tokens, pairs int) (*ops.Program, error)
}

// run computes a batch.
func (f *forced) run(b Batch) error {
	n := f.network
	for i, texts := range [][][]int32{b.Sources, b.Targets} {
		vocab := []int{n.config.SourceVocab, n.config.TargetVocab}[i]
		for _, text := range texts {
			for _, id := range text {
				if id < 0 || int(id) >= vocab {
					return fmt.Errorf("seq2seq: token %d, want 0 to %d", id, vocab-1)
				}
			}
		}
	}
	if tokens := max(b.tokens[0], b.tokens[1]); tokens > len(f.sources) || len(b.Sources) > len(f.sourceLengths) || f.program == nil {
		// Half as much again, so that growing costs little in all.
		grown := tokens + tokens/2
		if f.program == nil {
			grown = tokens
		}
		program, err := f.define(max(grown, len(f.sources)), max(len(b.Sources), len(f.sourceLengths)))
		if err != nil {
			return fmt.Errorf("seq2seq: %w", err)
		}
		f.program = program
	}
	if _, err := ops.Pack(f.sources, f.sourceLengths, b.Sources); err != nil {
		return fmt.Errorf("seq2seq: %w", err)
	}
	for _, side := range []struct {
		to      []int32
		shifted func(target []int32) []int32
	}{
		{f.inputs.targets, func(t []int32) []int32 { return append([]int32{BOS}, t...) }},
		{f.labels, func(t []int32) []int32 { return append(slices.Clone(t), EOS) }},
	} {
		f.lengths = f.lengths[:0]
		for _, t := range b.Targets {
			f.lengths = append(f.lengths, side.shifted(t))
		}
		if _, err := ops.Pack(side.to, f.targetLengths, f.lengths); err != nil {
			return fmt.Errorf("seq2seq: %w", err)
		}
	}
	copy(f.order, b.order)
	if err := f.program.Run(); err != nil {
		return fmt.Errorf("seq2seq: %w", err)
	}
	return nil
}

// Trainer is the graph that computes losses and gradients of a Network. One goroutine
// at a time may use it.
type Trainer struct {
	forced
	noise ops.Noise
	rows  [][]int32 // what Rows returns
	read  []int32
}

// Trainer returns a training graph. The weights stay the network's own.
func (n *Network) Trainer(c TrainerConfig) (*Trainer, error) {
	t := &Trainer{forced: forced{network: n}}
	t.noise.Seed = c.Seed
	t.define = func(tokens, pairs int) (*ops.Program, error) {
		return ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
			loss, err = n.loss(g, &t.inputs, tokens, tokens, pairs, &t.noise, c.Smoothing)
			return loss, nil, err
		})
	}
	var err error
	if t.program, err = t.define(max(c.Tokens, 256), max(c.Pairs, 16)); err != nil {
		return nil, fmt.Errorf("seq2seq: %w", err)
	}
	return t, nil
}

// Params returns the weights, in the order of Step's gradients.
func (t *Trainer) Params() []*ops.Param { return t.program.Params() }

// Step returns the mean loss of a batch's target tokens and its gradients, which are
// valid until the next call. The step numbers the dropout masks: the same step on the
// same batch gives the same bits.
func (t *Trainer) Step(b Batch, step uint64) (float32, []ops.Gradient, error) {
	t.noise.Step = step
	if err := t.run(b); err != nil {
		return 0, nil, err
	}
	return t.program.Loss(), t.program.Gradients(), nil
}

// Rows returns, for each of Params, the rows that Step will read: those of the batch's
// source tokens for a source table of its own, nil (all) for the others.
func (t *Trainer) Rows(b Batch) [][]int32 {
	if t.rows == nil {
		t.rows = make([][]int32, len(t.Params()))
	}
	if t.network.source != nil {
		t.read = t.read[:0]
		for _, text := range b.Sources {
			t.read = append(t.read, text...)
		}
		t.rows[slices.Index(t.Params(), t.network.source)] = t.read
	}
	return t.rows
}

// Judge computes losses without gradients and dropout. One goroutine at a time may use
// it.
type Judge struct{ forced }

// Judge returns a graph that computes losses.
func (n *Network) Judge() *Judge {
	j := &Judge{forced{network: n}}
	j.define = func(tokens, pairs int) (*ops.Program, error) {
		return ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
			output, err = n.loss(g, &j.inputs, tokens, tokens, pairs, nil, 0)
			return nil, output, err
		})
	}
	return j
}

// Loss returns the mean cross-entropy of a batch's target tokens, with what ends each
// target.
func (j *Judge) Loss(b Batch) (float32, error) {
	if err := j.run(b); err != nil {
		return 0, err
	}
	data, _ := j.program.Output()
	return data[0], nil
}

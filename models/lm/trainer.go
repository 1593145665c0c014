package lm

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Batch is a window of all streams. Inputs and Targets are in packed order: the first
// word of each stream, then the second.
type Batch struct {
	Inputs, Targets []int32 // [N]; a target is the word after its input
	Negatives       []int32 // see Sampler
	First           bool    // whether the streams begin here, from zero states
}

// Examples and Tokens return the number of words that are predicted.
func (b Batch) Examples() int { return len(b.Targets) }
func (b Batch) Tokens() int   { return len(b.Targets) }

// TrainerConfig is what training needs beside the network.
type TrainerConfig struct {
	Seed    uint64 // of the dropout masks
	Streams int    // B
	Window  int    // T
}

// Trainer is the graph that computes losses and gradients of a Network. One goroutine
// at a time may use it.
type Trainer struct {
	network *Network
	config  TrainerConfig
	noise   ops.Noise
	program *ops.Program
	states  *carried
	state   []float32

	ids, targets, negatives []int32
	rows                    [][]int32 // what Rows returns
	read                    []int32
}

// Trainer returns a training graph. The weights stay the network's own.
func (n *Network) Trainer(c TrainerConfig) (*Trainer, error) {
	if c.Streams < 1 || c.Window < 1 || c.Streams*c.Window > 1<<24 {
		return nil, fmt.Errorf("lm: %d streams in windows of %d words, want 1 or more of both", c.Streams, c.Window)
	}
	t := &Trainer{network: n, config: c, state: make([]float32, n.stateLen(c.Streams))}
	t.noise.Seed = c.Seed
	var err error
	t.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		size := c.Streams * c.Window
		ids, data := g.Ints("ids", size)
		targets, more := g.Ints("targets", size)
		lengths, all := g.Ints("lengths", c.Streams)
		negatives, drawn := g.Ints("negatives", n.config.Negatives)
		t.ids, t.targets, t.negatives = data, more, drawn
		for i := range all {
			all[i] = int32(c.Window)
		}
		x, states, err := n.forward(g, ids, lengths, &t.noise)
		if err != nil {
			return nil, nil, err
		}
		t.states = states
		log := NewSampler(n.config.Vocab, n.config.Negatives).LogExpected()
		loss, err = ops.SampledCrossEntropy(x, g.Tied(n.embedding), targets, negatives, log)
		return loss, nil, err
	})
	if err != nil {
		return nil, fmt.Errorf("lm: %w", err)
	}
	return t, nil
}

// Params returns the weights, in the order of Step's gradients.
func (t *Trainer) Params() []*ops.Param { return t.program.Params() }

// State returns the memory of the states between windows, which Step changes. Whoever
// stops and goes on later keeps it.
func (t *Trainer) State() []float32 { return t.state }

// Step returns the mean sampled loss of a batch and its gradients, which are valid
// until the next call, and carries the states on. The step numbers the dropout masks:
// the same step on the same batch from the same states gives the same bits.
func (t *Trainer) Step(b Batch, step uint64) (float32, []ops.Gradient, error) {
	if len(b.Inputs) != len(t.ids) || len(b.Targets) != len(t.ids) {
		return 0, nil, fmt.Errorf("lm: %d inputs and %d targets for %d streams of %d words", len(b.Inputs), len(b.Targets), t.config.Streams, t.config.Window)
	}
	if len(b.Negatives) > len(t.negatives) {
		return 0, nil, fmt.Errorf("lm: %d negatives, want at most %d", len(b.Negatives), len(t.negatives))
	}
	copy(t.ids, b.Inputs)
	copy(t.targets, b.Targets)
	for i := copy(t.negatives, b.Negatives); i < len(t.negatives); i++ {
		t.negatives[i] = -1
	}
	if b.First {
		clear(t.state)
	}
	t.states.load(t.state)
	t.noise.Step = step
	if err := t.program.Run(); err != nil {
		return 0, nil, fmt.Errorf("lm: %w", err)
	}
	loss := t.program.Loss()
	if l := float64(loss); !math.IsNaN(l) && !math.IsInf(l, 0) { // a step that is not taken carries nothing on
		t.states.store(t.program, t.state)
	}
	return loss, t.program.Gradients(), nil
}

// Rows returns, for each of Params, the rows that Step will read: those of the batch's
// words for the embedding, nil (all) for the others.
func (t *Trainer) Rows(b Batch) [][]int32 {
	if t.rows == nil {
		t.rows = make([][]int32, len(t.Params()))
	}
	t.read = append(append(append(t.read[:0], b.Inputs...), b.Targets...), b.Negatives...)
	t.rows[0] = t.read
	return t.rows
}

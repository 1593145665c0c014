package lstm

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// ErrEmptyText is returned by NewBatch and Network.Logits for a text without
// tokens. A Classifier reads such a text as one unknown word.
var ErrEmptyText = errors.New("a text without tokens")

// Batch is texts as token ids, longest first, with their classes.
type Batch struct {
	Texts   [][]int32
	Labels  []int32
	Targets []float32 // what each of Texts is trained towards, not Labels; see Soft and NewTargets
	order   []int     // order[i] is the caller's place of Texts[i]
	tokens  int
}

// NewBatch sorts texts longest first, ties in the order given. labels are the
// classes of the texts, or nil for a batch that is only predicted. No text is
// cut.
func NewBatch(texts [][]int32, labels []int32) (Batch, error) {
	if len(texts) == 0 {
		return Batch{}, errors.New("lstm: a batch without texts")
	}
	if labels != nil && len(labels) != len(texts) {
		return Batch{}, fmt.Errorf("lstm: %d labels for %d texts", len(labels), len(texts))
	}
	b := Batch{order: make([]int, len(texts)), Texts: make([][]int32, len(texts))}
	for i, t := range texts {
		if len(t) == 0 {
			return Batch{}, fmt.Errorf("lstm: text %d of the batch: %w", i, ErrEmptyText)
		}
		b.order[i] = i
		b.tokens += len(t)
	}
	slices.SortStableFunc(b.order, func(i, j int) int { return cmp.Compare(len(texts[j]), len(texts[i])) })
	if labels != nil {
		b.Labels = make([]int32, len(labels))
	}
	for to, from := range b.order {
		b.Texts[to] = texts[from]
		if labels != nil {
			b.Labels[to] = labels[from]
		}
	}
	return b, nil
}

// Soft returns a batch that NewBatch has made with a probability of class 1 for each
// text, in the order of the texts given to NewBatch: what a network of two classes is
// trained towards where another model has labelled the texts. Any other number of
// targets, and one that is not between 0 and 1, is an error.
func (b Batch) Soft(targets []float32) (Batch, error) {
	if len(targets) != len(b.order) || len(b.order) != len(b.Texts) {
		return Batch{}, fmt.Errorf("lstm: %d targets for %d texts in the order of NewBatch", len(targets), len(b.order))
	}
	b.Targets = make([]float32, len(targets))
	for to, from := range b.order {
		if p := targets[from]; !(p >= 0 && p <= 1) {
			return Batch{}, fmt.Errorf("lstm: text %d of the batch: target %v, want 0 to 1", from, p)
		}
		b.Targets[to] = targets[from]
	}
	return b, nil
}

// Examples returns the number of texts.
func (b Batch) Examples() int { return len(b.Texts) }

// Tokens returns the number of tokens of all texts.
func (b Batch) Tokens() int { return b.tokens }

// TrainerConfig is what training needs beside the network.
type TrainerConfig struct {
	Seed         uint64    // of the dropout masks
	Tokens       int       // tokens the graph is first built for; it grows when a batch has more
	Texts        int       // texts likewise
	ClassWeights []float32 // weight of each class in the loss; none means equal
	FrozenRows   int       // the first rows of the embedding have no gradient: these words keep their vectors
}

// Trainer is the graph that computes losses and gradients of a Network. One
// goroutine at a time may use it.
type Trainer struct {
	network *Network
	config  TrainerConfig
	noise   ops.Noise
	program *ops.Program
	ids     []int32   // [capacity] token ids, packed
	lengths []int32   // [capacity] lengths of the texts
	classes []int32   // [capacity] labels of more than two classes
	targets []float32 // [capacity] labels of two classes, or a batch's Targets
	rows    [][]int32 // what Rows returns
	read    []int32
}

// Trainer returns a training graph. The weights stay the network's own.
func (n *Network) Trainer(c TrainerConfig) (*Trainer, error) {
	if w := len(c.ClassWeights); w != 0 && n.config.Several {
		return nil, errors.New("lstm: class weights are for one class of each text")
	} else if w != 0 && w != n.config.Classes {
		return nil, fmt.Errorf("lstm: %d class weights, want %d", w, n.config.Classes)
	}
	if c.FrozenRows < 0 || c.FrozenRows > n.config.Vocab {
		return nil, fmt.Errorf("lstm: %d frozen rows, the embedding has %d", c.FrozenRows, n.config.Vocab)
	}
	t := &Trainer{network: n, config: c}
	t.noise.Seed = c.Seed
	if err := t.build(max(c.Tokens, 1024), max(c.Texts, 16)); err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	return t, nil
}

func (t *Trainer) build(tokens, texts int) (err error) {
	t.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var ids, lengths, labels *G.Node
		ids, t.ids = g.Ints("ids", tokens)
		lengths, t.lengths = g.Ints("lengths", texts)
		logits, err := t.network.forward(g, ids, lengths, &t.noise)
		if err != nil {
			return nil, nil, err
		}
		if c := t.network.config; c.Several {
			labels, t.targets = g.Floats("labels", texts, c.Classes)
			loss, err = ops.BCEWithLogits(logits, labels)
		} else if c.Classes == 2 {
			labels, t.targets = g.Floats("labels", texts, 1)
			loss, err = ops.BCEWithLogits(logits, labels, t.config.ClassWeights...)
		} else {
			labels, t.classes = g.Ints("labels", texts)
			loss, err = ops.CrossEntropy(logits, labels, t.config.ClassWeights...)
		}
		return loss, logits, err
	})
	return err
}

// Params returns the weights, in the order of Step's gradients.
func (t *Trainer) Params() []*ops.Param { return t.program.Params() }

// Step returns the mean loss of a batch and its gradients, which are valid
// until the next call. The step numbers the dropout masks: the same step on
// the same batch gives the same bits.
func (t *Trainer) Step(b Batch, step uint64) (float32, []ops.Gradient, error) {
	if err := t.check(b); err != nil {
		return 0, nil, err
	}
	if b.tokens == 0 { // a batch that NewBatch has not made
		for _, text := range b.Texts {
			b.tokens += len(text)
		}
	}
	if b.tokens > len(t.ids) || len(b.Texts) > len(t.lengths) {
		// Half as much again, so that growing costs little in all.
		if err := t.build(max(b.tokens+b.tokens/2, len(t.ids)), max(len(b.Texts), len(t.lengths))); err != nil {
			return 0, nil, fmt.Errorf("lstm: %w", err)
		}
	}
	if _, err := ops.Pack(t.ids, t.lengths, b.Texts); err != nil {
		return 0, nil, fmt.Errorf("lstm: %w", err)
	}
	switch {
	case b.Targets != nil:
		copy(t.targets, b.Targets)
	case t.network.config.Classes == 2:
		for i, label := range b.Labels {
			t.targets[i] = float32(label)
		}
	default:
		copy(t.classes, b.Labels)
	}
	t.noise.Step = step
	if err := t.program.Run(); err != nil {
		return 0, nil, fmt.Errorf("lstm: %w", err)
	}
	grads := t.program.Gradients()
	t.freezeRows(&grads[0])
	return t.program.Loss(), grads, nil
}

// check reports the first thing about a batch's labels that makes it no use.
func (t *Trainer) check(b Batch) error {
	classes := t.network.config.Classes
	if t.network.config.Several {
		if len(b.Targets) != classes*len(b.Texts) || len(b.Texts) == 0 {
			return fmt.Errorf("lstm: %d targets for %d texts, want %d for each", len(b.Targets), len(b.Texts), classes)
		}
		return nil
	}
	if b.Targets != nil {
		if classes != 2 || len(t.config.ClassWeights) > 0 {
			return errors.New("lstm: targets are for two classes that weigh alike")
		}
		if len(b.Targets) != len(b.Texts) || len(b.Texts) == 0 {
			return fmt.Errorf("lstm: %d targets for %d texts", len(b.Targets), len(b.Texts))
		}
		return nil
	}
	if len(b.Labels) != len(b.Texts) || len(b.Texts) == 0 {
		return fmt.Errorf("lstm: %d labels for %d texts", len(b.Labels), len(b.Texts))
	}
	for _, label := range b.Labels {
		if label < 0 || int(label) >= classes {
			return fmt.Errorf("lstm: label %d, want 0 to %d", label, classes-1)
		}
	}
	return nil
}

// freezeRows takes the frozen rows out of the embedding's gradient.
func (t *Trainer) freezeRows(g *ops.Gradient) {
	from, _ := slices.BinarySearch(g.Rows, int32(t.config.FrozenRows))
	g.Rows, g.Data = g.Rows[from:], g.Data[from*t.network.config.Embedding:]
}

// Rows returns, for each of Params, the rows that Step will read: those of
// the batch's tokens for the embedding, nil (all) for the others.
func (t *Trainer) Rows(b Batch) [][]int32 {
	if t.rows == nil {
		t.rows = make([][]int32, len(t.Params()))
	}
	t.read = t.read[:0]
	for _, text := range b.Texts {
		t.read = append(t.read, text...)
	}
	t.rows[0] = t.read
	return t.rows
}

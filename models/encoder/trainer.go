package encoder

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Batch is texts as token ids, longest first, with their classes.
type Batch struct {
	Texts  [][]int32
	Labels []int32
	tokens int
}

// NewBatch sorts texts longest first, ties in the order given; labels are the classes
// of the texts. No text is cut.
func NewBatch(texts [][]int32, labels []int32) (Batch, error) {
	if len(texts) == 0 {
		return Batch{}, errors.New("encoder: a batch without texts")
	}
	if len(labels) != len(texts) {
		return Batch{}, fmt.Errorf("encoder: %d labels for %d texts", len(labels), len(texts))
	}
	order := make([]int, len(texts))
	var b Batch
	for i, t := range texts {
		if len(t) == 0 {
			return Batch{}, fmt.Errorf("encoder: text %d of the batch: %w", i, ErrEmptyText)
		}
		order[i] = i
		b.tokens += len(t)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(len(texts[j]), len(texts[i])) })
	for _, from := range order {
		b.Texts, b.Labels = append(b.Texts, texts[from]), append(b.Labels, labels[from])
	}
	return b, nil
}

// Examples returns the number of texts.
func (b Batch) Examples() int { return len(b.Texts) }

// Tokens returns the number of tokens of all texts.
func (b Batch) Tokens() int { return b.tokens }

// TrainerConfig is what training needs beside the weights. The probabilities of
// dropping are those of BERT's config, 0 for none.
type TrainerConfig struct {
	Seed             uint64  // of what is dropped
	Dropout          float64 // after the input layer and inside both sublayers; BERT's 0.1
	AttentionDropout float64 // of the attention's probabilities; BERT's 0.1
	HeadDropout      float64 // of the vector before the linear layer

	// MicroTokens bounds the memory of a step: a batch of more tokens is read in
	// parts of at most so many, a longer text alone, and their losses and
	// gradients are added to those of the whole. They take the memory of one more
	// gradient, and differ from those at once by rounding and by what is dropped.
	// 0: every batch at once.
	MicroTokens int

	Tokens       int       // tokens the graph is first built for; it grows when a batch has more
	Texts        int       // texts likewise
	ClassWeights []float32 // weight of each class in the loss; none means equal
}

// Trainer is the graph that computes losses and gradients of a Classifier: of its
// linear layer and of the encoder under it. One goroutine at a time may use it.
//
// It keeps what the backward pass needs of every token, 4 (8 F + I) bytes a layer: 110
// kB in all for MiniLM's six layers, 440 kB for BERT's twelve; for the layer at hand
// 8 (F + I) bytes more. Gradients take as much memory as the weights.
type Trainer struct {
	network      *Network
	head         head
	weight, bias *ops.Param // of the linear layer
	config       TrainerConfig
	noise        ops.Noise
	program      *ops.Program
	ids          []int32        // [capacity] token ids, text after text
	lengths      []int32        // [capacity] lengths of the texts
	labels       []int32        // [capacity]
	cut          []Batch        // what parts returns
	sum          []ops.Gradient // of a batch in parts
	rows         [][]int32      // what Rows returns
	read         []int32
}

// Trainer returns a training graph. The weights stay the classifier's own.
func (c *Classifier) Trainer(t TrainerConfig) (*Trainer, error) {
	if c.settings.Layers > 1 {
		return nil, fmt.Errorf("encoder: a vector of the states after %d layers is for a linear layer over an encoder that stays as it is; training takes that of the last", c.settings.Layers)
	}
	return newTrainer(c.network, c.settings.head(), c.weight, c.bias, t)
}

func newTrainer(n *Network, h head, weight, bias *ops.Param, c TrainerConfig) (*Trainer, error) {
	t := &Trainer{network: n, head: h, weight: weight, bias: bias, config: c}
	t.noise.Seed = c.Seed
	if c.MicroTokens < 0 {
		return nil, fmt.Errorf("encoder: parts of %d tokens, want 0 for none or more", c.MicroTokens)
	}
	tokens := c.Tokens
	if c.MicroTokens > 0 {
		tokens = min(tokens, c.MicroTokens)
	}
	if err := t.build(max(tokens, 1024), max(c.Texts, 16)); err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	return t, nil
}

// build makes the graph: vector, dropout, linear layer, cross-entropy.
func (t *Trainer) build(tokens, texts int) (err error) {
	n, c := t.network, t.config
	t.program, err = ops.Build(func(g *ops.Graph) (loss, logits *G.Node, err error) {
		var ids, segments, lengths, labels *G.Node
		ids, t.ids = g.Ints("ids", tokens)
		if n.segments != nil {
			segments, _ = g.Ints("segments", tokens) // all of the first
		}
		lengths, t.lengths = g.Ints("lengths", texts)
		labels, t.labels = g.Ints("labels", texts)
		drop := ops.EncoderDropout{Hidden: c.Dropout, Attention: c.AttentionDropout, Noise: &t.noise}
		x, err := n.forward(g, ids, segments, lengths, t.head, drop)
		if err != nil {
			return nil, nil, err
		}
		if c.HeadDropout != 0 {
			if x, err = ops.Dropout(x, c.HeadDropout, &t.noise, "head"); err != nil {
				return nil, nil, err
			}
		}
		if logits, err = ops.Linear(x, g.Param(t.weight), g.Param(t.bias)); err != nil {
			return nil, nil, err
		}
		loss, err = ops.CrossEntropy(logits, labels, c.ClassWeights...)
		return loss, logits, err
	})
	return err
}

// Params returns the weights, in the order of Step's gradients.
func (t *Trainer) Params() []*ops.Param { return t.program.Params() }

// Step returns the mean loss of a batch and its gradients, which are valid until the
// next call: that of the words lists the rows of the batch, the others are dense. The
// step numbers what is dropped: the same step on the same batch gives the same bits.
func (t *Trainer) Step(b Batch, step uint64) (float32, []ops.Gradient, error) {
	if len(b.Labels) != len(b.Texts) || len(b.Texts) == 0 {
		return 0, nil, fmt.Errorf("encoder: %d labels for %d texts", len(b.Labels), len(b.Texts))
	}
	most := t.network.config.MaxTokens()
	for i, text := range b.Texts {
		if len(text) > most {
			return 0, nil, fmt.Errorf("encoder: text %d of the batch: %w: %d tokens, want at most %d", i, ErrTooLong, len(text), most)
		}
	}
	var loss float32
	var grads []ops.Gradient
	var err error
	if parts := t.parts(b); len(parts) > 1 {
		loss, grads, err = t.stepParts(b, parts, step)
	} else {
		loss, grads, err = t.run(parts[0], step)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("encoder: %w", err)
	}
	return loss, grads, nil
}

// run is a step of a batch at once; b.tokens counts its tokens.
func (t *Trainer) run(b Batch, step uint64) (float32, []ops.Gradient, error) {
	if b.tokens > len(t.ids) || len(b.Texts) > len(t.lengths) {
		// Half as much again, so that growing costs little in all.
		if err := t.build(max(b.tokens+b.tokens/2, len(t.ids)), max(len(b.Texts), len(t.lengths))); err != nil {
			return 0, nil, err
		}
	}
	if _, err := ops.PackTexts(t.ids, t.lengths, b.Texts); err != nil {
		return 0, nil, err
	}
	copy(t.labels, b.Labels)
	t.noise.Step = step
	if err := t.program.Run(); err != nil {
		return 0, nil, err
	}
	return t.program.Loss(), t.program.Gradients(), nil
}

// Rows returns, for each of Params, the rows that Step will read: those of the
// batch's tokens for the words, nil (all) for the others.
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

package encoder

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Batch is texts as token ids, longest first, with their classes.
type Batch struct {
	Texts  [][]int32
	Labels []int32
	// Targets are what several labels or a number are trained towards, C a text, and
	// Labels nil then; Segments those of the tokens of pairs, nil: all of the first.
	Targets  []float32
	Segments [][]int32
	tokens   int
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
	b, order, err := sorted(texts)
	for _, from := range order {
		b.Labels = append(b.Labels, labels[from])
	}
	return b, err
}

// NewTargets is NewBatch towards targets, as many for each text: of several labels 1
// for those that it has and 0 for others, or a number.
func NewTargets(texts [][]int32, targets []float32) (Batch, error) {
	if len(texts) == 0 || len(targets)%len(texts) != 0 || len(targets) == 0 {
		return Batch{}, fmt.Errorf("encoder: %d targets for %d texts, want as many for each", len(targets), len(texts))
	}
	b, order, err := sorted(texts)
	n := len(targets) / len(texts)
	for _, from := range order {
		b.Targets = append(b.Targets, targets[from*n:(from+1)*n]...)
	}
	return b, err
}

// Pairs returns a batch of pairs: segments are those of the tokens of the texts, in the
// order in which NewBatch or NewTargets got texts.
func (b Batch) Pairs(texts, segments [][]int32) (Batch, error) {
	_, order, err := sorted(texts)
	if err != nil || len(segments) != len(texts) || len(texts) != len(b.Texts) {
		return Batch{}, fmt.Errorf("encoder: segments of %d texts, want %d", len(segments), len(b.Texts))
	}
	b.Segments = nil
	for to, from := range order {
		if len(segments[from]) != len(b.Texts[to]) {
			return Batch{}, fmt.Errorf("encoder: text %d of the batch: segments of %d tokens, want %d", from, len(segments[from]), len(b.Texts[to]))
		}
		b.Segments = append(b.Segments, segments[from])
	}
	return b, nil
}

// sorted makes a batch of texts alone, and where each was.
func sorted(texts [][]int32) (b Batch, order []int, err error) {
	order = make([]int, len(texts))
	for i, t := range texts {
		if len(t) == 0 {
			return Batch{}, nil, fmt.Errorf("encoder: text %d of the batch: %w", i, ErrEmptyText)
		}
		order[i] = i
		b.tokens += len(t)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(len(texts[j]), len(texts[i])) })
	for _, from := range order {
		b.Texts = append(b.Texts, texts[from])
	}
	return b, order, nil
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
	ClassWeights []float32 // weight of each class in the loss; none means equal; for one class of each text

	kind classify.Kind // of the answer, "" for OneClass
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
	targets      []float32      // [capacity, C], in place of labels where the answer is no class
	segments     []int32        // [capacity]
	pairs        bool           // whether segments may be other than zero
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
	if c.settings.Pairs == Apart {
		return nil, errors.New("encoder: pairs whose texts are read apart are for a linear layer over an encoder that stays as it is; training reads them as one")
	}
	if t.kind = c.kind; c.kind != classify.OneClass && len(t.ClassWeights) > 0 {
		return nil, errors.New("encoder: class weights are for one class of each text")
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
			segments, t.segments = g.Ints("segments", tokens) // all of the first, but for pairs
		}
		lengths, t.lengths = g.Ints("lengths", texts)
		if c.kind == "" || c.kind == classify.OneClass {
			labels, t.labels = g.Ints("labels", texts)
		} else {
			labels, t.targets = g.Floats("targets", texts, t.bias.Shape()[0])
		}
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
		switch c.kind {
		case classify.Several:
			loss, err = ops.BCEWithLogits(logits, labels)
		case classify.Number:
			loss, err = ops.MSE(logits, labels)
		default:
			loss, err = ops.CrossEntropy(logits, labels, c.ClassWeights...)
		}
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
	if err := t.check(b); err != nil {
		return 0, nil, err
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

// check reports what makes a batch no use.
func (t *Trainer) check(b Batch) error {
	if k := t.config.kind; k != "" && k != classify.OneClass {
		if n := t.bias.Shape()[0]; len(b.Targets) != n*len(b.Texts) || len(b.Texts) == 0 {
			return fmt.Errorf("encoder: %d targets for %d texts, want %d for each", len(b.Targets), len(b.Texts), n)
		}
	} else if len(b.Labels) != len(b.Texts) || len(b.Texts) == 0 {
		return fmt.Errorf("encoder: %d labels for %d texts", len(b.Labels), len(b.Texts))
	}
	if b.Segments == nil {
		return nil
	}
	return t.network.checkSegments(b.Texts, b.Segments)
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
	copy(t.targets, b.Targets)
	t.pairs = fillSegments(t.segments, b.Segments, t.pairs)
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

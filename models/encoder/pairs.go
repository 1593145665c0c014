package encoder

import (
	"context"
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/classify"
)

// What Settings.Pairs may be.
const (
	Joint = "joint"
	Apart = "apart"
)

// EncodePair returns the ids of two texts that are read as one, special tokens
// included, the segment of each, and whether they were cut.
func (e *Encoder) EncodePair(text, pair string) (ids, segments []int32, truncated bool) {
	return e.tokenizer.EncodePair(nil, nil, text, pair, e.settings.MaxTokens)
}

// EmbedInputs is Embed of texts or, where Settings.Pairs says so, of pairs.
func (e *Encoder) EmbedInputs(ctx context.Context, inputs []classify.Input) ([]Embedding, error) {
	switch e.settings.Pairs {
	case Joint:
		return e.embedJoint(ctx, inputs)
	case Apart:
		return e.embedApart(ctx, inputs)
	}
	return e.Embed(ctx, classify.Texts(inputs))
}

func (e *Encoder) embedJoint(ctx context.Context, inputs []classify.Input) ([]Embedding, error) {
	ids, segments, out := make([][]int32, len(inputs)), make([][]int32, len(inputs)), make([]Embedding, len(inputs))
	for i, in := range inputs {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("encoder: embed: %w", context.Cause(ctx))
		}
		ids[i], segments[i], out[i].Truncated = e.EncodePair(in.Text, in.Pair)
		out[i].Tokens = len(ids[i])
	}
	vectors, err := e.network.vectors(ctx, ids, segments, e.settings.head())
	if err != nil {
		return nil, err
	}
	for i, v := range vectors {
		out[i].Vector = v
	}
	return out, nil
}

// embedApart reads each text of a chunk once, all first and then all second ones.
func (e *Encoder) embedApart(ctx context.Context, inputs []classify.Input) ([]Embedding, error) {
	texts := classify.Texts(inputs)
	for _, in := range inputs {
		texts = append(texts, in.Pair)
	}
	all, err := e.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	out := make([]Embedding, len(inputs))
	for i := range inputs {
		u, v := all[i], all[len(inputs)+i]
		out[i] = Embedding{Vector: together(u.Vector, v.Vector), Tokens: u.Tokens + v.Tokens, Truncated: u.Truncated || v.Truncated}
	}
	return out, nil
}

// together returns u, v, |u-v| and u*v side by side.
func together(u, v []float32) []float32 {
	n := len(u)
	x := make([]float32, 4*n)
	copy(x, u)
	copy(x[n:], v)
	for i, a := range u {
		x[2*n+i] = float32(math.Abs(float64(a - v[i])))
		x[3*n+i] = a * v[i]
	}
	return x
}

// checkSegments checks the segments of texts, nil for none.
func (n *Network) checkSegments(texts, segments [][]int32) error {
	if segments == nil {
		return nil
	}
	if len(segments) != len(texts) {
		return fmt.Errorf("encoder: segments of %d texts, want %d", len(segments), len(texts))
	}
	for i, s := range segments {
		if len(s) != len(texts[i]) {
			return fmt.Errorf("encoder: text %d: segments of %d tokens, want %d", i, len(s), len(texts[i]))
		}
		for k, id := range s {
			// An encoder that tells no segments apart reads both as one.
			if id < 0 || n.config.Types > 0 && int(id) >= n.config.Types {
				return fmt.Errorf("encoder: text %d: token %d is of segment %d, want 0 to %d", i, k, id, n.config.Types-1)
			}
		}
	}
	return nil
}

// fillSegments writes the segments of texts one after another into the memory of a
// graph's input, nil for an encoder that has none, and tells whether it holds others
// than zeros then, as used tells of before.
func fillSegments(into []int32, segments [][]int32, used bool) bool {
	if used {
		clear(into)
	}
	if into == nil || segments == nil {
		return false
	}
	at := 0
	for _, s := range segments {
		at += copy(into[at:], s)
	}
	return true
}

// Alone returns the encoder for texts that come alone.
func (e *Encoder) Alone() *Encoder {
	s := e.settings
	s.Pairs = ""
	return &Encoder{e.network, e.tokenizer, e.files, s}
}

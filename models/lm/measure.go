package lm

import (
	"context"
	"errors"
	"fmt"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// ErrNoText is returned where there is no word to predict.
var ErrNoText = errors.New("no words to predict")

// measureStreams and measureWindow bound what is measured at once.
const (
	measureStreams = 16
	measureWindow  = 64
	measureLeast   = 256 // words of a stream, if there are more
)

// Loss returns the mean of -log p over the words of running text but the first, each
// predicted from those before it among all words, in nats, and their number; e to its
// power is the perplexity. The text is read in up to 16 streams side by side: where it
// is cut a word is predicted from nothing.
func (n *Network) Loss(ctx context.Context, text []int32) (loss float64, words int, err error) {
	if len(text) < 2 {
		return 0, 0, fmt.Errorf("lm: %w", ErrNoText)
	}
	words = len(text) - 1
	streams := max(1, min(measureStreams, words/measureLeast))
	length := (words + streams - 1) / streams
	streams = (words + length - 1) / length
	var ids, targets, lengths []int32
	var states *carried
	var mean *G.Node
	program, err := ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var in, out, lens *G.Node
		in, ids = g.Ints("ids", streams*measureWindow)
		out, targets = g.Ints("targets", streams*measureWindow)
		lens, lengths = g.Ints("lengths", streams)
		x, s, err := n.forward(g, in, lens, nil)
		if err != nil {
			return nil, nil, err
		}
		states = s
		if n.config.Embedding%16 == 0 {
			mean, err = ops.OutputCrossEntropy(x, g.Tied(n.embedding), out, 0)
			return nil, mean, err
		}
		all, words := g.Ints("all", n.config.Vocab) // the same by a sample of all words, for any E
		for i := range words {
			words[i] = int32(i)
		}
		mean, err = ops.SampledCrossEntropy(x, g.Tied(n.embedding), out, all, make([]float32, n.config.Vocab))
		return nil, mean, err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("lm: %w", err)
	}
	state := make([]float32, n.stateLen(streams))
	inputs, labels := make([][]int32, streams), make([][]int32, streams)
	for at := 0; at < length; at += measureWindow {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		alive := 0
		for b := range streams { // all but the last are of one length
			from, end := b*length+at, min(b*length+min(at+measureWindow, length), words)
			if from >= end {
				break
			}
			inputs[b], labels[b] = text[from:end], text[from+1:end+1]
			alive++
		}
		tokens, err := ops.Pack(ids, lengths, inputs[:alive])
		if err != nil {
			return 0, 0, fmt.Errorf("lm: %w", err)
		}
		if _, err := ops.Pack(targets, lengths, labels[:alive]); err != nil {
			return 0, 0, fmt.Errorf("lm: %w", err)
		}
		states.load(state)
		if err := program.Run(); err != nil {
			return 0, 0, fmt.Errorf("lm: %w", err)
		}
		states.store(program, state)
		loss += float64(float64(mean.Value().Data().(float32)) * float64(tokens))
	}
	return loss / float64(words), words, nil
}

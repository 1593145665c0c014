package encoder

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// predict builds the graph that predicts: from ids [N] and segments [N], texts one
// after another as lengths [B] say, to one vector a text, [B, F], or with h.layers
// that of the states after each of the last so many layers, side by side.
func (n *Network) predict(g *ops.Graph, ids, segments, lengths *G.Node, h head, space *ops.Workspace) (*G.Node, error) {
	c := n.config
	x, err := ops.InferEncoderEmbedding(n.tables(g), ids, segments, lengths, c.LayerNormEps, space)
	if err != nil {
		return nil, err
	}
	var taps []*ops.Tap // of the layers before the last
	for i := range len(n.layers) + 1 {
		if i > 0 {
			l := n.layers[i-1]
			if x, err = ops.InferSelfAttention(x, lengths, l.attention(g), c.Heads, c.LayerNormEps, space); err != nil {
				return nil, err
			}
			if x, err = ops.InferFeedForward(x, l.feedForward(g), ops.Activation(c.Activation), c.LayerNormEps, space); err != nil {
				return nil, err
			}
		}
		if i > len(n.layers)-h.layers && i < len(n.layers) {
			var tap *ops.Tap
			if x, tap, err = ops.PoolTap(x, lengths, h.pooling, h.unit); err != nil {
				return nil, err
			}
			taps = append(taps, tap)
		}
	}
	if x, err = ops.PoolTexts(x, lengths, h.pooling, h.unit); err != nil || len(taps) == 0 {
		return x, err
	}
	return ops.Tapped(x, taps...)
}

// forward builds the graph that trains, likewise to one vector a text, [B, F].
func (n *Network) forward(g *ops.Graph, ids, segments, lengths *G.Node, h head, drop ops.EncoderDropout) (*G.Node, error) {
	c, space := n.config, ops.NewWorkspace(nil)
	drop.Name = "embedding"
	x, err := ops.EncoderEmbedding(n.tables(g), ids, segments, lengths, c.LayerNormEps, drop, space)
	if err != nil {
		return nil, err
	}
	for i, l := range n.layers {
		drop.Name = fmt.Sprintf("layer %d attention", i)
		if x, err = ops.SelfAttention(x, lengths, l.attention(g), c.Heads, c.LayerNormEps, drop, space); err != nil {
			return nil, err
		}
		drop.Name = fmt.Sprintf("layer %d feed-forward", i)
		if x, err = ops.FeedForward(x, l.feedForward(g), ops.Activation(c.Activation), c.LayerNormEps, drop, space); err != nil {
			return nil, err
		}
	}
	return ops.PoolTexts(x, lengths, h.pooling, h.unit)
}

// tables are the nodes of the input layer.
func (n *Network) tables(g *ops.Graph) ops.EncoderTables {
	t := ops.EncoderTables{
		Words: g.Param(n.words), Positions: g.Param(n.positions),
		Gamma: g.Param(n.norm.weight), Beta: g.Param(n.norm.bias),
		FirstPosition: n.config.PositionOffset,
	}
	if n.segments != nil {
		t.Segments = g.Param(n.segments)
	}
	return t
}

// attention is the nodes of a layer's first sublayer.
func (l layer) attention(g *ops.Graph) ops.AttentionWeights {
	return ops.AttentionWeights{
		Query: g.Param(l.query.weight), QueryBias: g.Param(l.query.bias),
		Key: g.Param(l.key.weight), KeyBias: g.Param(l.key.bias),
		Value: g.Param(l.value.weight), ValueBias: g.Param(l.value.bias),
		Output: g.Param(l.output.weight), Bias: g.Param(l.output.bias),
		Gamma: g.Param(l.attended.weight), Beta: g.Param(l.attended.bias),
	}
}

// feedForward is the nodes of a layer's second sublayer.
func (l layer) feedForward(g *ops.Graph) ops.FeedForwardWeights {
	return ops.FeedForwardWeights{
		Inner: g.Param(l.inner.weight), InnerBias: g.Param(l.inner.bias),
		Outer: g.Param(l.outer.weight), OuterBias: g.Param(l.outer.bias),
		Gamma: g.Param(l.final.weight), Beta: g.Param(l.final.bias),
	}
}

package lstm

import "github.com/gorgonia-zoo/zoo/ops"

// Parts of a network, as its parameters' names begin: what fine-tuning freezes.
const (
	EmbeddingPart = "embedding"
	RNNPart       = "rnn"
	LinearPart    = "fc"
)

// Embedding returns embedding.weight [V, E], a row for each id.
func (n *Network) Embedding() *ops.Param { return n.embedding }

// Part returns which part of the network the parameter of the given name belongs
// to, "" where there is none of that name.
func (n *Network) Part(param string) string {
	switch depth := n.Layer(param); {
	case depth < 0:
		return ""
	case depth == 0:
		return LinearPart
	case depth <= len(n.layers):
		return RNNPart
	default:
		return EmbeddingPart
	}
}

// Layer returns how far below the linear layer the parameter of the given name is:
// 0 for that itself, from 1 on the layers of the LSTM from the last to the first,
// both directions of a layer alike, then the embedding; -1 where there is none of
// that name. It is what rates that fall from layer to layer count by, and what
// gradual unfreezing does.
func (n *Network) Layer(param string) int {
	switch param {
	case n.weight.Name, n.bias.Name:
		return 0
	case n.embedding.Name:
		return len(n.layers) + 1
	}
	for i, directions := range n.layers {
		for _, l := range directions {
			for _, p := range l.params() {
				if p.Name == param {
					return len(n.layers) - i
				}
			}
		}
	}
	return -1
}

package lstm

import (
	"fmt"
	"math"
)

// Adaptation says how a network is changed before it is trained on other data.
type Adaptation struct {
	// Words is the number of rows added to the embedding. Each begins as the
	// row Like, that of the unknown word as a rule: then the network answers
	// as before until the new words have learned something of their own.
	Words int
	Like  int32

	// Classes gives the network a new linear layer of so many classes, drawn
	// as New draws it; 0 keeps the one it has.
	Classes int
	Several bool   // whether a text may have several of the new Classes
	Seed    uint64 // of the new layer

	Dropout *Dropout // of the training to come; nil keeps that of the config
}

// Adapt returns a copy of the network, changed as a says. The two share no
// memory.
func (n *Network) Adapt(a Adaptation) (*Network, error) {
	c := n.Config()
	if a.Words < 0 || a.Words > MaxVocab {
		return nil, fmt.Errorf("lstm: adapt: %d new words, want 0 to %d", a.Words, MaxVocab)
	}
	if a.Like < 0 || int(a.Like) >= c.Vocab {
		return nil, fmt.Errorf("lstm: adapt: row %d as the model of new words, the embedding has %d", a.Like, c.Vocab)
	}
	c.Vocab += a.Words
	fresh := a.Classes != 0
	if fresh {
		c.Classes, c.Several = a.Classes, a.Several
	}
	if a.Dropout != nil {
		c.Dropout = *a.Dropout
	}
	out, err := empty(c)
	if err != nil {
		return nil, err
	}
	from := n.Params()
	for i, p := range out.Params() {
		if fresh && (p == out.weight || p == out.bias) {
			p.Uniform(a.Seed, 1/math.Sqrt(float64(out.weight.Shape()[1])))
			continue
		}
		copy(p.Write(), from[i].Data())
	}
	width := c.Embedding
	like, table := n.embedding.Data()[int(a.Like)*width:][:width], out.embedding.Write()
	for row := n.config.Vocab; row < c.Vocab; row++ {
		copy(table[row*width:], like)
	}
	return out, nil
}

package encoder

import (
	"fmt"
	"sync"

	"github.com/gorgonia-zoo/zoo/ops"
)

// Network is the weights of an encoder. Methods that predict are safe for many
// goroutines as long as nothing trains it meanwhile.
type Network struct {
	config Config

	words     *ops.Param // [V, F]
	positions *ops.Param // [P, F]
	segments  *ops.Param // [S, F], nil if there are none
	norm      norm       // of the sum of the three
	layers    []layer
	params    []*ops.Param

	int8   bool // see Int8
	lender *ops.Lender[*predictor]

	mu      sync.Mutex
	packs   *ops.Packs // of the weights as they were when version was theirs
	version uint64
}

// norm is the weights of a layer normalisation.
type norm struct {
	weight, bias *ops.Param // [F]
}

// dense is the weights of a dense layer.
type dense struct {
	weight *ops.Param // [out, in]
	bias   *ops.Param // [out]
}

// layer is the weights of one encoder layer.
type layer struct {
	query, key, value dense // [F, F]
	output            dense // [F, F]
	attended          norm
	inner             dense // [I, F]
	outer             dense // [F, I]
	final             norm
}

// New returns a network with BERT's initial weights: N(0, 0.02) for tables and
// matrices, zero for biases, one for the scales of normalisations.
func New(c Config, seed uint64) (*Network, error) {
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	for _, p := range n.params {
		if len(p.Shape()) == 2 {
			p.Normal(seed, 0.02)
		}
	}
	for _, scale := range n.norms() {
		data := scale.weight.Write()
		for i := range data {
			data[i] = 1
		}
	}
	return n, nil
}

func (n *Network) norms() []norm {
	all := []norm{n.norm}
	for _, l := range n.layers {
		all = append(all, l.attended, l.final)
	}
	return all
}

// empty returns a network whose weights are zero.
func empty(c Config) (*Network, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	n := &Network{config: c}
	param := func(name string, shape ...int) *ops.Param {
		p := ops.NewParam(name, shape...)
		n.params = append(n.params, p)
		return p
	}
	newDense := func(name string, out, in int) dense {
		return dense{param(name+".weight", out, in), param(name+".bias", out)}
	}
	newNorm := func(name string) norm {
		return norm{param(name+".weight", c.Hidden), param(name+".bias", c.Hidden)}
	}
	f := c.Hidden
	n.words = param("embeddings.word_embeddings.weight", c.Vocab, f)
	n.positions = param("embeddings.position_embeddings.weight", c.Positions, f)
	if c.Types > 0 {
		n.segments = param("embeddings.token_type_embeddings.weight", c.Types, f)
	}
	n.norm = newNorm("embeddings.LayerNorm")
	for i := range c.Layers {
		at := fmt.Sprintf("encoder.layer.%d.", i)
		n.layers = append(n.layers, layer{
			query:    newDense(at+"attention.self.query", f, f),
			key:      newDense(at+"attention.self.key", f, f),
			value:    newDense(at+"attention.self.value", f, f),
			output:   newDense(at+"attention.output.dense", f, f),
			attended: newNorm(at + "attention.output.LayerNorm"),
			inner:    newDense(at+"intermediate.dense", c.Intermediate, f),
			outer:    newDense(at+"output.dense", f, c.Intermediate),
			final:    newNorm(at + "output.LayerNorm"),
		})
	}
	n.lend()
	return n, nil
}

// lend begins to lend predictors.
func (n *Network) lend() {
	n.lender = ops.NewLender(ops.LenderConfig[*predictor]{
		Build: func() (*predictor, error) {
			return &predictor{network: n, packs: n.packed(), programs: map[head]*program{}}, nil
		},
		Params: n.params,
	})
}

// packed returns the packed weights that all predictors share.
func (n *Network) packed() *ops.Packs {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := uint64(1)
	for _, p := range n.params {
		now += p.Version()
	}
	if n.version != now {
		n.packs, n.version = ops.NewPacks(), now
		if n.int8 {
			n.packs = ops.NewInt8Packs()
		}
	}
	return n.packs
}

// Config returns the shape of the network.
func (n *Network) Config() Config { return n.config }

// Params returns the weights, by the names of BERT's state_dict without prefix: the
// tables, then layer by layer.
func (n *Network) Params() []*ops.Param { return n.params }

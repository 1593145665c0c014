package encoder

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/ops"
)

// The names of a Dense of sentence-transformers: of its tensors, and of the
// function behind it that changes nothing.
const (
	denseWeight = "linear.weight"
	denseBias   = "linear.bias"
	identity    = "torch.nn.modules.linear.Identity"
)

// denseConfig is the config.json of a Dense.
type denseConfig struct {
	In         int    `json:"in_features"`
	Out        int    `json:"out_features"`
	Bias       bool   `json:"bias"`
	Activation string `json:"activation_function"`
}

// modules adds what sentence-transformers puts behind the transformer: a
// Pooling, a Normalize where the settings say so, and a Dense where c is not nil.
// All its versions know these names and keys.
func (f contents) modules(e *Encoder, c *Classifier) error {
	type entry struct {
		Index int    `json:"idx"`
		Name  string `json:"name"`
		Path  string `json:"path"`
		Type  string `json:"type"`
	}
	var list []entry
	add := func(kind string) (path string) {
		i := len(list)
		if i > 0 { // the first lies in the directory itself
			path = fmt.Sprintf("%d_%s", i, kind)
		}
		list = append(list, entry{i, fmt.Sprint(i), path, "sentence_transformers.models." + kind})
		return path
	}
	add("Transformer")
	f.json("sentence_bert_config.json", map[string]any{"max_seq_length": e.settings.MaxTokens, "do_lower_case": false})
	pooling := map[string]any{"word_embedding_dimension": e.network.config.Hidden}
	for _, p := range poolings {
		pooling[p.key] = p.pooling == e.settings.Pooling
	}
	f.json(add("Pooling")+"/config.json", pooling)
	if e.settings.Normalize {
		add("Normalize")
	}
	if c != nil {
		dir := add("Dense")
		f.json(dir+"/config.json", denseConfig{e.Dim(), len(c.classes), true, identity})
		names := map[string]string{c.weight.Name: denseWeight, c.bias.Name: denseBias}
		if err := f.tensors(dir+"/"+weightsFile, []*ops.Param{c.weight, c.bias}, func(name string) string { return names[name] }); err != nil {
			return err
		}
	}
	f.json("modules.json", list)
	return nil
}

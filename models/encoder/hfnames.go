package encoder

import "strings"

// distilBERT has the names that DistilBERT gives to parts of a layer, each
// before BERT's.
var distilBERT = [][2]string{
	{"attention.q_lin.", "attention.self.query."},
	{"attention.k_lin.", "attention.self.key."},
	{"attention.v_lin.", "attention.self.value."},
	{"attention.out_lin.", "attention.output.dense."},
	{"sa_layer_norm.", "attention.output.LayerNorm."},
	{"ffn.lin1.", "intermediate.dense."},
	{"ffn.lin2.", "output.dense."},
	{"output_layer_norm.", "output.LayerNorm."},
}

// renamed returns the name of a part of a layer, as "0.ffn.lin1.weight", in which
// the part that from names is what to does.
func renamed(name string, from, to int) string {
	layer, part, _ := strings.Cut(name, ".")
	for _, names := range distilBERT {
		if tail, ok := strings.CutPrefix(part, names[from]); ok {
			return layer + "." + names[to] + tail
		}
	}
	return name
}

// native returns what an architecture calls the parameter of a canonical name.
func native(architecture, name string) string {
	if layer, ok := strings.CutPrefix(name, "encoder.layer."); ok && architecture == "distilbert" {
		return "transformer.layer." + renamed(layer, 1, 0)
	}
	return name
}

// canonical returns BERT's name, without the prefix that a model with a head
// has, of what an architecture calls name.
func canonical(architecture, name string) string {
	name = strings.TrimPrefix(name, architecture+".")
	if architecture == "distilbert" {
		if layer, ok := strings.CutPrefix(name, "transformer.layer."); ok {
			name = "encoder.layer." + renamed(layer, 0, 1)
		}
	}
	// Files that once were TensorFlow's.
	if head, ok := strings.CutSuffix(name, ".LayerNorm.gamma"); ok {
		return head + ".LayerNorm.weight"
	}
	if head, ok := strings.CutSuffix(name, ".LayerNorm.beta"); ok {
		return head + ".LayerNorm.bias"
	}
	return name
}

// besides are tensors that are no part of the encoder: heads for what it was
// trained on, and buffers. Those that end in a full stop are prefixes.
var besides = []string{
	"embeddings.position_ids", "embeddings.token_type_ids",
	"pooler.", "cls.", "lm_head.", "classifier.", "qa_outputs.",
	"pre_classifier.", "vocab_transform.", "vocab_layer_norm.", "vocab_projector.",
}

// isBeside tells whether the tensor of this canonical name is among besides.
func isBeside(name string) bool {
	for _, b := range besides {
		if name == b || strings.HasSuffix(b, ".") && strings.HasPrefix(name, b) {
			return true
		}
	}
	return false
}

package encoder

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// hfModels are the architectures' classes in transformers.
var hfModels = map[string]string{"bert": "BertModel", "distilbert": "DistilBertModel", "roberta": "RobertaModel"}

// writeHuggingFace returns the config.json of an encoder, and of the classes of
// c where c is not nil. A shape that the architecture has no keys for is an
// error. The probabilities of dropping are BERT's, for training further.
func writeHuggingFace(c Config, special tokenize.Special, classes *Classifier) (map[string]any, error) {
	keys, ok := hfNames[c.Architecture]
	if !ok {
		return nil, fmt.Errorf("config.json: architecture %.80q, want one of %q", c.Architecture, architectures)
	}
	activation := c.Activation
	if activation == "gelu_tanh" {
		activation = "gelu_new"
	}
	o := map[string]any{
		"architectures": []string{hfModels[c.Architecture]}, "model_type": c.Architecture,
		"torch_dtype": "float32", "dtype": "float32", // the older and the newer name
		"vocab_size": c.Vocab, keys.hidden: c.Hidden, keys.layers: c.Layers, keys.heads: c.Heads, keys.intermediate: c.Intermediate,
		keys.activation: activation, "max_position_embeddings": c.Positions,
		"initializer_range": 0.02, "pad_token_id": max(0, special.PAD),
	}
	if c.Architecture == "distilbert" {
		o["dropout"], o["attention_dropout"], o["sinusoidal_pos_embds"] = 0.1, 0.1, false
	} else {
		o["hidden_dropout_prob"], o["attention_probs_dropout_prob"] = 0.1, 0.1
		o["layer_norm_eps"], o["type_vocab_size"], o["position_embedding_type"] = c.LayerNormEps, c.Types, "absolute"
	}
	if c.Architecture == "roberta" { // which counts positions from this row on
		o["pad_token_id"], o["bos_token_id"], o["eos_token_id"] = c.PositionOffset-1, special.CLS, special.SEP
	}
	if classes != nil {
		names, ids := map[string]string{}, map[string]int{}
		for i, name := range classes.classes {
			names[strconv.Itoa(i)], ids[name] = name, i
		}
		o["id2label"], o["label2id"] = names, ids
		if classes.temperature != 1 {
			o[temperatureKey] = classes.temperature
		}
	}
	data, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	if back, err := parseHuggingFace(data); err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	} else if back != c {
		return nil, fmt.Errorf("config.json: transformers' %s cannot have the shape %+v, the nearest is %+v", c.Architecture, c, back)
	}
	return o, nil
}

// temperatureKey is the key of config.json for what a classifier's logits are
// divided by.
const temperatureKey = "classifier_temperature"

// parseClasses reads the class names and the temperature from config.json, nil
// where it names none.
func parseClasses(data []byte) (classes []string, temperature float64, err error) {
	o, err := parseObject(data)
	if err != nil {
		return nil, 0, err
	}
	names := map[string]string{}
	if err := o.get("id2label", &names); err != nil {
		return nil, 0, err
	}
	for i := range len(names) {
		name, ok := names[strconv.Itoa(i)]
		if !ok {
			return nil, 0, fmt.Errorf("%w: id2label has no class %d, want all from 0 to %d", ErrDirectory, i, len(names)-1)
		}
		classes = append(classes, name)
	}
	temperature = 1
	return classes, temperature, o.get(temperatureKey, &temperature)
}

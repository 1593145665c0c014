package encoder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

// sentence is what sentence-transformers' files say.
type sentence struct {
	transformer string // folder of the encoder, "" for the directory itself
	pooling     string
	normalize   bool
	dimension   int    // of the vectors that are pooled, 0: not stated
	dense       string // folder of a linear layer over the vectors, "": there is none
}

// module is an entry of modules.json.
type module struct {
	Index  int             `json:"idx"`
	Name   string          `json:"name"`
	Path   string          `json:"path"`
	Type   string          `json:"type"` // a Python class
	Kwargs json.RawMessage `json:"kwargs"`
}

// kind is the name of the module's class: paths to it have changed.
func (m module) kind() string {
	if !strings.HasPrefix(m.Type, "sentence_transformers.") {
		return ""
	}
	return m.Type[strings.LastIndex(m.Type, ".")+1:]
}

// readSentence reads modules.json and what it names. Without it a text's
// vector is the mean of its states.
func readSentence(fsys fs.FS) (sentence, error) {
	s := sentence{pooling: "mean"}
	data, err := readFile(fsys, "modules.json", maxJSON)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	modules, err := parseModules(data)
	if err != nil {
		return s, fmt.Errorf("modules.json: %w", err)
	}
	s.transformer = modules[0].Path
	for _, m := range modules[min(2, len(modules)):] {
		switch m.kind() {
		case "Normalize":
			s.normalize = true
		case "Dense":
			s.dense = m.Path
		}
	}
	if err := refusePrompt(fsys); err != nil {
		return s, err
	}
	if len(modules) == 1 {
		return s, fmt.Errorf("modules.json: %w: nothing pools the states, want a Pooling", ErrDirectory)
	}
	name := modules[1].Path + "/config.json"
	if data, err = readFile(fsys, name, maxJSON); err != nil {
		return s, err
	}
	if s.pooling, s.dimension, err = parsePooling(data); err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// parseModules reads the modules: a Transformer, a Pooling, and perhaps a
// Normalize and a Dense.
func parseModules(data []byte) ([]module, error) {
	var modules []module
	if err := weights.UnmarshalStrict(data, &modules); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDirectory, err)
	}
	order := []string{"Transformer", "Pooling", "Normalize", "Dense"}
	if len(modules) < 1 || len(modules) > len(order) {
		return nil, fmt.Errorf("%w: %d modules, want 1 to %d", ErrDirectory, len(modules), len(order))
	}
	if len(modules) == 3 && modules[2].kind() == "Dense" {
		order[2] = "Dense"
	}
	for i, m := range modules {
		if m.Index != i || m.kind() != order[i] {
			return nil, fmt.Errorf("%w: module %d is number %d, a %.200q, want number %d, a %s of sentence_transformers", ErrDirectory, i, m.Index, m.Type, i, order[i])
		}
		if own := i == 0 && m.Path == ""; !own && (strings.ContainsAny(m.Path, `/\:`) || m.Path == "." || !fs.ValidPath(m.Path)) {
			return nil, fmt.Errorf("%w: module %d lies in %.200q, want the name of a folder", ErrDirectory, i, m.Path)
		}
	}
	return modules, nil
}

// poolings are what sentence-transformers calls the ways of pooling in its old
// and its new files, and which of them are known here.
var poolings = []struct{ key, name, pooling string }{
	{"pooling_mode_mean_tokens", "mean", "mean"},
	{"pooling_mode_cls_token", "cls", "cls"},
	{"pooling_mode_max_tokens", "max", "max"},
	{"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", ""},
	{"pooling_mode_weightedmean_tokens", "weightedmean", ""},
	{"pooling_mode_lasttoken", "lasttoken", ""},
}

// parsePooling reads the config.json of a Pooling.
func parsePooling(data []byte) (pooling string, dimension int, err error) {
	o, err := parseObject(data)
	if err != nil {
		return "", 0, err
	}
	for _, key := range []string{"word_embedding_dimension", "embedding_dimension"} {
		if err := o.get(key, &dimension); err != nil {
			return "", 0, err
		}
	}
	var mode string
	if err := o.get("pooling_mode", &mode); err != nil {
		return "", 0, err
	}
	var chosen, known []string
	for _, p := range poolings {
		on := false
		if err := o.get(p.key, &on); err != nil {
			return "", 0, err
		}
		if on || mode == p.name {
			chosen, pooling = append(chosen, p.name), p.pooling
		}
		if p.pooling != "" {
			known = append(known, p.name)
		}
	}
	if len(chosen) != 1 || pooling == "" || mode != "" && mode != pooling {
		return "", 0, fmt.Errorf("%w: pooling %q%.80s, want one of %q", ErrDirectory, chosen, mode, known)
	}
	return pooling, dimension, nil
}

// refusePrompt refuses a text that is put before every other without being
// asked for.
func refusePrompt(fsys fs.FS) error {
	const name = "config_sentence_transformers.json"
	data, err := readFile(fsys, name, maxJSON)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	o, err := parseObject(data)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if o.has("default_prompt_name") {
		return fmt.Errorf("%s: %w: default_prompt_name %.80s, want none", name, ErrDirectory, o["default_prompt_name"])
	}
	return nil
}

// maxTokens finds how many tokens of a text are read.
func maxTokens(fsys fs.FS, d *Directory) (int, error) {
	most := d.Config.MaxTokens()
	stated, err := statedTokens(fsys, d)
	if err != nil {
		return 0, err
	}
	if stated > 0 {
		most = min(most, stated)
	}
	if least := 3; most < least {
		return 0, fmt.Errorf("%w: texts of %d tokens, want %d or more", ErrDirectory, most, least)
	}
	return most, nil
}

// statedTokens returns the length that the files state, 0 if they state none.
func statedTokens(fsys fs.FS, d *Directory) (int, error) {
	const name = "sentence_bert_config.json"
	data, err := readFile(fsys, name, maxJSON)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return 0, err
	default:
		n, err := parseSentenceBERT(data)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		if n > 0 {
			return n, nil
		}
	}
	if d.Files.Config != nil {
		o, err := parseObject(d.Files.Config)
		if err != nil {
			return 0, fmt.Errorf("tokenizer_config.json: %w", err)
		}
		// Transformers writes 1e30 for no limit.
		var n float64
		if err := o.get("model_max_length", &n); err != nil {
			return 0, fmt.Errorf("tokenizer_config.json: %w", err)
		}
		if n < 0 || n != n {
			return 0, fmt.Errorf("tokenizer_config.json: %w: model_max_length is %v, want a number of tokens", ErrDirectory, n)
		}
		if n > 0 && n <= MaxPositions {
			return int(n), nil
		}
	}
	return d.Tokenizer.Limit(), nil
}

// parseSentenceBERT reads the greatest length of texts, 0 if none is stated.
func parseSentenceBERT(data []byte) (int, error) {
	o, err := parseObject(data)
	if err != nil {
		return 0, err
	}
	n, lower := 0, false
	if err := o.get("max_seq_length", &n); err != nil {
		return 0, err
	}
	if o.has("max_seq_length") && n < 1 {
		return 0, fmt.Errorf("%w: max_seq_length is %d, want 1 or more", ErrDirectory, n)
	}
	if err := o.get("do_lower_case", &lower); err != nil {
		return 0, err
	}
	if lower {
		return 0, fmt.Errorf("%w: do_lower_case is true, want false: the tokenizer decides", ErrDirectory)
	}
	return n, nil
}

package encoder

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// header changes the header of a safetensors file and leaves its values.
func header(t testing.TB, data []byte, old, with string) string {
	t.Helper()
	n := binary.LittleEndian.Uint64(data)
	head := strings.Replace(string(data[8:8+n]), old, with, 1)
	if head == string(data[8:8+n]) {
		t.Fatalf("no %s in the header", old)
	}
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(head)))) + head + string(data[8+n:])
}

func TestDirectoryRefused(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile("testdata/bert/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	config, model := read("config.json"), []byte(read("model.safetensors"))
	edit := func(text, old, with string) string {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("no %s", old)
		}
		return strings.Replace(text, old, with, 1)
	}
	setting := func(old, with string) map[string]string {
		t.Helper()
		return map[string]string{"config.json": edit(config, old, with)}
	}
	tensors := func(edit func([]weights.Tensor) []weights.Tensor) map[string]string {
		return map[string]string{"model.safetensors": safetensors(t, edit(tensorsOf(t, model)))}
	}
	modules := func(text string) map[string]string {
		return map[string]string{"modules.json": text, "1_Pooling/config.json": pooling}
	}
	pooled := func(text string) map[string]string {
		return map[string]string{"modules.json": "[" + twoModules + "]", "1_Pooling/config.json": text}
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
		kind  error
	}{
		{"no config.json", map[string]string{"config.json": ""}, "config.json", os.ErrNotExist},
		{"a list", map[string]string{"config.json": "[]"}, "config.json", ErrDirectory},
		{"null", map[string]string{"config.json": "null"}, "want an object", ErrDirectory},
		{"a key twice", setting(`"vocab_size": 80`, `"vocab_size": 80, "vocab_size": 80`), `"vocab_size": given twice`, ErrDirectory},
		{"a key twice within", setting(`"vocab_size": 80`, `"vocab_size": 80, "id2label": {"0": "a", "0": "b"}`), "given twice", ErrDirectory},
		{"another model", setting(`"model_type": "bert"`, `"model_type": "mpnet"`), `model_type "mpnet"`, ErrDirectory},
		{"no model", setting(`"model_type": "bert"`, `"model_kind": "bert"`), "no model_type", ErrDirectory},
		{"relative positions", setting(`"model_type"`, `"position_embedding_type": "relative_key_query", "model_type"`), `"relative_key_query"`, ErrDirectory},
		{"a decoder", setting(`"is_decoder": false`, `"is_decoder": true`), "is_decoder", ErrDirectory},
		{"cross attention", setting(`"add_cross_attention": false`, `"add_cross_attention": true`), "add_cross_attention", ErrDirectory},
		{"quantized", setting(`"model_type"`, `"quantization_config": {}, "model_type"`), "quantization_config", ErrDirectory},
		{"code of its own", setting(`"model_type"`, `"auto_map": {}, "model_type"`), "auto_map", ErrDirectory},
		{"pruned", setting(`"model_type"`, `"pruned_heads": {"0": [1]}, "model_type"`), "pruned_heads", ErrDirectory},
		{"another activation", setting(`"hidden_act": "gelu"`, `"hidden_act": "relu"`), `hidden_act "relu"`, ErrDirectory},
		{"no width", setting(`"hidden_size": 8`, `"hidden": 8`), "no hidden_size", ErrDirectory},
		{"a null width", setting(`"hidden_size": 8`, `"hidden_size": null`), "no hidden_size", ErrDirectory},
		{"a width of another case", setting(`"hidden_size": 8`, `"Hidden_Size": 8`), "no hidden_size", ErrDirectory},
		{"a fraction", setting(`"hidden_size": 8`, `"hidden_size": 8.5`), "hidden_size", ErrDirectory},
		{"text for a number", setting(`"hidden_size": 8`, `"hidden_size": "8"`), "hidden_size", ErrDirectory},
		{"a huge number", setting(`"hidden_size": 8`, `"hidden_size": 1e300`), "hidden_size", ErrDirectory},
		{"heads that do not fit", setting(`"num_attention_heads": 2`, `"num_attention_heads": 3`), "3 heads", nil},
		{"a terabyte", setting(`"vocab_size": 80`, `"vocab_size": 16777216`), "is [80 8], want [16777216 8]", weights.ErrShape},
		{"terabytes", edits(config, `"vocab_size": 80`, `"vocab_size": 16777216`, `"hidden_size": 8`, `"hidden_size": 16384`), "parameters, want at most", nil},
		{"many layers", setting(`"num_hidden_layers": 2`, `"num_hidden_layers": 1000000000`), "layers is 1000000000", nil},
		{"more layers than there are", setting(`"num_hidden_layers": 2`, `"num_hidden_layers": 3`), `missing tensor "encoder.layer.2.attention.self.query.weight"`, weights.ErrMissing},
		{"fewer layers than there are", setting(`"num_hidden_layers": 2`, `"num_hidden_layers": 1`), `unexpected tensor "encoder.layer.1.attention.output.LayerNorm.bias"`, weights.ErrExtra},
		{"no segments", setting(`"type_vocab_size": 2`, `"type_vocab_size": 0`), "type_vocab_size is 0", ErrDirectory},
		{"no epsilon", setting(`"layer_norm_eps": 1e-12`, `"layer_norm_eps": 0`), "layer_norm_eps is 0", nil},
		{"more tokens than rows", setting(`"vocab_size": 80`, `"vocab_size": 20`), "tokenizer has 80 tokens", ErrDirectory},
		{"another tokenizer", map[string]string{"tokenizer.json": readOther(t, "roberta", "tokenizer.json"), "tokenizer_config.json": ""}, "the tokenizer of a bert is a *tokenize.BytePair", ErrDirectory},
		{"a hole in the vocabulary", map[string]string{"tokenizer.json": edit(read("tokenizer.json"), `": 79`, `": 81`)}, "without a hole", tokenize.ErrSubword},
		{"no tokenizer", map[string]string{"tokenizer.json": ""}, "no vocab.txt", tokenize.ErrSubword},

		{"no weights", map[string]string{"model.safetensors": ""}, "neither model.safetensors", ErrDirectory},
		{"a pickle", map[string]string{"model.safetensors": "", "pytorch_model.bin": "x"}, "save_pretrained", ErrDirectory},
		{"weights cut short", map[string]string{"model.safetensors": string(model[:len(model)-1])}, "cut short", weights.ErrFormat},
		{"a tensor too many", tensors(func(x []weights.Tensor) []weights.Tensor {
			return append(x, weights.Tensor{Name: "encoder.rel_pos.weight", Shape: []int{1}, Data: []float32{1}})
		}), `unexpected tensor "encoder.rel_pos.weight"`, weights.ErrExtra},
		{"a tensor too few", tensors(func(x []weights.Tensor) []weights.Tensor { return without(x, "embeddings.LayerNorm.bias") }), `missing tensor "embeddings.LayerNorm.bias"`, weights.ErrMissing},
		{"a tensor twice", tensors(func(x []weights.Tensor) []weights.Tensor {
			return append(x, weights.Tensor{Name: "bert.embeddings.LayerNorm.gamma", Shape: []int{8}, Data: make([]float32, 8)})
		}), "are both embeddings.LayerNorm.weight", ErrDirectory},
		{"not a number", tensors(func(x []weights.Tensor) []weights.Tensor { x[3].Data[1] = float32(math.NaN()); return x }), "is NaN", weights.ErrNotFinite},
		{"infinite", tensors(func(x []weights.Tensor) []weights.Tensor { x[3].Data[1] = float32(math.Inf(1)); return x }), "is +Inf", weights.ErrNotFinite},
		{"whole numbers", map[string]string{"model.safetensors": header(t, model, `"F32"`, `"I32"`)}, "is I32", weights.ErrDType},
		{"another shape", map[string]string{"model.safetensors": header(t, model, `"shape":[80,8]`, `"shape":[8,80]`)}, "is [8 80], want [80 8]", weights.ErrShape},

		{"no modules", modules("[]"), "0 modules", ErrDirectory},
		{"modules of an object", modules("{}"), "modules.json", ErrDirectory},
		{"nothing pools", modules("[" + oneModule + "]"), "want a Pooling", ErrDirectory},
		{"a dense layer that is not there", map[string]string{"modules.json": "[" + twoModules + denseModule + "]", "1_Pooling/config.json": pooling}, "2_Dense/config.json", os.ErrNotExist},
		{"a dense layer of another package", modules("[" + twoModules + strings.Replace(denseModule, "sentence_transformers", "custom", 1) + "]"), `"custom.models.Dense"`, ErrDirectory},
		{"a dense layer before the norm", modules("[" + twoModules + denseModule + "," + strings.Replace(strings.Split(threeModules, twoModules+",")[1], `:2,`, `:3,`, 1) + "]"), `a "sentence_transformers.models.Dense", want number 2, a Normalize`, ErrDirectory},
		{"code of somebody", modules("[" + strings.Replace(twoModules, "sentence_transformers.models.T", "custom.T", 1) + "]"), `"custom.Transformer"`, ErrDirectory},
		{"a way up", modules("[" + strings.Replace(twoModules, `"path":""`, `"path":".."`, 1) + "]"), `lies in ".."`, ErrDirectory},
		{"a way down", modules("[" + strings.Replace(twoModules, "1_Pooling", "a/b", 1) + "]"), `lies in "a/b"`, ErrDirectory},
		{"a way from the root", modules("[" + strings.Replace(twoModules, "1_Pooling", "/etc", 1) + "]"), `lies in "/etc"`, ErrDirectory},
		{"out of order", modules("[" + strings.Replace(twoModules, `"idx":1`, `"idx":2`, 1) + "]"), "number 2", ErrDirectory},
		{"a pooling that is not there", map[string]string{"modules.json": "[" + twoModules + "]"}, "1_Pooling/config.json", os.ErrNotExist},
		{"two poolings", pooled(strings.ReplaceAll(pooling, "false", "true")), "pooling [", ErrDirectory},
		{"no pooling", pooled(`{}`), "pooling []", ErrDirectory},
		{"another pooling", pooled(`{"pooling_mode_lasttoken":true}`), `pooling ["lasttoken"]`, ErrDirectory},
		{"an unknown pooling", pooled(`{"pooling_mode":"attention"}`), "attention", ErrDirectory},
		{"pooling of another width", pooled(strings.Replace(pooling, ":8", ":16", 1)), "16 columns", ErrDirectory},
		{"a prompt", map[string]string{"modules.json": "[" + twoModules + "]", "1_Pooling/config.json": pooling, "config_sentence_transformers.json": `{"default_prompt_name":"query","prompts":{"query":"q: "}}`}, "default_prompt_name", ErrDirectory},
		{"no length", map[string]string{"sentence_bert_config.json": `{"max_seq_length":0}`}, "max_seq_length is 0", ErrDirectory},
		{"a length too short", map[string]string{"sentence_bert_config.json": `{"max_seq_length":2}`}, "texts of 2 tokens", ErrDirectory},
		{"lower case beforehand", map[string]string{"sentence_bert_config.json": `{"do_lower_case":true}`}, "do_lower_case", ErrDirectory},
		{"a negative length", map[string]string{"tokenizer_config.json": `{"model_max_length":-1}`}, "model_max_length", ErrDirectory},
	} {
		_, err := OpenDirectory(bertDir(t, c.files))
		if err == nil || !strings.Contains(err.Error(), c.want) || c.kind != nil && !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	dir := bertDir(t, nil)
	dir["config.json"].Mode = os.ModeNamedPipe
	if _, err := OpenDirectory(dir); !errors.Is(err, ErrDirectory) {
		t.Errorf("a pipe: %v", err)
	}
	if _, err := OpenDirectory(bertDir(t, map[string]string{"config.json": strings.Repeat(" ", maxJSON+1)})); !errors.Is(err, ErrDirectory) {
		t.Errorf("a long file: %v", err)
	}
}

// edits replaces several settings of config.json.
func edits(config string, pairs ...string) map[string]string {
	return map[string]string{"config.json": strings.NewReplacer(pairs...).Replace(config)}
}

func readOther(t testing.TB, architecture, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + architecture + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func without(tensors []weights.Tensor, name string) (rest []weights.Tensor) {
	for _, x := range tensors {
		if x.Name != name {
			rest = append(rest, x)
		}
	}
	return rest
}

func TestConfigRefused(t *testing.T) {
	const good = `{"architecture":"bert","vocab":80,"hidden":8,"layers":2,"heads":2,"intermediate":12,"positions":64,"types":2,"layer_norm_eps":1e-12,"activation":"gelu"}`
	c, err := ParseConfig([]byte(good))
	if err != nil || c.MaxTokens() != 64 {
		t.Fatal(c, err)
	}
	for _, x := range []struct{ old, with, want string }{
		{`"bert"`, `"gpt2"`, "architecture"},
		{`"vocab":80`, `"vocab":0`, "vocab is 0"},
		{`"vocab":80`, `"vocab":80,"vocab":80`, "given twice"},
		{`"vocab":80`, `"vocab":80,"extra":1`, "unknown field"},
		{`"hidden":8`, `"hidden":-8`, "hidden is -8"},
		{`"heads":2`, `"heads":5`, "5 heads"},
		{`"positions":64`, `"positions":64,"position_offset":64`, "position_offset is 64"},
		{`"layer_norm_eps":1e-12`, `"layer_norm_eps":-1`, "layer_norm_eps"},
		{`"gelu"`, `"relu"`, "activation"},
		{`"layers":2`, `"layers":1e9`, "layers"},
		{`"hidden":8,"layers":2,"heads":2,"intermediate":12`, `"hidden":16384,"layers":128,"heads":2,"intermediate":16384`, "parameters"},
	} {
		if _, err := ParseConfig([]byte(strings.Replace(good, x.old, x.with, 1))); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.with, err, x.want)
		}
	}
}

func FuzzOpenDirectory(f *testing.F) {
	dir := bertDir(f, nil)
	config, tokenizer := dir["config.json"].Data, dir["tokenizer_config.json"].Data
	f.Add(config, []byte("["+threeModules+"]"), []byte(pooling), []byte(`{"max_seq_length":20}`), tokenizer)
	f.Add(config, []byte("["+strings.Replace(twoModules, `"path":""`, `"path":"0"`, 1)+"]"), []byte(`{"pooling_mode":"cls"}`), []byte(`{}`), []byte(`{"model_max_length":1e30}`))
	for _, architecture := range []string{"distilbert", "roberta"} {
		f.Add([]byte(readOther(f, architecture, "config.json")), []byte("["+oneModule+"]"), []byte(pooling), []byte(`{}`), tokenizer)
	}
	f.Fuzz(func(t *testing.T, config, modules, pooling, sentence, tokenizer []byte) {
		files := fstest.MapFS{
			"config.json": {Data: config}, "modules.json": {Data: modules}, "1_Pooling/config.json": {Data: pooling},
			"sentence_bert_config.json": {Data: sentence}, "tokenizer_config.json": {Data: tokenizer},
			"tokenizer.json": dir["tokenizer.json"], "model.safetensors": dir["model.safetensors"],
		}
		d, err := OpenDirectory(files)
		if err != nil {
			return
		}
		if err := d.Config.Check(); err != nil {
			t.Fatal(err)
		}
		if d.MaxTokens < 3 || d.MaxTokens > d.Config.MaxTokens() || len(d.Tensors) != len(d.Config.Shapes()) {
			t.Fatalf("%+v", d)
		}
	})
}

func FuzzIndex(f *testing.F) {
	dir := bertDir(f, nil)
	shards(f, dir, nil)
	f.Add(dir["model.safetensors.index.json"].Data)
	f.Add([]byte(`{"weight_map":{"a":"../b.safetensors"}}`))
	f.Add([]byte(`{"weight_map":{"a":"b.safetensors","a":"c.safetensors"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		index, err := parseIndex(data)
		if err != nil {
			if !errors.Is(err, ErrDirectory) {
				t.Fatalf("unexpected kind of error: %v", err)
			}
			return
		}
		for tensor, name := range index {
			if strings.ContainsAny(name, `/\:`) || strings.Contains(name, "..") || !strings.HasSuffix(name, ".safetensors") {
				t.Fatalf("%q lies in %q", tensor, name)
			}
		}
		dir["model.safetensors.index.json"].Data = data
		if _, err := OpenDirectory(dir); err == nil && len(index) == 0 {
			t.Fatal("no tensors")
		}
	})
}

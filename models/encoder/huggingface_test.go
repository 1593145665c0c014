package encoder

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo/weights"
)

func TestOpenDirectory(t *testing.T) {
	for _, want := range []struct {
		Config
		tokens  int
		skipped []string
	}{
		{Config{"bert", 80, 8, 2, 2, 12, 64, 2, 0, 1e-12, "gelu"}, 64, []string{"pooler.dense.bias", "pooler.dense.weight"}},
		{Config{"distilbert", 80, 8, 2, 2, 12, 64, 0, 0, 1e-12, "gelu"}, 64, nil},
		{Config{"roberta", 308, 8, 2, 2, 12, 66, 1, 2, 1e-5, "gelu"}, 64, []string{"pooler.dense.bias", "pooler.dense.weight"}},
	} {
		t.Run(want.Architecture, func(t *testing.T) {
			d, err := OpenDirectory(os.DirFS("testdata/" + want.Architecture))
			if err != nil {
				t.Fatal(err)
			}
			if d.Config != want.Config || d.MaxTokens != want.tokens || !slices.Equal(d.Skipped, want.skipped) {
				t.Errorf("%+v, %d tokens, skipped %q, want %+v", d.Config, d.MaxTokens, d.Skipped, want)
			}
			if d.Pooling != "mean" || d.Normalize {
				t.Errorf("pooling %q, normalize %v, want the mean as it is", d.Pooling, d.Normalize)
			}
			_, g := readGolden(t, want.Architecture)
			for _, text := range g.Texts {
				if ids, _ := d.Tokenizer.Encode(nil, text.Text, 0); !slices.Equal(ids, text.IDs) {
					t.Errorf("%q: ids %d, want %d", text.Text, ids, text.IDs)
				}
			}
			n := int64(0)
			for i, s := range d.Config.Shapes() {
				if x := d.Tensors[i]; x.Name != s.Name || !slices.Equal(x.Shape, s.Shape) {
					t.Errorf("tensor %d is %q %v, want %q %v", i, x.Name, x.Shape, s.Name, s.Shape)
				}
				n += int64(len(d.Tensors[i].Data))
				// PyTorch trains the same parameters.
				if g.Gradients[s.Name] == nil {
					t.Errorf("no gradient of %s", s.Name)
				}
				delete(g.Gradients, s.Name)
			}
			if n != d.Config.Parameters() || len(d.Tensors) != len(d.Config.Shapes()) {
				t.Errorf("%d parameters in %d tensors, want %d in %d", n, len(d.Tensors), d.Config.Parameters(), len(d.Config.Shapes()))
			}
			for name := range maps.Keys(g.Gradients) {
				t.Errorf("a gradient of %s, which was not read", name)
			}
		})
	}
}

// bertDir is testdata/bert in memory, with files replaced: nil removes one.
func bertDir(t testing.TB, replace map[string]string) fstest.MapFS {
	t.Helper()
	dir := fstest.MapFS{}
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"} {
		data, err := os.ReadFile("testdata/bert/" + name)
		if err != nil {
			t.Fatal(err)
		}
		dir[name] = &fstest.MapFile{Data: data}
	}
	for name, data := range replace {
		if data == "" {
			delete(dir, name)
		} else {
			dir[name] = &fstest.MapFile{Data: []byte(data)}
		}
	}
	return dir
}

// tensorsOf reads all tensors of a file.
func tensorsOf(t testing.TB, data []byte) []weights.Tensor {
	t.Helper()
	f, err := weights.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	var tensors []weights.Tensor
	for _, info := range f.Tensors() {
		x, err := f.Tensor(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, x)
	}
	return tensors
}

func safetensors(t testing.TB, tensors []weights.Tensor) string {
	t.Helper()
	var b strings.Builder
	if err := weights.Write(&b, tensors, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Names with a prefix, of a head, and of TensorFlow's; and halves of floats.
func TestOtherNames(t *testing.T) {
	dir := bertDir(t, nil)
	plain, err := OpenDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	tensors := tensorsOf(t, dir["model.safetensors"].Data)
	for i, x := range tensors {
		x.Name = "bert." + x.Name
		if head, ok := strings.CutSuffix(x.Name, "LayerNorm.weight"); ok {
			x.Name = head + "LayerNorm.gamma"
		} else if head, ok := strings.CutSuffix(x.Name, "LayerNorm.bias"); ok {
			x.Name = head + "LayerNorm.beta"
		}
		x.DType = weights.BF16
		tensors[i] = x
	}
	tensors = append(tensors, weights.Tensor{Name: "cls.predictions.bias", Shape: []int{1}, Data: []float32{1}},
		weights.Tensor{Name: "bert.embeddings.position_ids", Shape: []int{1}, Data: []float32{1}})
	dir["model.safetensors"].Data = []byte(safetensors(t, tensors))
	d, err := OpenDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"bert.embeddings.position_ids", "bert.pooler.dense.bias", "bert.pooler.dense.weight", "cls.predictions.bias"}; !slices.Equal(d.Skipped, want) {
		t.Errorf("skipped %q, want %q", d.Skipped, want)
	}
	for i, x := range d.Tensors {
		for j, v := range x.Data {
			if want := plain.Tensors[i].Data[j]; math.Abs(float64(v-want)) > math.Abs(float64(want))/256 {
				t.Fatalf("%s: element %d is %v, want about %v", x.Name, j, v, want)
			}
		}
	}
}

// shards splits the weights over two files, and returns the index with edit
// applied.
func shards(t testing.TB, dir fstest.MapFS, edit func(index map[string]string)) {
	t.Helper()
	tensors := tensorsOf(t, dir["model.safetensors"].Data)
	delete(dir, "model.safetensors")
	index := map[string]string{}
	half := len(tensors) / 2
	for i, name := range []string{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"} {
		part := tensors[i*half : min(len(tensors), (i+1)*half+i)]
		dir[name] = &fstest.MapFile{Data: []byte(safetensors(t, part))}
		for _, x := range part {
			index[x.Name] = name
		}
	}
	if edit != nil {
		edit(index)
	}
	data, _ := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 1}, "weight_map": index})
	dir["model.safetensors.index.json"] = &fstest.MapFile{Data: data}
}

func TestShards(t *testing.T) {
	whole := bertDir(t, nil)
	want, err := OpenDirectory(whole)
	if err != nil {
		t.Fatal(err)
	}
	shards(t, whole, nil)
	d, err := OpenDirectory(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range d.Tensors {
		if x.Name != want.Tensors[i].Name || !slices.Equal(x.Data, want.Tensors[i].Data) {
			t.Errorf("tensor %d differs", i)
		}
	}
	for _, c := range []struct {
		name, want string
		edit       func(map[string]string)
	}{
		{"up", `lies in "../model.safetensors"`, func(m map[string]string) { m["pooler.dense.bias"] = "../model.safetensors" }},
		{"absolute", `lies in "/etc/x.safetensors"`, func(m map[string]string) { m["pooler.dense.bias"] = "/etc/x.safetensors" }},
		{"backslash", `lies in "a\\b.safetensors"`, func(m map[string]string) { m["pooler.dense.bias"] = `a\b.safetensors` }},
		{"a pickle", `lies in "model.bin"`, func(m map[string]string) { m["pooler.dense.bias"] = "model.bin" }},
		{"a file that is not there", "file does not exist", func(m map[string]string) { m["pooler.dense.bias"] = "other.safetensors" }},
		{"another file", `unexpected tensor "pooler.dense.bias"`, func(m map[string]string) { m["pooler.dense.bias"] = m["embeddings.LayerNorm.bias"] }},
		{"a tensor that is not there", `missing tensor "x"`, func(m map[string]string) { m["x"] = m["pooler.dense.bias"] }},
		{"a tensor left out", `unexpected tensor "pooler.dense.bias"`, func(m map[string]string) { delete(m, "pooler.dense.bias") }},
		{"nothing", "0 files", func(m map[string]string) { clear(m) }},
	} {
		dir := bertDir(t, nil)
		shards(t, dir, c.edit)
		if _, err := OpenDirectory(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

const pooling = `{"word_embedding_dimension":8,"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true,"pooling_mode_max_tokens":false,"pooling_mode_mean_sqrt_len_tokens":false}`

const (
	oneModule    = `{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"}`
	twoModules   = oneModule + `,{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}`
	threeModules = twoModules + `,{"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.base.modules.normalize.Normalize"}`
)

func TestSentence(t *testing.T) {
	open := func(replace map[string]string) *Directory {
		t.Helper()
		d, err := OpenDirectory(bertDir(t, replace))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		files     map[string]string
		pooling   string
		normalize bool
		tokens    int
	}{
		{nil, "mean", false, 64},
		{map[string]string{"modules.json": "[" + twoModules + "]", "1_Pooling/config.json": pooling}, "mean", false, 64},
		{map[string]string{"modules.json": "[" + threeModules + "]", "1_Pooling/config.json": strings.NewReplacer("true", "false", "false", "true").Replace(
			`{"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true}`)}, "cls", true, 64},
		{map[string]string{"modules.json": "[" + threeModules + "]", "1_Pooling/config.json": `{"embedding_dimension":8,"pooling_mode":"max","include_prompt":true}`}, "max", true, 64},
		{map[string]string{"sentence_bert_config.json": `{"max_seq_length":20,"do_lower_case":false}`, "tokenizer_config.json": `{"model_max_length":30}`}, "mean", false, 20},
		{map[string]string{"sentence_bert_config.json": `{"max_seq_length":null}`, "tokenizer_config.json": `{"model_max_length":30}`}, "mean", false, 30},
		{map[string]string{"sentence_bert_config.json": `{"max_seq_length":512}`}, "mean", false, 64},
	} {
		d := open(c.files)
		if d.Pooling != c.pooling || d.Normalize != c.normalize || d.MaxTokens != c.tokens {
			t.Errorf("%v: %q, %v, %d, want %+v", c.files, d.Pooling, d.Normalize, d.MaxTokens, c)
		}
	}

	// The encoder in a folder of its own.
	moved := fstest.MapFS{"modules.json": &fstest.MapFile{Data: []byte("[" + strings.Replace(twoModules, `"path":""`, `"path":"0_Transformer"`, 1) + "]")},
		"1_Pooling/config.json": &fstest.MapFile{Data: []byte(pooling)}}
	for name, f := range bertDir(t, map[string]string{"sentence_bert_config.json": `{"max_seq_length":20}`}) {
		moved["0_Transformer/"+name] = f
	}
	if d, err := OpenDirectory(moved); err != nil || d.MaxTokens != 20 {
		t.Errorf("in a folder: %v", err)
	}
}

func TestTruncationOfTokenizerJSON(t *testing.T) {
	dir := bertDir(t, map[string]string{"tokenizer_config.json": ""})
	dir["tokenizer.json"].Data = []byte(strings.Replace(string(dir["tokenizer.json"].Data), `"truncation": null`,
		`"truncation": {"direction":"Right","max_length":17,"strategy":"LongestFirst","stride":0}`, 1))
	d, err := OpenDirectory(dir)
	if err != nil || d.MaxTokens != 17 {
		t.Fatalf("%v, want 17 tokens", err)
	}
}

// streamed hides that a file can be read at any place.
type streamed struct{ fs.FS }

func (s streamed) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	return struct{ fs.File }{f}, err
}

func TestStreamedFiles(t *testing.T) {
	want, err := OpenDirectory(bertDir(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenDirectory(streamed{bertDir(t, nil)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Tensors {
		if !slices.Equal(got.Tensors[i].Data, want.Tensors[i].Data) {
			t.Errorf("%s differs", want.Tensors[i].Name)
		}
	}
}

func ExampleOpenDirectory() {
	d, err := OpenDirectory(os.DirFS("testdata/bert"))
	if err != nil {
		fmt.Println(err)
		return
	}
	ids, truncated := d.Tokenizer.Encode(nil, "The film is a small, quiet wonder.", d.MaxTokens)
	fmt.Println(d.Config.Architecture, d.Config.Parameters(), len(ids), truncated, d.Pooling)
	// Output:
	// bert 2248 16 false mean
}

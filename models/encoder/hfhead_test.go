package encoder

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo/weights"
)

const denseModule = `,{"idx":2,"name":"2","path":"2_Dense","type":"sentence_transformers.models.Dense"}`

// denseDir is a directory with a classifier of three classes, with one string
// of a file replaced.
func denseDir(t testing.TB, name, old, with string) fstest.MapFS {
	t.Helper()
	dir := bertDir(t, map[string]string{
		"modules.json": "[" + twoModules + denseModule + "]", "1_Pooling/config.json": pooling,
		"2_Dense/config.json": `{"in_features":8,"out_features":3,"bias":true,"activation_function":"torch.nn.modules.linear.Identity",` +
			`"module_input_name":"sentence_embedding","module_output_name":"sentence_embedding"}`,
		"2_Dense/model.safetensors": safetensors(t, []weights.Tensor{
			{Name: "linear.weight", Shape: []int{3, 8}, Data: make([]float32, 24)}, {Name: "linear.bias", Shape: []int{3}, Data: []float32{1, 2, 3}}}),
	})
	dir["config.json"].Data = append([]byte(`{"id2label":{"0":"a","1":"b","2":"c"},"classifier_temperature":2,`), dir["config.json"].Data[1:]...)
	if name != "" {
		text := string(dir[name].Data)
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", name, old)
		}
		dir[name].Data = []byte(strings.Replace(text, old, with, 1))
	}
	return dir
}

func TestDense(t *testing.T) {
	for _, c := range []struct{ name, old, with string }{
		{}, {"2_Dense/config.json", `,"module_input_name":"sentence_embedding","module_output_name":"sentence_embedding"`, ""},
		{"2_Dense/config.json", `"bias":true`, `"bias":true,"use_residual":false`},
	} {
		d, err := OpenDirectory(denseDir(t, c.name, c.old, c.with))
		if err != nil {
			t.Fatal(err)
		}
		m, err := ClassifierFromDirectory(d)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Logits(make([]float32, 8)); strings.Join(m.Classes(), "") != "abc" || m.Temperature() != 2 || got[1] != 2 {
			t.Errorf("%q at %v, bias %v", m.Classes(), m.Temperature(), got)
		}
	}
	d, err := OpenDirectory(bertDir(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ClassifierFromDirectory(d); !errors.Is(err, ErrDirectory) {
		t.Errorf("without a head: %v", err)
	}
}

func TestDenseRefused(t *testing.T) {
	const config, tensors = "2_Dense/config.json", "2_Dense/model.safetensors"
	for _, c := range []struct {
		file, old, with, want string
		is                    error
	}{
		{config, identity, "torch.nn.modules.activation.Tanh", "Activation:torch.nn.modules.activation.Tanh", ErrDirectory},
		{config, `,"activation_function":"` + identity + `"`, "", "Tanh", ErrDirectory},
		{config, `"bias":true`, `"bias":false`, "Bias:false", ErrDirectory},
		{config, `"in_features":8`, `"in_features":9`, "In:9", ErrDirectory},
		{config, `"out_features":3`, `"out_features":2`, "Out:2", ErrDirectory},
		{config, `"out_features":3`, `"out_features":"3"`, "out_features", ErrDirectory},
		{config, `"bias":true`, `"bias":true,"use_residual":true`, "a linear layer for the 3 classes", ErrDirectory},
		{config, `_name":"sentence_embedding"`, `_name":"token_embeddings"`, "token_embeddings", ErrDirectory},
		{config, `{`, `[`, config, ErrDirectory},
		{"config.json", `"2":"c"`, `"3":"c"`, "id2label has no class 2", ErrDirectory},
		{"config.json", `,"2":"c"`, ``, "the 2 classes", ErrDirectory},
		{"config.json", `"id2label"`, `"labels"`, "the 0 classes", ErrDirectory},
		{"config.json", `"2":"c"`, `"2":7`, "id2label", ErrDirectory},
		{"config.json", `"classifier_temperature":2`, `"classifier_temperature":"2"`, temperatureKey, ErrDirectory},
		{tensors, "linear.bias", "linear.bios", `missing tensor "linear.bias"`, weights.ErrMissing},
		{tensors, "[3,8]", "[8,3]", "linear.weight is [8 3], want [3 8]", weights.ErrShape},
		{tensors, "\x00\x00\x80\x3f", "\x00\x00\x80\x7f", "linear.bias", weights.ErrNotFinite},
		{tensors, "\x00\x00\x80\x3f", "", tensors, weights.ErrFormat},
	} {
		_, err := OpenDirectory(denseDir(t, c.file, c.old, c.with))
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, c.is) {
			t.Errorf("%s: %q: %v, want %q", c.file, c.with, err, c.want)
		}
	}
	dir := denseDir(t, "", "", "")
	delete(dir, tensors)
	if _, err := OpenDirectory(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without weights: %v", err)
	}
	for _, c := range [][2]string{{`"b"`, `"a"`}, {`"classifier_temperature":2`, `"classifier_temperature":0`}} {
		d, err := OpenDirectory(denseDir(t, "config.json", c[0], c[1]))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ClassifierFromDirectory(d); err == nil {
			t.Errorf("%s is taken", c[1])
		}
	}
}

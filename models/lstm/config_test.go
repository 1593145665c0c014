package lstm

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// small is a config that tests change.
func small() Config { return Config{Vocab: 20, Embedding: 3, Hidden: 4} }

// network returns a network of the given shape.
func network(t testing.TB, c Config) *Network {
	t.Helper()
	n, err := New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestZerosOfAConfig(t *testing.T) {
	c := network(t, small()).Config()
	if c.Layers != 1 || c.Classes != 2 || c.EmbeddingStd != 1 || !slices.Equal(c.Pooling, []ops.Pooling{ops.PoolLast}) {
		t.Errorf("%+v", c)
	}
}

func TestConfigErrors(t *testing.T) {
	for _, c := range []struct {
		message string
		change  func(c *Config)
	}{
		{"vocab is 0", func(c *Config) { c.Vocab = 0 }},
		{"vocab is", func(c *Config) { c.Vocab = MaxVocab + 1 }},
		{"embedding is -1", func(c *Config) { c.Embedding = -1 }},
		{"embedding is", func(c *Config) { c.Embedding = MaxWidth + 1 }},
		{"hidden is 0", func(c *Config) { c.Hidden = 0 }},
		{"layers is -1", func(c *Config) { c.Layers = -1 }},
		{"layers is 17", func(c *Config) { c.Layers = 17 }},
		{"classes is 1", func(c *Config) { c.Classes = 1 }},
		{`pooling "median"`, func(c *Config) { c.Pooling = []ops.Pooling{ops.PoolMax, "median"} }},
		{"pooling is 4", func(c *Config) { c.Pooling = slices.Repeat([]ops.Pooling{ops.PoolMax}, 4) }},
		{"dropout embedding is 1", func(c *Config) { c.Dropout.Embedding = 1 }},
		{"dropout layer is -0.1", func(c *Config) { c.Dropout.Layer = -0.1 }},
		{"dropout recurrent is 1", func(c *Config) { c.Dropout.Recurrent = 1 }},
		{"dropout output is NaN", func(c *Config) { c.Dropout.Output = math.NaN() }},
		{"embedding_std is -1", func(c *Config) { c.EmbeddingStd = -1 }},
		{"embedding_std is +Inf", func(c *Config) { c.EmbeddingStd = math.Inf(1) }},
		{"parameters, want at most", func(c *Config) { c.Vocab, c.Embedding = MaxVocab, MaxWidth }},
		{"parameters, want at most", func(c *Config) { c.Hidden, c.Layers = MaxWidth, MaxLayers }},
	} {
		config := small()
		c.change(&config)
		if _, err := New(config, 1); err == nil || !strings.HasPrefix(err.Error(), "lstm: config: ") || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
	}
}

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig([]byte(`{"vocab":9,"embedding":2,"hidden":3,"pooling":["max"],"dropout":{"output":0.5}}`))
	if err != nil || c.Vocab != 9 || c.Classes != 2 || c.Pooling[0] != ops.PoolMax || c.Dropout.Output != 0.5 {
		t.Errorf("%+v, %v", c, err)
	}
	for _, text := range []string{
		"", "null", "[]", "{}", `{"vocab":9,"embedding":2,"hidden":3} x`, `{"vocab":9,"embedding":2,"hidden":3,"heads":4}`,
		`{"vocab":9.5,"embedding":2,"hidden":3}`, `{"vocab":9,"embedding":2,"hidden":3,"dropout":{"input":0.5}}`,
		`{"vocab":9,"embedding":2,"hidden":3,"pooling":["last","none"]}`, `{"vocab":9,"embedding":2`,
	} {
		if _, err := ParseConfig([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "lstm: config: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A network keeps its shape whatever its maker does with the slice.
func TestConfigIsCopied(t *testing.T) {
	c := small()
	c.Pooling = []ops.Pooling{ops.PoolMean}
	n := network(t, c)
	c.Pooling[0] = "?"
	n.Config().Pooling[0] = "!"
	if got := n.Config().Pooling[0]; got != ops.PoolMean {
		t.Errorf("pooling %q", got)
	}
}

// parameters, which bounds what is read from a file, counts what empty makes.
func TestParametersAreCounted(t *testing.T) {
	for _, c := range []Config{
		small(),
		{Vocab: 7, Embedding: 5, Hidden: 3, Layers: 3, Bidirectional: true, Classes: 4, Pooling: []ops.Pooling{ops.PoolLast, ops.PoolMax}},
	} {
		n := network(t, c)
		var total int64
		for _, p := range n.Params() {
			total += int64(len(p.Data()))
		}
		if want := n.Config().parameters(); total != want {
			t.Errorf("%d weights, counted %d", total, want)
		}
	}
}

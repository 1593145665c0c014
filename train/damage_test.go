package train

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/hostile"
	"github.com/gorgonia-zoo/zoo/weights"
)

// damageConfig keeps everything that a checkpoint can hold.
var damageConfig = Config{
	Steps: 8, Optimizer: Adam{LearningRate: 0.02}, Monitor: Monitor{Metric: "loss"}, KeepBest: true,
	Average: Average{Kind: UniformAverage, Every: 2}, State: make([]float32, 3),
}

// load reads data as the checkpoint of a run of damageConfig.
func load(t testing.TB, data []byte) (*run, error) {
	t.Helper()
	c := damageConfig
	c.Evaluate = func(context.Context) (Metrics, error) { return nil, nil }
	r, err := begin(context.Background(), newBagModel(resumeVocab, 3).params, resumeBatches, c)
	if err != nil {
		t.Fatal(err)
	}
	return r, r.load(data)
}

// TestDamage: truncations and flipped bits are noticed, and the
// weights stay as they were.
func TestDamage(t *testing.T) {
	data := saved(t, damageConfig)
	if _, err := load(t, data); err != nil {
		t.Fatal(err)
	}
	// Every byte of the header, and enough of the values, which are all alike.
	header := 8 + int(binary.LittleEndian.Uint64(data))
	next := func(i int) int {
		switch {
		case testing.Short():
			return i + 17
		case i < header:
			return i + 1
		}
		return i + 7
	}
	tried := 0
	refuse := func(what string, damaged []byte) {
		tried++
		if _, _, _, err := parseCheckpoint(damaged); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	for n := 0; n < len(data); n = next(n) {
		refuse(fmt.Sprintf("cut off at byte %d of %d", n, len(data)), data[:n])
	}
	damaged := slices.Clone(data)
	for i := 0; i < len(data); i = next(i) {
		damaged[i] ^= 1 << (i % 8)
		refuse(fmt.Sprintf("bit %d of byte %d flipped", i%8, i), damaged)
		damaged[i] = data[i]
	}
	refuse("bytes appended", append(slices.Clone(data), 0))
	refuse("empty", nil)
	t.Logf("%d damaged files of %d bytes, all refused", tried, len(data))

	// What the user sees.
	c := damageConfig
	c.Dir, c.Resume = t.TempDir(), true
	write(t, c.Dir, data[:len(data)-5])
	m, _, err := fitBag(context.Background(), c, nil)
	if !errors.Is(err, ErrCheckpoint) || !strings.Contains(err.Error(), CheckpointFile) {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(m.bits(), newBagModel(resumeVocab, 3).bits()) {
		t.Error("a damaged checkpoint changed the weights")
	}
}

// forge returns a checkpoint whose checksum is right, whatever it holds.
func forge(t testing.TB, data []byte, change func(tensors []weights.Tensor, metadata map[string]string) []weights.Tensor) []byte {
	t.Helper()
	f, err := weights.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	var tensors []weights.Tensor
	for _, info := range f.Tensors() {
		tensor, err := f.Tensor(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, tensor)
	}
	metadata := f.Metadata()
	delete(metadata, "sha256")
	tensors = change(tensors, metadata)
	metadata["sha256"], err = checksum(tensors, metadata)
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	if err := weights.Write(&b, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestForged: files that are whole, but were never written.
func TestForged(t *testing.T) {
	data := saved(t, damageConfig)
	replace := func(key, old, new string) func([]weights.Tensor, map[string]string) []weights.Tensor {
		return func(tensors []weights.Tensor, metadata map[string]string) []weights.Tensor {
			if !strings.Contains(metadata[key], old) {
				t.Fatalf("no %s in %s", old, metadata[key])
			}
			metadata[key] = strings.Replace(metadata[key], old, new, 1)
			return tensors
		}
	}
	for want, change := range map[string]func([]weights.Tensor, map[string]string) []weights.Tensor{
		"format is":                replace("format", "1", "2"),
		"that this version":        replace("state", `"step":8`, `"step":8,"more":1`),
		"negative":                 replace("state", `"step":8`, `"step":-8`),
		"do not fit 1 steps":       replace("state", `"step":8`, `"step":1`),
		"cannot unmarshal":         replace("state", `"step":8`, `"step":"8"`),
		"optimizer":                replace("settings", "lr=0.02", "lr=0.03"),
		"after array element":      replace("settings", "{", "["),
		"loss over":                replace("state", `"weight":`, `"weight":-`),
		"average/embedding.weight": func(ts []weights.Tensor, _ map[string]string) []weights.Tensor { return ts[1:] },
		"another": func(ts []weights.Tensor, _ map[string]string) []weights.Tensor {
			return append(ts, weights.Tensor{Name: "another", Data: []float32{1}})
		},
		"NaN": func(ts []weights.Tensor, _ map[string]string) []weights.Tensor {
			ts[len(ts)-1].Data[0] = float32(math.NaN())
			return ts
		},
		"is [3 1], the model": func(ts []weights.Tensor, _ map[string]string) []weights.Tensor {
			ts[2].Shape = []int{3, 1}
			return ts
		},
	} {
		if _, err := load(t, forge(t, data, change)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// FuzzCheckpoint: any bytes are an error or a checkpoint that could have been
// written; so is any state in a file that is whole.
func FuzzCheckpoint(f *testing.F) {
	data := saved(f, damageConfig)
	file, err := weights.Read(data)
	if err != nil {
		f.Fatal(err)
	}
	state, settings := file.Metadata()["state"], file.Metadata()["settings"]
	f.Add(data, state, settings)
	f.Add(data[:len(data)/2], "{}", "{}")
	f.Add([]byte{}, `{"step":1e999}`, "null")
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"), strings.Replace(state, `"step":8`, `"step":9223372036854775807`, 1), settings)
	f.Fuzz(func(t *testing.T, raw []byte, state, settings string) {
		hostile.Bounded(t, len(raw), 1<<20, 200, func() { load(t, raw) })
		whole := forge(t, data, func(tensors []weights.Tensor, metadata map[string]string) []weights.Tensor {
			metadata["state"], metadata["settings"] = strings.ToValidUTF8(state, "?"), strings.ToValidUTF8(settings, "?")
			return tensors
		})
		var r *run
		var err error
		hostile.Bounded(t, len(whole), 1<<20, 200, func() { r, err = load(t, whole) })
		if err != nil {
			return
		}
		// What was accepted can be written and read again.
		tensors, metadata, err := r.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := weights.Write(&b, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), whole) {
			t.Error("written again it is another file")
		}
	})
}

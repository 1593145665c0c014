package encoder

import (
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/weights"
)

// cosine of two vectors.
func cosine(x, y []float32) float64 {
	var xy, xx, yy float64
	for i := range x {
		xy += float64(x[i]) * float64(y[i])
		xx += float64(x[i]) * float64(x[i])
		yy += float64(y[i]) * float64(y[i])
	}
	return xy / math.Sqrt(xx*yy)
}

// Products of bytes give nearly the same vectors, which do not depend on the batch,
// follow the weights, and leave those of float32 alone.
func TestInt8Vectors(t *testing.T) {
	n := small(t)
	n8 := n.Int8()
	texts := randomTexts(predictTexts+100, 70, 30)
	want := embed(t, n, texts)
	got := embed(t, n8, texts)
	sum, equal := 0.0, 0
	for i := range texts {
		c := cosine(want[i], got[i])
		sum += c
		if slices.Equal(want[i], got[i]) {
			equal++
		}
		if c < 0.99 {
			t.Errorf("text %d: cosine %v", i, c)
		}
		if i%37 == 0 && !slices.Equal(embed(t, n8, texts[i:i+1])[0], got[i]) {
			t.Fatalf("text %d differs when it runs alone", i)
		}
	}
	t.Logf("mean cosine %v", sum/float64(len(texts)))
	if equal > 0 || sum < 0.999*float64(len(texts)) {
		t.Errorf("mean cosine %v; %d of %d vectors are those of float32", sum/float64(len(texts)), equal, len(texts))
	}
	if !slices.EqualFunc(embed(t, n, texts[:3]), want[:3], slices.Equal) {
		t.Error("float32's vectors have changed")
	}
	for _, p := range n.Params() {
		p.Normal(2, 0.3)
	}
	if slices.Equal(embed(t, n8, texts[:1])[0], got[0]) {
		t.Error("vectors do not follow the weights")
	}
}

// An encoder and a classifier predict by bytes, with the answers of their network.
func TestInt8Models(t *testing.T) {
	d, err := OpenDirectory(os.DirFS("testdata/bert"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := FromDirectory(d)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClassifier(e, []string{"no", "yes"})
	if err != nil {
		t.Fatal(err)
	}
	weight, bias := c.Head()
	weight.Normal(3, 1)
	bias.Normal(4, 1)
	if err := c.SetTemperature(2); err != nil {
		t.Fatal(err)
	}
	// Weights that are kept as bytes lose nothing more.
	if err := c.Round(weights.I8); err != nil {
		t.Fatal(err)
	}
	texts := []string{"a film of some charm", "", "no"}
	ctx := context.Background()
	want, err := c.PredictAll(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Int8().PredictAll(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	vectors, err := e.Int8().Embed(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range texts {
		logits := c.Logits(vectors[i].Vector)
		if !slices.Equal(got[i].Logits, logits) || slices.Equal(got[i].Logits, want[i].Logits) {
			t.Errorf("%q: logits %v, want %v, unlike float32's %v", texts[i], got[i].Logits, logits, want[i].Logits)
		}
		for k := range logits {
			if d := got[i].Probabilities[k] - want[i].Probabilities[k]; math.Abs(d) > 0.05 {
				t.Errorf("%q: probability of %s is off by %v", texts[i], c.Classes()[k], d)
			}
		}
		if got[i].Tokens != want[i].Tokens || got[i].Truncated != want[i].Truncated {
			t.Errorf("%q: %+v, want %+v", texts[i], got[i], want[i])
		}
	}
}

// TestInt8Cosine measures what products of bytes lose: of the encoder in the directory
// ZOO_ENCODER, such as all-MiniLM-L6-v2, over a thousand lines taken evenly from the file
// ZOO_TEXTS, before and after its weights are rounded to bytes.
func TestInt8Cosine(t *testing.T) {
	dir, file := os.Getenv("ZOO_ENCODER"), os.Getenv("ZOO_TEXTS")
	if dir == "" || file == "" {
		t.Skip("ZOO_ENCODER is no directory of an encoder or ZOO_TEXTS no file of texts")
	}
	d, err := OpenDirectory(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	e, err := FromDirectory(d)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	n := min(1000, len(lines))
	texts := make([]string, n)
	for i := range texts {
		texts[i] = lines[i*(len(lines)/n)]
	}
	for _, rounded := range []bool{false, true} {
		if rounded {
			if err := e.Round(weights.I8); err != nil {
				t.Fatal(err)
			}
		}
		want, err := e.Embed(context.Background(), texts)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Int8().Embed(context.Background(), texts)
		if err != nil {
			t.Fatal(err)
		}
		mean, least := 0.0, 1.0
		for i := range texts {
			c := cosine(want[i].Vector, got[i].Vector)
			mean, least = mean+c/float64(n), min(least, c)
		}
		t.Logf("weights rounded before %v: %d texts, mean cosine %.5f, least %.5f", rounded, n, mean, least)
		if !(mean >= 0.99) {
			t.Errorf("mean cosine %v, want 0.99 or more", mean)
		}
	}
}

package reliability_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// With -roundtrip DIR, TestRoundTrip exchanges weights with PyTorch through
// DIR; models/lstm/testdata/roundtrip.py is the other side and says how.
var roundTrip = flag.String("roundtrip", "", "directory for the exchange with PyTorch")

// answer is one line of a file of logits.
type answer struct {
	IDs   []int32 `json:"ids"`
	Logit float32 `json:"logit"`
}

func readAnswers(t *testing.T, path string) []answer {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []answer
	d := json.NewDecoder(bufio.NewReader(f))
	for d.More() {
		var a answer
		if err := d.Decode(&a); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		list = append(list, a)
	}
	return list
}

// compare checks a network's logits against answers.
func compare(t *testing.T, n *lstm.Network, answers []answer) {
	t.Helper()
	ids := make([][]int32, len(answers))
	for i, a := range answers {
		ids[i] = a.IDs
	}
	logits, err := n.Logits(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, a := range answers {
		worst = max(worst, math.Abs(float64(logits[i][0])-float64(a.Logit))/math.Max(1, math.Abs(float64(a.Logit))))
	}
	t.Logf("%d texts: largest difference %.2g", len(answers), worst)
	if len(answers) == 0 || !(worst <= 1e-5) {
		t.Errorf("%d texts: largest difference %.2g, want at most 1e-5", len(answers), worst)
	}
}

// The file was saved by PyTorch from the state_dict of a small network:
// embedding, packed LSTM, last state, linear layer.
func TestStateDictOfPyTorchPredictsTheSame(t *testing.T) {
	f, err := weights.ReadFile("../models/lstm/testdata/torch.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	n, err := lstm.FromWeights(lstm.Config{Vocab: 50, Embedding: 7, Hidden: 9}, f)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, n, readAnswers(t, "../models/lstm/testdata/torch.jsonl"))
}

func TestRoundTrip(t *testing.T) {
	archive := os.Getenv("ZOO_IMDB")
	if *roundTrip == "" || archive == "" {
		t.Skip("needs -roundtrip DIR and ZOO_IMDB")
	}
	m, err := zoo.OpenModel("lstm-imdb")
	if err != nil {
		t.Fatal(err)
	}
	imdb, err := datasets.OpenIMDB(archive)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := imdb.Load(context.Background(), datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(*roundTrip, "torch.safetensors")); err == nil {
		f, err := weights.ReadFile(filepath.Join(*roundTrip, "torch.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		n, err := lstm.FromWeights(lstm.Config{Vocab: 25000, Embedding: 100, Hidden: 256,
			Pooling: []ops.Pooling{ops.PoolLast, ops.PoolMean, ops.PoolMax}}, f)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, n, readAnswers(t, filepath.Join(*roundTrip, "torch.jsonl")))
	}
	if err := m.Export(filepath.Join(*roundTrip, "zoo.safetensors")); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(*roundTrip, "zoo.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	e := json.NewEncoder(out)
	for i := 0; i < 100; i++ {
		ids, _ := classifier(m).Encode(parts[0][i*len(parts[0])/100].Text)
		logits, err := classifier(m).Network().Logits(context.Background(), [][]int32{ids})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Encode(answer{ids, logits[0][0]}); err != nil {
			t.Fatal(err)
		}
	}
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/train"
)

func TestTrainJSON(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "a", "b")
	o := must(t, runZoo(f.train(out, "--json")...))
	sha, epochs := doneSHA(t, o)
	if sha != f.sha {
		t.Error("the same seed gives other weights")
	}
	list := objects(t, epochs, "epoch", "step", "loss", "validation", "tokens_per_second")
	if len(list) != 3 {
		t.Fatalf("%d epochs", len(list))
	}
	for i, e := range list {
		v, ok := e["validation"].(map[string]any)
		if e["epoch"] != float64(i+1) || e["step"] != float64(12*(i+1)) || !ok || v["accuracy"] == nil || v["loss"] == nil {
			t.Errorf("epoch %d: %v", i+1, e)
		}
	}
	log, err := os.ReadFile(filepath.Join(out, logFile))
	if err != nil || string(log) != o.stdout {
		t.Errorf("log.jsonl is not what was printed (%v):\n%s", err, log)
	}
	for _, want := range []string{`column "review"`, `column "sentiment"`, "96 to train on, 24 for validation", "finished after 3 epochs"} {
		if !strings.Contains(o.stderr, want) {
			t.Errorf("standard error lacks %q:\n%s", want, o.stderr)
		}
	}
	plain := must(t, runZoo(f.train(filepath.Join(t.TempDir(), "out"))...))
	if !strings.Contains(plain.stdout, f.sha) || !strings.Contains(plain.stdout, "validation_accuracy") {
		t.Errorf("without --json: %q", plain.stdout)
	}
	if leftovers, _ := filepath.Glob(filepath.Join(out, ".*.tmp")); len(leftovers) > 0 {
		t.Errorf("left behind: %q", leftovers)
	}
}

func TestTrainSeed(t *testing.T) {
	f := small(t)
	seen := map[string]string{f.sha: "1"}
	for _, seed := range []string{"0", "2", "18446744073709551615"} {
		sha, _ := doneSHA(t, runZoo(f.train(filepath.Join(t.TempDir(), "out"), "--json", "--seed", seed)...))
		if other, ok := seen[sha]; ok {
			t.Errorf("seeds %s and %s give the same weights", seed, other)
		}
		seen[sha] = seed
	}
	if sha, _ := doneSHA(t, runZoo(f.train(filepath.Join(t.TempDir(), "out"), "--json", "--seed", "2")...)); seen[sha] != "2" {
		t.Error("seed 2 gives other weights the second time")
	}
}

func TestShowTrainsTheSame(t *testing.T) {
	o := must(t, runZoo("train", "mlp-line", "--show", "--seed", "7", "--epochs", "1"))
	path := write(t, "mine.json", o.stdout)
	var shas []string
	for _, args := range [][]string{{"mlp-line", "--seed", "7", "--epochs", "1"}, {path}} {
		out := filepath.Join(t.TempDir(), "out")
		sha, _ := doneSHA(t, runZoo(append([]string{"train", "--json", "--out", out}, args...)...))
		shas = append(shas, sha)
		if card := must(t, runZoo("card", out)).stdout; !strings.Contains(card, "zoo train mlp-line --seed 7 --epochs 1 --out DIR") {
			t.Errorf("card: %s", card)
		}
	}
	if shas[0] != shas[1] {
		t.Error("the recipe that --show prints gives other weights")
	}
}

// The cache serves the second run, and changes nothing.
func TestCacheChangesNothing(t *testing.T) {
	f := small(t)
	cache := filepath.Join(t.TempDir(), "cache")
	for i, want := range []string{"(tokenised in", "(from the cache in"} {
		args := append(f.train(filepath.Join(t.TempDir(), "out"), "--json"), "--cache", cache)
		o := runZoo(args...)
		if sha, _ := doneSHA(t, o); sha != f.sha || !strings.Contains(o.stderr, want) {
			t.Errorf("run %d: %s", i+1, o.stderr)
		}
	}
	if err := os.WriteFile(filepath.Join(cache, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	args := append(f.train(filepath.Join(t.TempDir(), "out"), "--json"), "--cache", filepath.Join(cache, "file"))
	if sha, _ := doneSHA(t, runZoo(args...)); sha != f.sha {
		t.Error("a cache that cannot be written changes the weights")
	}
}

func TestRunLogKeepsWholeEpochs(t *testing.T) {
	path := write(t, logFile, `{"epoch":1,"step":10}`+"\n"+`{"epoch":2,"step":15}`+"\n"+`{"done":true}`+"\nnoise\n"+`{"epoch":2,"st`)
	l := &runLog{path: path}
	if err := l.Record(train.Event{Kind: train.KindStart, Epoch: 2, Step: 17}); err != nil {
		t.Fatal(err)
	}
	if err := l.Record(train.Event{Kind: train.KindEpoch, Record: &train.Record{Epoch: 2, Step: 20}}); err != nil {
		t.Fatal(err)
	}
	l.close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var steps []int
	for line := range strings.Lines(string(data)) {
		var r train.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, r.Step)
	}
	if len(steps) != 2 || steps[0] != 10 || steps[1] != 20 {
		t.Errorf("steps %v, want 10 and 20", steps)
	}
}

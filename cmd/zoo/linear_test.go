package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/train"
)

// A linear model goes through every command.
func TestLinearFromTrainToReproduce(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "nb")
	o := must(t, runZoo("train", "nbsvm-imdb", "--data", f.data, "--cache", "none", "--out", out, "--json", "--seed", "4"))
	sha, epochs := doneSHA(t, o)
	list := objects(t, epochs, "epoch", "step", "loss", "validation", "tokens_per_second")
	if len(list) != 1 || list[0]["epoch"] != 1.0 {
		t.Errorf("epochs: %v", list)
	}
	if log, err := os.ReadFile(filepath.Join(out, logFile)); err != nil || string(log) != o.stdout {
		t.Errorf("log.jsonl is not what was printed (%v):\n%s", err, log)
	}
	if entries, _ := os.ReadDir(filepath.Join(out, checkpointDir)); len(entries) > 0 {
		t.Error("a checkpoint, though nothing can be resumed")
	}
	again := must(t, runZoo("train", "nbsvm-imdb", "--data", f.data, "--cache", "none", "--out", out, "--seed", "4", "--force"))
	if !strings.Contains(again.stdout, sha) {
		t.Errorf("trained again: %s, want %s", again.stdout, sha)
	}
	card := must(t, runZoo("card", out)).stdout
	for _, want := range []string{"zoo train nbsvm-imdb --data DATA --seed 4 --out DIR", "trained_on", "validation_accuracy"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	if o := must(t, runZoo("reproduce", out, "--data", f.data, "--cache", "none")); !strings.Contains(o.stdout, "is reproduced") {
		t.Errorf("reproduce: %s", o.stdout)
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(must(t, runZoo("eval", out, "--data", f.data, "--cache", "none", "--json")).stdout), &answer); err != nil || answer["accuracy"].(float64) < 0.95 {
		t.Errorf("eval: %v, %v", answer, err)
	}
	for _, line := range objects(t, must(t, runZoo("predict", out, "a film", "", "--json")).stdout, "text", "label", "probability", "tokens", "truncated", "known", "unknown?") {
		if line["truncated"] != false {
			t.Errorf("predict: %v", line)
		}
	}
	file := filepath.Join(t.TempDir(), "nb.safetensors")
	must(t, runZoo("export", out, "--out", file))
	if info, err := os.Stat(file); err != nil || info.Size() < 100 {
		t.Errorf("export: %v, %v", info, err)
	}
}

func TestLinearHasNoSteps(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "out")
	for _, flag := range []string{"--epochs=2", "--steps=10", "--resume", "--checkpoint-every=1s"} {
		o := runZoo("train", "tfidf-imdb", "--data", f.data, "--cache", "none", "--out", out, flag)
		name, _, _ := strings.Cut(flag, "=")
		if o.code != 2 || !strings.Contains(o.stderr, name+" does not apply: recipe tfidf-imdb is solved") {
			t.Errorf("%s: exit code %d: %s", flag, o.code, o.stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(out, checkpointDir, train.CheckpointFile)); err == nil {
		t.Error("it trained")
	}
	// What --show prints says the same without them.
	o := must(t, runZoo("train", "nbsvm-imdb", "--show", "--seed", "9"))
	path := write(t, "mine.json", strings.Replace(o.stdout, `"max_terms": 300000`, `"max_terms": 50`, 1))
	m := must(t, runZoo("train", path, "--data", f.data, "--cache", "none", "--out", out))
	if !strings.Contains(m.stderr, "50 features") {
		t.Errorf("trained by a file: %s", m.stderr)
	}
	if card := must(t, runZoo("card", out)).stdout; !strings.Contains(card, "zoo train RECIPE.json --data DATA --seed 9 --out DIR") {
		t.Errorf("card: %s", card)
	}
}

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestReproduce(t *testing.T) {
	f := small(t)
	o := must(t, runZoo("reproduce", f.model, "--data", f.data, "--cache", "none"))
	if strings.Count(o.stdout, f.sha) != 2 || !strings.Contains(o.stdout, "is reproduced") {
		t.Errorf("%s", o.stdout)
	}
	other := filepath.Join(t.TempDir(), "other.csv")
	if err := reviews(other, 100, 9); err != nil {
		t.Fatal(err)
	}
	o = runZoo("reproduce", f.model, "--data", other, "--cache", "none")
	for _, want := range []string{"the data differs", f.sha, "this program"} {
		if o.code != 1 || !strings.Contains(o.stdout, want) {
			t.Errorf("other data: exit code %d, want %q in %s", o.code, want, o.stdout)
		}
	}
	if !strings.Contains(o.stderr, "the weights differ") {
		t.Errorf("%s", o.stderr)
	}
}

func TestEval(t *testing.T) {
	f := small(t)
	o := must(t, runZoo("eval", f.model, "--data", f.data, "--cache", "none", "--json"))
	e := objects(t, o.stdout, "model", "examples", "accuracy", "loss", "seconds", "calibration_error", "by_length")[0]
	if e["model"] != f.model || e["examples"] != 120.0 || e["accuracy"].(float64) < 0.7 {
		t.Errorf("%v", e)
	}
	plain := must(t, runZoo("eval", f.model, "--data", f.data, "--cache", "none"))
	if !strings.Contains(plain.stdout, "120 examples") || strings.Count(plain.stdout, "\n") != 2 {
		t.Errorf("%s", plain.stdout)
	}
	one := write(t, "one.csv", "text,label\na mess,negative\na tedious film,negative\n")
	o = must(t, runZoo("eval", f.model, "--data", one, "--cache", "none", "--json"))
	if _, e := object(t, o.stdout); e["examples"] != 2.0 {
		t.Errorf("one class: %s", o.stdout)
	}
	jsonl := write(t, "two.jsonl", `{"body": "a mess", "verdict": "negative"}`+"\n"+`{"body": "a joy", "verdict": "positive"}`+"\n")
	must(t, runZoo("eval", f.model, "--data", jsonl, "--text", "body", "--label", "verdict", "--cache", "none"))
	o = must(t, runZoo("eval", "mlp-line", "--json"))
	e = objects(t, o.stdout, "model", "examples", "loss", "seconds", "mse")[0]
	if e["examples"] != 4096.0 || e["mse"].(float64) > 1e-4 {
		t.Errorf("%v", e)
	}
}

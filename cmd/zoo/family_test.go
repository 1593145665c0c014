package main

import (
	"bytes"
	"context"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
)

// withFamily makes this test program run as a command zoo that has one family
// more.
const withFamily = "ZOO_TEST_WITH_FAMILY"

// larger is the zoo with one family more.
func larger() *zoo.Zoo { return &zoo.Zoo{Families: append(zoo.Families(), hashedFamily())} }

// A family that a program brings goes through every command as the zoo's own
// do: it is trained, killed, resumed, opened, measured, asked, shown, exported
// and reproduced, and no line of the zoo knows it.
func TestAFamilyOfAProgramsOwn(t *testing.T) {
	f := small(t)
	dir := t.TempDir()
	with := func(z *zoo.Zoo, args ...string) outcome {
		t.Helper()
		var stdout, stderr bytes.Buffer
		code := report(run(context.Background(), z, args, strings.NewReader(""), &stdout, &stderr), &stderr)
		return outcome{stdout.String(), stderr.String(), code}
	}
	call := func(args ...string) outcome {
		t.Helper()
		return with(larger(), args...)
	}
	train := func(out string, more ...string) []string {
		return append([]string{"train", "hashed", "--data", f.data, "--out", out, "--epochs", "40", "--buckets", "512", "--json"}, more...)
	}
	whole := filepath.Join(dir, "whole")
	want, epochs := doneSHA(t, must(t, call(train(whole)...)))
	if n := strings.Count(epochs, "\n"); n != 40 {
		t.Errorf("%d epochs", n)
	}
	for _, c := range []struct{ args, says string }{
		{"card " + whole, "zoo train hashed --data DATA --buckets 512 --seed 1 --epochs 40 --out DIR"},
		{"card " + whole, "hashed words"},
		{"eval " + whole + " --data " + f.data, "accuracy 1.0000"},
		{"eval " + whole + " --json --data " + f.data, `"accuracy":1`},
		{"reproduce " + whole + " --data " + f.data, "is reproduced: the same bytes"},
		{"predict " + whole + " brilliant", "positive"},
		{"predict --json " + whole + " --file " + f.data, `"label":"negative"`},
		{"train --help", "a linear classifier of hashed words"},
		{"__complete train has", "hashed\ta linear classifier"},
		{"train hashed --show --buckets 7", `"buckets": 7`},
	} {
		if o := must(t, call(strings.Fields(c.args)...)); !strings.Contains(o.stdout, c.says) {
			t.Errorf("zoo %s does not say %q: %s", c.args, c.says, o.stdout)
		}
	}
	if o := must(t, call("export", whole, "--out", filepath.Join(dir, "w.safetensors"))); o.stdout != "" {
		t.Errorf("export: %s", o.stdout)
	}
	for _, c := range []struct {
		args string
		says string
		code int
	}{
		{"train lstm --buckets 7 --out " + dir, "--buckets does not apply: recipe lstm hashes no words", 2},
		{"train hashed --buckets 0 --out " + dir, "--buckets 0, want 1 or more", 2},
		{"train hashed --embeddings none --out " + dir, "--embeddings does not apply: recipe hashed trains no LSTM", 2},
		{"finetune " + whole + " --data " + f.data + " --out " + filepath.Join(dir, "x"), "is a model of kind hashed; only an LSTM classifier", 2},
		{"predict " + whole + " x --explain", "--explain does not apply: " + whole + " does not say what decided", 2},
		{"nearest " + whole + " x", `of kind "hashed"`, 2},
	} {
		if o := call(strings.Fields(c.args)...); o.code != c.code || !strings.Contains(o.stderr, c.says) {
			t.Errorf("zoo %s: exit code %d, want %d and %q: %s", c.args, o.code, c.code, c.says, o.stderr)
		}
	}
	// The zoo without the family says that it does not know it.
	if o := with(standard(), "card", whole); o.code != 1 || !strings.Contains(o.stderr, "line, table, text, linear, word2vec, lm, finetune") {
		t.Errorf("without the family: %s", o.stderr)
	}
	data, err := os.ReadFile(f.data)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.csv")
	if err := os.WriteFile(other, bytes.Replace(data, []byte("film"), []byte("movie"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	begun := filepath.Join(dir, "begun")
	must(t, call(train(begun, "--steps", "3")...))
	if o := call(train(begun, "--resume", "--data", other)...); o.code != 2 || !strings.Contains(o.stderr, "resume with the recipe, data and flags") {
		t.Errorf("resumed with other data: %s", o.stderr)
	}
	if testing.Short() {
		return
	}
	t.Setenv(withFamily, "1")
	out := filepath.Join(dir, "killed")
	for kills := range 20 {
		cmd, stdout, stderr := process(t, train(out, "--resume", "--checkpoint-every", "1ms")...)
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for deadline := time.Now().Add(20 * time.Second); checkpointIn(out) == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		}
		time.Sleep(time.Duration(5+7*kills) * time.Millisecond)
		cmd.Process.Kill()
		if err := <-ended; err == nil {
			if sha, _ := doneSHA(t, outcome{stdout.String(), stderr.String(), 0}); sha != want {
				t.Errorf("killed %d times: other weights than an undisturbed run", kills)
			}
			return
		}
	}
	if sha, _ := doneSHA(t, must(t, call(train(out, "--resume")...))); sha != want {
		t.Error("killed again and again: other weights than an undisturbed run")
	}
}

// The example of a family can be copied out of this module.
func TestTheFamilyImportsNothingInternal(t *testing.T) {
	for _, file := range []string{"family_model_test.go", "family_recipe_test.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if strings.Contains(i.Path.Value, "/internal/") {
				t.Errorf("%s imports %s", file, i.Path.Value)
			}
		}
	}
}

// checkpointIn returns the size of the checkpoint in a training directory.
func checkpointIn(out string) int64 {
	info, err := os.Stat(filepath.Join(out, checkpointDir, "checkpoint.safetensors"))
	if err != nil {
		return 0
	}
	return info.Size()
}

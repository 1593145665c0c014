package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/train"
)

// Steps stop a run early; going on from there changes nothing.
func TestTrainStepsThenResume(t *testing.T) {
	f := small(t)
	limits := []string{"1", "13", "12", "35"} // within an epoch, and at the end of one
	if testing.Short() {
		limits = limits[:2]
	}
	for _, steps := range limits {
		out := filepath.Join(t.TempDir(), "out")
		o := runZoo(f.train(out, "--json", "--steps", steps)...)
		sha, _ := doneSHA(t, o)
		if sha == f.sha || !strings.Contains(o.stderr, "step limit") {
			t.Errorf("--steps %s: not stopped early: %s", steps, o.stderr)
		}
		r := must(t, runZoo("reproduce", out, "--data", f.data, "--cache", "none"))
		if !strings.Contains(r.stdout, "is reproduced") || !strings.Contains(r.stdout, sha) {
			t.Errorf("--steps %s: %s", steps, r.stdout)
		}
		if card := must(t, runZoo("card", out)).stdout; !strings.Contains(card, " --steps "+steps+" --out DIR") {
			t.Errorf("--steps %s: the card's command hides it:\n%s", steps, card)
		}
		o = runZoo(f.train(out)...)
		if o.code != 2 || !strings.Contains(o.stderr, out) || !strings.Contains(o.stderr, "--resume") {
			t.Errorf("a second run without --resume: %+v", o)
		}
		o = runZoo(f.train(out, "--json", "--resume")...)
		if sha, _ := doneSHA(t, o); sha != f.sha {
			t.Errorf("--steps %s, then --resume: other weights than an undisturbed run", steps)
		}
		if !strings.Contains(o.stderr, "resuming after step "+steps+",") {
			t.Errorf("standard error: %q", o.stderr)
		}
		checkLog(t, out, 3)
	}
	all := filepath.Join(t.TempDir(), "all")
	if sha, _ := doneSHA(t, runZoo(f.train(all, "--json", "--steps", "1000")...)); sha != f.sha {
		t.Error("a limit beyond the end changes the weights")
	}
	checkLog(t, all, 3)
	tidy(t, all)
	for _, flags := range [][]string{nil, {"--resume"}} {
		if o := runZoo(f.train(all, flags...)...); o.code != 2 || !strings.Contains(o.stderr, all+" holds a") || !strings.Contains(o.stderr, "--force") {
			t.Errorf("%v in the directory of a finished model: %+v", flags, o)
		}
	}
	if sha, _ := doneSHA(t, runZoo(f.train(all, "--json", "--force", "--seed", "2", "--keep-checkpoint")...)); sha == f.sha {
		t.Error("--force did not begin anew")
	}
	if sha, _ := doneSHA(t, runZoo(f.train(all, "--json", "--force")...)); sha != f.sha {
		t.Error("--force over the checkpoint of another run: other weights than in a new directory")
	}
	checkLog(t, all, 3)
	tidy(t, all)
	if sha, _ := doneSHA(t, runZoo(f.train(all, "--json", "--force", "--keep-checkpoint")...)); sha != f.sha {
		t.Error("--keep-checkpoint changes the weights")
	}
	if sha, _ := doneSHA(t, runZoo(f.train(all, "--json", "--resume")...)); sha != f.sha {
		t.Error("resuming a run that came to its end changes the weights")
	}
	tidy(t, all)
}

// tidy demands that a finished run leaves nothing but what is of use.
func tidy(t *testing.T, out string) {
	t.Helper()
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{"card.json", "card.md", "config.json", "curves.png", "curves.svg", "log.jsonl", "model.safetensors", "vocab.txt"}
	if !slices.Equal(names, want) {
		t.Errorf("a finished run leaves %q, want %q", names, want)
	}
}

// A run that fails, or is told to write among other files, leaves things as they
// were.
func TestFailedRunLeavesNothing(t *testing.T) {
	f := small(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.txt")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "one.csv")
	if err := os.WriteFile(bad, []byte("text,label\na film,good\na book,good\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{filepath.Join(dir, "a", "b"), filepath.Join(dir, "a")} {
		if o := runZoo("train", "lstm", "--data", bad, "--cache", "none", "--out", out); o.code == 0 {
			t.Errorf("one class was learned: %+v", o)
		}
	}
	if o := runZoo(f.train(dir)...); o.code != 2 || !strings.Contains(o.stderr, "holds other files, such as mine.txt") {
		t.Errorf("among other files: %+v", o)
	}
	if o := runZoo(f.train(dir, "--resume", "--force")...); o.code != 2 || !strings.Contains(o.stderr, "choose one") {
		t.Errorf("--resume --force: %+v", o)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	if sha, _ := doneSHA(t, runZoo(f.train(dir, "--json", "--force")...)); sha != f.sha {
		t.Error("among other files by --force: other weights")
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

// checkLog demands one line an epoch and one at the end.
func checkLog(t *testing.T, out string, epochs int) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(out, logFile))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(log), "\n"), "\n")
	for i, e := range objects(t, strings.Join(lines[:len(lines)-1], ""), "epoch", "step", "loss", "validation", "tokens_per_second") {
		if e["epoch"] != float64(i+1) {
			t.Errorf("line %d is of epoch %v", i+1, e["epoch"])
		}
	}
	objects(t, lines[len(lines)-1], "done", "out", "sha256", "seconds")
	if len(lines) != epochs+1 {
		t.Errorf("%d lines for %d epochs:\n%s", len(lines), epochs, log)
	}
}

func TestResumeWithoutCheckpointSaysSo(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "out")
	o := runZoo(f.train(out, "--json", "--resume")...)
	if sha, _ := doneSHA(t, o); sha != f.sha || !strings.Contains(o.stderr, "no checkpoint in "+out) {
		t.Errorf("%+v", o)
	}
}

// A run goes on with its own recipe, data and seed, or not at all.
func TestResumeOfAnotherRunIsRefused(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "out")
	must(t, runZoo(f.train(out, "--steps", "5")...))
	other := filepath.Join(t.TempDir(), "other.csv")
	if err := reviews(other, 120, 9); err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) []string {
		path := write(t, "changed.json", strings.Replace(recipeJSON(3), old, new, 1))
		return append([]string{"train", path, "--resume"}, f.train(out)[2:]...)
	}
	for name, args := range map[string][]string{
		"seed":       f.train(out, "--resume", "--seed", "2"),
		"epochs":     f.train(out, "--resume", "--epochs", "4"), // the schedule falls towards another end
		"data":       append(f.train(out, "--resume"), "--data", other),
		"batch":      change(`"batch": 8`, `"batch": 9`),
		"validation": change(`"validation": 0.2`, `"validation": 0.3`),
		"dropout":    change(`0.2}`, `0.3}`),
		"hidden":     change(`12`, `13`),
		"recipe":     {"train", "mlp-line", "--out", out, "--resume"},
	} {
		o := runZoo(args...)
		if o.code != 2 || !strings.Contains(o.stderr, "another run") || !strings.Contains(o.stderr, "--out") {
			t.Errorf("%s: %+v", name, o)
		}
		readable(t, o.stderr)
	}
	if sha, _ := doneSHA(t, runZoo(f.train(out, "--json", "--resume")...)); sha != f.sha {
		t.Error("a refused run left traces")
	}
}

func TestDamagedCheckpoint(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "out")
	must(t, runZoo(f.train(out, "--steps", "5")...))
	path := filepath.Join(out, checkpointDir, train.CheckpointFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(data)
	flipped[len(flipped)-9] ^= 4
	for _, damaged := range [][]byte{nil, data[:len(data)/2], flipped, []byte("text")} {
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		o := runZoo(f.train(out, "--resume")...)
		if o.code != 1 || !strings.Contains(o.stderr, path) || !strings.Contains(o.stderr, "--force") {
			t.Errorf("%d bytes: %+v", len(damaged), o)
		}
	}
	if sha, _ := doneSHA(t, runZoo(f.train(out, "--json", "--force")...)); sha != f.sha {
		t.Error("after following the advice: other weights")
	}
	checkLog(t, out, 3)
}

// gate lets a number of lines through and then calls a function.
type gate struct {
	bytes.Buffer
	lines int
	then  func()
}

func (g *gate) Write(p []byte) (int, error) {
	if g.lines--; g.lines == 0 {
		g.then()
	}
	return g.Buffer.Write(p)
}

// SIGINT cancels the context.
func TestInterruptThenResume(t *testing.T) {
	f := small(t)
	for lines := 1; lines <= 3; lines++ {
		out := filepath.Join(t.TempDir(), "out")
		ctx, cancel := context.WithCancel(context.Background())
		stdout := &gate{lines: lines, then: cancel}
		var stderr bytes.Buffer
		code := report(run(ctx, standard(), f.train(out, "--json"), strings.NewReader(""), stdout, &stderr), &stderr)
		if last := stderr.String(); code != 1 || !strings.Contains(last, "interrupted") || !strings.Contains(last, out+": go on by the same command with --resume") {
			t.Errorf("after %d lines: exit code %d: %s", lines, code, last)
		}
		if sha, _ := doneSHA(t, runZoo(f.train(out, "--json", "--resume")...)); sha != f.sha {
			t.Errorf("interrupted after %d lines: other weights than an undisturbed run", lines)
		}
		checkLog(t, out, 3)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	o := runWith(ctx, nil, f.train(filepath.Join(t.TempDir(), "out"))...)
	if o.code != 1 || !strings.Contains(o.stderr, "nothing to resume") {
		t.Errorf("before the first step: %+v", o)
	}
}

func TestTwoRunsInOneDirectory(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "out")
	var second outcome
	stdout := &gate{lines: 2, then: func() { second = runZoo(f.train(out, "--resume")...) }}
	if err := run(context.Background(), standard(), f.train(out, "--json"), strings.NewReader(""), stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	if second.code != 1 || !strings.Contains(second.stderr, out+": directory is in use by another run") || second.stdout != "" {
		t.Errorf("the second run: %+v", second)
	}
	if !strings.Contains(stdout.String(), f.sha) {
		t.Error("the second run disturbed the first")
	}
	checkLog(t, out, 3)
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// few leaves time for what costs next to nothing alone.
const few = "--time=1ns"

func TestFit(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "best")
	o := must(t, runZoo("fit", "--data", f.data, "--cache", "none", "--out", out, few, "--json", "--name", "reviews", "--about", "what people say", "--licence", "MIT"))
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	var done struct {
		Done       bool
		Out, Best  string
		SHA256     string
		Candidates []struct {
			Name                         string
			Accuracy, Low, High, Seconds float64
			Rows                         int
			Note                         string
		}
		Expected struct{ Accuracy, Low, High float64 }
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &done); err != nil {
		t.Fatal(err)
	}
	if !done.Done || done.Out != out || len(done.Candidates) != len(lines)-1 || done.Candidates[0].Name != done.Best ||
		done.Candidates[0].Accuracy < 0.9 || !(done.Expected.Low < done.Expected.Accuracy) {
		t.Errorf("%+v", done)
	}
	for _, want := range []string{"finetune lstm-imdb", "minilm-linear", "finetune minilm", "lstm "} {
		at := slices.IndexFunc(done.Candidates, func(c struct {
			Name                         string
			Accuracy, Low, High, Seconds float64
			Rows                         int
			Note                         string
		}) bool {
			return strings.HasPrefix(c.Name, want)
		})
		if at < 0 || done.Candidates[at].Rows != 0 || !strings.HasPrefix(done.Candidates[at].Note, "not tried") {
			t.Errorf("%s: candidate %d of %+v", want, at, done.Candidates)
		}
	}
	card := must(t, runZoo("card", out)).stdout
	for _, want := range []string{"# reviews", "what people say", "MIT", "expected_accuracy", "Tried by zoo fit", "Chosen by zoo fit", done.Best, "reviews.csv: 120 texts of 2 classes"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	for _, name := range []string{fitSVG, fitPNG, fitAnswers} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() < 500 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(out, fitJournal)); err == nil {
		t.Error("the journal is still there")
	}
	if o := must(t, runZoo("reproduce", out, "--data", f.data, "--cache", "none")); !strings.Contains(o.stdout, "is reproduced") {
		t.Errorf("reproduce: %s", o.stdout)
	}
	must(t, runZoo("predict", out, "that cast was brilliant"))
	// Again, over it and in words.
	if o := runZoo("fit", "--data", f.data, "--cache", "none", "--out", out, few); o.code != 2 || !strings.Contains(o.stderr, "--force replaces it") {
		t.Errorf("over a model that is there: %+v", o)
	}
	again := must(t, runZoo("fit", "--data", f.data, "--cache", "none", "--out", out, few, "--force"))
	if !strings.Contains(again.stdout, done.SHA256) || !strings.Contains(again.stdout, "expected accuracy") {
		t.Errorf("again: %s", again.stdout)
	}
}

func TestFitUsage(t *testing.T) {
	f := small(t)
	dir := t.TempDir()
	taken, clean := filepath.Join(dir, "taken"), filepath.Join(dir, "new", "directory")
	other := write(t, "a.txt", "")
	if err := os.MkdirAll(taken, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(taken, fitJournal), []byte("{}\n{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for says, args := range map[string][]string{
		"--data FILE is missing":              {"--out", clean},
		"--out DIR is missing":                {"--data", f.data},
		"--time 0s, want a duration":          {"--data", f.data, "--out", clean, "--time", "0"},
		"which would be lost":                 {"--data", f.data, "--out", f.model, "--base", f.model},
		"no family begins":                    {"--data", f.data, "--out", clean, "--base", "mlp-line"},
		"holds other files, such as a.txt":    {"--data", f.data, "--out", filepath.Dir(other), few},
		"--resume":                            {"--data", f.data, "--out", taken, few},
		"it is of search":                     {"--data", f.data, "--out", taken, few, "--resume"},
		`expected lower-case letters, digits`: {"--data", f.data, "--out", clean, few, "--name", "My Model"},
	} {
		o := runZoo(append([]string{"fit", "--cache", "none"}, args...)...)
		if o.code != 2 || !strings.Contains(o.stderr, says) {
			t.Errorf("%q: exit code %d: %s", args, o.code, o.stderr)
		}
	}
	if _, err := os.Stat(filepath.Dir(clean)); err == nil {
		t.Error("a search that failed leaves directories that it made")
	}
}

func TestFitShow(t *testing.T) {
	f := small(t)
	o := must(t, runZoo("fit", "--data", f.data, "--cache", "none", "--show", "--base", f.model))
	for _, want := range []string{"29 rows are set aside, choose nothing", "tfidf --c 10", "nbsvm --c 1", "finetune lstm-imdb", "finetune " + f.model} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("the plan lacks %q:\n%s", want, o.stdout)
		}
	}
}

// A search that is killed goes on where it was, and ends in the same model.
func TestFitKillAndResume(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	data := filepath.Join(t.TempDir(), "reviews.csv")
	if err := reviews(data, 900, 3); err != nil {
		t.Fatal(err)
	}
	args := func(out string, more ...string) []string {
		return append([]string{"fit", "--data", data, "--cache", "none", "--out", out, few, "--json"}, more...)
	}
	last := func(text string) (sha string) {
		var done struct{ SHA256 string }
		lines := strings.Split(strings.TrimSpace(text), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &done); err != nil || done.SHA256 == "" {
			t.Fatalf("%v: %s", err, text)
		}
		return done.SHA256
	}
	whole := filepath.Join(t.TempDir(), "whole")
	cmd, stdout, stderr := process(t, args(whole)...)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	want := last(stdout.String())
	out := filepath.Join(t.TempDir(), "killed")
	cmd, _, stderr = process(t, args(out)...)
	journal := filepath.Join(out, fitJournal)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		text, _ := os.ReadFile(journal)
		if n := strings.Count(string(text), "\n"); n > 6 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no measurement in a minute: %s", stderr)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	cmd, stdout, stderr = process(t, args(out, "--resume")...)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	if got := last(stdout.String()); got != want || !strings.Contains(stderr.String(), "measurements are taken over") {
		t.Errorf("resumed: %s, want %s: %s", got, want, stderr)
	}
	a, err := os.ReadFile(filepath.Join(whole, "card.json"))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(out, "card.json")); err != nil || string(a) != string(b) {
		t.Errorf("cards differ (%v):\n%s\n%s", err, a, b)
	}
}

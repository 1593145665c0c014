package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

func TestEmbed(t *testing.T) {
	o := must(t, runZoo("embed", "minilm", "--json", "A quiet, beautiful film.", ""))
	var lines []vectorAnswer
	for line := range strings.Lines(o.stdout) {
		var a vectorAnswer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, a)
	}
	if len(lines) != 2 || lines[0].Text != "A quiet, beautiful film." || lines[0].Tokens != 8 || lines[1].Tokens != 2 || lines[0].Truncated {
		t.Fatalf("%+v", lines)
	}
	for _, a := range lines {
		if len(a.Vector) != 384 || math.Abs(cosine(a.Vector, a.Vector)-1) > 1e-6 {
			t.Errorf("%q: a vector of %d numbers", a.Text, len(a.Vector))
		}
	}
	plain := must(t, runZoo("embed", "minilm", "A quiet, beautiful film.")).stdout
	if fields := strings.Fields(plain); len(fields) != 384 || fields[0] != fmt.Sprint(lines[0].Vector[0]) {
		t.Errorf("without --json: %.80q", plain)
	}
	var byBytes vectorAnswer
	if err := json.Unmarshal([]byte(must(t, runZoo("embed", "minilm", "--json", "--int8", "A quiet, beautiful film.")).stdout), &byBytes); err != nil {
		t.Fatal(err)
	}
	if c := cosine(byBytes.Vector, lines[0].Vector); c < 0.98 || c > 1-1e-9 {
		t.Errorf("by products of bytes: cosine %v", c)
	}
	file := write(t, "questions.csv", "id,question\n1,How do I reset my password?\n2,Where is my parcel?\n")
	if n := strings.Count(must(t, runZoo("embed", "minilm", "--file", file, "--text", "question")).stdout, "\n"); n != 2 {
		t.Errorf("%d lines of a table of two", n)
	}
}

// Texts of like meaning are near each other, and the second question is answered
// by vectors from the cache.
func TestNearestAmongTexts(t *testing.T) {
	file := write(t, "questions.txt", "How do I reset my password?\nWhere is my parcel?\nCan I pay by card?\nI forgot how to log in\n")
	cache := t.TempDir()
	o := must(t, runZoo("nearest", "minilm", "--among", file, "--cache", cache, "-n", "2", "--json", "I cannot sign in to my account"))
	var a amongAnswer
	if err := json.Unmarshal([]byte(o.stdout), &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Nearest) != 2 || a.Nearest[0].Line != 4 && a.Nearest[0].Line != 1 || a.Nearest[0].Similarity < a.Nearest[1].Similarity {
		t.Errorf("%+v", a)
	}
	if again := must(t, runZoo("nearest", "minilm", "--among", file, "--cache", cache, "a package")); !strings.Contains(again.stderr, "from the cache") || !strings.Contains(again.stdout, "Where is my parcel?") {
		t.Errorf("%+v", again)
	}
	near := must(t, runZoo("similarity", "minilm", "My password is refused", "I cannot log in")).stdout
	far := must(t, runZoo("similarity", "minilm", "My password is refused", "The soup is cold")).stdout
	if near <= far {
		t.Errorf("%s is no nearer than %s", near, far)
	}
}

// The general encoder goes through the commands: a layer over it in seconds,
// and all of it trained.
func TestEncoderFromTrainToReproduce(t *testing.T) {
	if testing.Short() {
		t.Skip("reads texts by the whole encoder")
	}
	f := small(t)
	for _, args := range [][]string{{"train", "minilm-linear"}, {"finetune", "minilm", "--epochs", "1", "--freeze", "embedding,layers", "--learning-rate", "0.01"}} {
		out := filepath.Join(t.TempDir(), "out")
		o := must(t, runZoo(append(args, "--data", f.data, "--cache", "none", "--out", out)...))
		if !strings.Contains(o.stderr, "held out: logistic regression on TF-IDF") {
			t.Errorf("%q: no baseline: %s", args, o.stderr)
		}
		if o := must(t, runZoo("eval", out, "--data", f.data, "--cache", "none", "--json")); !strings.Contains(o.stdout, `"accuracy":`) {
			t.Errorf("%q: eval: %s", args, o.stdout)
		}
		if o := must(t, runZoo("reproduce", out, "--data", f.data, "--cache", "none")); !strings.Contains(o.stdout, "is reproduced") {
			t.Errorf("%q: %s", args, o.stdout)
		}
		if o := must(t, runZoo("card", out)); !strings.Contains(o.stdout, "zoo "+args[0]+" "+args[1]) {
			t.Errorf("%q: %s", args, o.stdout)
		}
	}
}

func TestEmbedRefuses(t *testing.T) {
	f := small(t)
	file := write(t, "empty.txt", "")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"embed"}, 2, "MODEL is missing"},
		{[]string{"embed", f.model, "x"}, 2, "has no vectors of texts; an encoder such as minilm has"},
		{[]string{"embed", "minilm", "x", "--file", file}, 2, "both as arguments and by --file"},
		{[]string{"embed", f.model, "x", "--int8"}, 2, "--int8 does not apply"},
		{[]string{"nearest", "minilm", "x"}, 2, "has no words: --among FILE"},
		{[]string{"nearest", "minilm", "--among", file, "x"}, 1, "holds no text"},
		{[]string{"nearest", "minilm", "--among", filepath.Join(t.TempDir(), "absent"), "x"}, 2, "no file"},
		{[]string{"nearest", "word2vec-imdb", "--text", "a", "film"}, 2, "--text does not apply"},
		{[]string{"nearest", "minilm", "--among", file, "-n", "0", "x"}, 2, "--number 0"},
		{[]string{"train", "minilm", "--out", t.TempDir()}, 2, "--data DIR is missing"},
		{[]string{"train", "minilm", "--data", f.data, "--out", filepath.Join(t.TempDir(), "o")}, 2, "no directory"},
		{[]string{"train", "minilm-linear", "--out", t.TempDir()}, 2, "--data FILE is missing"},
		{[]string{"finetune", "minilm", "--data", f.data, "--out", t.TempDir(), "--new-words", "3"}, 2, "--new-words does not apply: recipe minilm-finetuned fine-tunes no LSTM"},
	} {
		o := runZoo(c.args...)
		if o.code != c.code || !strings.Contains(o.stderr, c.says) || o.stdout != "" {
			t.Errorf("%q: exit code %d, want %d and %q: %s", c.args, o.code, c.code, c.says, o.stderr)
		}
		readable(t, o.stderr)
	}
}

// What export writes of an encoder is a model with the same vectors; it never
// goes over files.
func TestExportEncoder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	if o := must(t, runZoo("export", "minilm", "--out", dir)); o.stdout+o.stderr != "" {
		t.Errorf("export prints %+v", o)
	}
	a := must(t, runZoo("embed", "minilm", "A quiet, beautiful film.")).stdout
	if b := must(t, runZoo("embed", dir, "A quiet, beautiful film.")).stdout; a != b {
		t.Errorf("the vector %.80q, want %.80q", b, a)
	}
	if o := runZoo("export", "minilm", "--out", dir); o.code != 1 || !strings.Contains(o.stderr, "it holds files") {
		t.Errorf("a second time: %+v", o)
	}
}

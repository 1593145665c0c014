package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// translatorOf trains a translator for a few steps and returns its directory and the
// table of pairs.
func translatorOf(t *testing.T) (dir, table string) {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("deutsch\tenglish\n")
	for i := range 40 {
		fmt.Fprintf(&rows, "Ein Mann sieht %d Hunde .\tA man sees %d dogs .\n", i, i)
	}
	table = write(t, "pairs.tsv", rows.String())
	dir = filepath.Join(t.TempDir(), "mine")
	o := must(t, runZoo("train", "seq2seq", "--data", table, "--steps", "2", "--out", dir, "--source-vocab", "300", "--target-vocab", "280"))
	if !strings.Contains(o.stderr, `column "deutsch" is the source`) || !strings.Contains(o.stderr, "40 pairs:") || !strings.Contains(o.stdout, "validation_bleu") {
		t.Fatalf("%s%s", o.stdout, o.stderr)
	}
	return dir, table
}

func TestTranslate(t *testing.T) {
	dir, table := translatorOf(t)
	o := must(t, runZoo("translate", dir, "--json", "--best", "2", "--beam", "4", "Ein Mann .", ""))
	var lines []translationAnswer
	for line := range strings.Lines(o.stdout) {
		var a translationAnswer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, a)
	}
	if len(lines) != 2 || lines[0].Text != "Ein Mann ." || lines[0].Tokens == 0 || len(lines[0].Others) != 1 || lines[0].Score >= 0 || lines[1].Translation != "" || lines[1].Tokens != 0 {
		t.Errorf("%+v", lines)
	}
	plain := must(t, runZoo("translate", dir, "--beam", "4", "Ein Mann .")).stdout
	if strings.TrimSuffix(plain, "\n") != lines[0].Translation {
		t.Errorf("without --json %q, with it %q", plain, lines[0].Translation)
	}
	file := write(t, "texts.txt", "Ein Mann .\n\nEin Hund .\n")
	if got := must(t, runZoo("translate", dir, "--file", file, "--beam", "4")).stdout; strings.Count(got, "\n") != 3 || !strings.HasPrefix(got, plain+"\n") {
		t.Errorf("of a file %q", got)
	}
	long := must(t, runZoo("translate", dir, "--beam", "1", strings.Repeat("Hund ", 5000)))
	if !strings.Contains(long.stderr, "they are cut") {
		t.Error(long.stderr)
	}
	// What the model is measured on has the columns that it was trained on.
	e := must(t, runZoo("eval", dir, "--data", table, "--json"))
	var figures map[string]any
	if err := json.Unmarshal([]byte(e.stdout), &figures); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"model", "examples", "bleu", "chrf", "signature", "seconds"} {
		if _, ok := figures[key]; !ok {
			t.Errorf("eval --json has no %q: %s", key, e.stdout)
		}
	}
	if card := must(t, runZoo("card", dir)).stdout; !strings.Contains(card, "zoo train seq2seq --data DATA") || !strings.Contains(card, "--source-vocab 300") {
		t.Error(card)
	}
	if r := must(t, runZoo("reproduce", dir, "--data", table)).stdout; !strings.Contains(r, "is reproduced: the same bytes") {
		t.Error(r)
	}
}

func TestExplainTranslation(t *testing.T) {
	dir, _ := translatorOf(t)
	picture := filepath.Join(t.TempDir(), "a.svg")
	o := must(t, runZoo("translate", dir, "--explain", "--plot", picture, "--beam", "1", "Ein Mann sieht Hunde ."))
	if !strings.Contains(o.stdout, "Mann") || strings.Contains(o.stdout, "\x1b") || strings.Count(o.stdout, "\n") < 3 {
		t.Error(o.stdout)
	}
	if svg, err := os.ReadFile(picture); err != nil || !strings.Contains(string(svg), "</svg>") {
		t.Errorf("%.100s, %v", svg, err)
	}
	var a translationAnswer
	if err := json.Unmarshal([]byte(must(t, runZoo("translate", dir, "--explain", "--json", "Ein Mann .")).stdout), &a); err != nil {
		t.Fatal(err)
	}
	if a.Attention == nil || len(a.Attention.Weights) != len(a.Attention.Target) || len(a.Attention.Source) != a.Tokens {
		t.Errorf("%+v", a.Attention)
	}
}

func TestTranslateUsage(t *testing.T) {
	for _, c := range [][]string{
		{"translate", "lstm-imdb", "x"},
		{"translate", "lstm-imdb", "--beam", "0", "x"},
		{"translate", "lstm-imdb", "--best", "0", "x"},
		{"translate", "lstm-imdb", "--best", "3", "--beam", "2", "x"},
		{"translate", "lstm-imdb", "--plot", "x.svg", "x"},
		{"translate", "lstm-imdb", "--explain", "--plot", "x.gif", "x"},
		{"translate", "lstm-imdb", "--file", "f", "x"},
		{"translate"},
		{"train", "seq2seq", "--out", "d"},
		{"train", "seq2seq", "--out", "d", "--source-file", "x"},
		{"train", "seq2seq", "--out", "d", "--data", "x", "--label", "y"},
		{"train", "seq2seq", "--out", "d", "--data", "x", "--source-vocab", "5"},
		{"train", "lstm", "--out", "d", "--data", "x", "--source", "y"},
	} {
		if o := runZoo(c...); o.code != 2 {
			t.Errorf("zoo %s: exit code %d, want 2: %s", strings.Join(c, " "), o.code, o.stderr)
		}
	}
}

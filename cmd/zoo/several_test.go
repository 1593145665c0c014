package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tagged writes texts whose labels follow from their words, as CSV with a separator
// and as JSON lines with lists.
func tagged(t *testing.T, rows int) (csv, jsonl string) {
	t.Helper()
	words := []struct{ label, word string }{{"billing", "invoice"}, {"bug", "crash"}, {"login", "password"}}
	var a, b strings.Builder
	a.WriteString("text,tags\n")
	for i := range rows {
		text, labels := fmt.Sprintf("a ticket, number %d, about", i), []string{}
		for k, w := range words {
			if (i%8)>>k&1 == 1 { // each of the eight sets alike
				text, labels = text+" the "+w.word, append(labels, w.label)
			}
		}
		slices.Reverse(labels)
		fmt.Fprintf(&a, "%q,%s\n", text, strings.Join(labels, ";"))
		line, err := json.Marshal(map[string]any{"text": text, "tags": labels})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", line)
	}
	dir := t.TempDir()
	csv, jsonl = filepath.Join(dir, "tags.csv"), filepath.Join(dir, "tags.jsonl")
	for path, text := range map[string]string{csv: a.String(), jsonl: b.String()} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return csv, jsonl
}

// Several labels of a text go through every command, whatever the model, and the same
// rows give the same bytes from each format.
func TestSeveralLabelsFromTrainToReproduce(t *testing.T) {
	csv, jsonl := tagged(t, 240)
	for _, c := range []struct {
		name  string
		train []string
		slow  bool
	}{
		{"nbsvm", []string{"train", "nbsvm"}, false},
		{"tfidf", []string{"train", "tfidf"}, false},
		{"subword", []string{"train", "subword"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.slow && testing.Short() {
				t.Skip("trains for seconds")
			}
			out := filepath.Join(t.TempDir(), "mine")
			with := func(args ...string) []string {
				return append(append(slices.Clone(c.train), args...), "--cache", "none")
			}
			done := must(t, runZoo(with("--data", csv, "--multi", ";", "--out", out)...))
			again := must(t, runZoo(with("--data", jsonl, "--multi", "list", "--out", out+"2")...))
			sha := func(text string) string {
				_, rest, _ := strings.Cut(text, "SHA-256 of the weights ")
				return strings.Fields(rest)[0]
			}
			if sha(done.stdout) != sha(again.stdout) {
				t.Errorf("from CSV %s, from JSON lines %s", done.stdout, again.stdout)
			}
			if !strings.Contains(done.stderr, "taken for 30 texts that none applies to") || !strings.Contains(done.stderr, `labels       3: "billing" 120, "bug" 120, "login" 120; 1.50 to a text in the mean, 30 texts with none`) {
				t.Errorf("the data report:\n%s", done.stderr)
			}
			card := must(t, runZoo("card", out)).stdout
			for _, want := range []string{"--multi ';'", "validation_micro_f1", "validation_subset_accuracy", "multi-label text classification"} {
				if !strings.Contains(card, want) {
					t.Errorf("the card lacks %q:\n%s", want, card)
				}
			}
			var figures struct {
				Micro  float64 `json:"micro_f1"`
				Subset float64 `json:"subset_accuracy"`
				Labels []struct {
					Name      string
					Threshold float64
				}
			}
			eval := must(t, runZoo("eval", out, "--data", jsonl, "--json", "--errors", "2"))
			if err := json.Unmarshal([]byte(eval.stdout), &figures); err != nil || figures.Micro < 0.9 || figures.Subset < 0.8 || len(figures.Labels) != 3 {
				t.Errorf("eval: %s (%v)", eval.stdout, err)
			}
			if o := must(t, runZoo("eval", out, "--data", csv)); !strings.Contains(o.stdout, "micro mean") {
				t.Errorf("eval: %s", o.stdout)
			}
			var answer struct {
				Labels        []string
				Probabilities []labelled
			}
			o := must(t, runZoo("predict", out, "a crash and an invoice about the password the crash the invoice the password", "--json"))
			if err := json.Unmarshal([]byte(o.stdout), &answer); err != nil || len(answer.Labels) != 3 || len(answer.Probabilities) != 3 {
				t.Errorf("predict: %s (%v)", o.stdout, err)
			}
			table := filepath.Join(t.TempDir(), "answers.csv")
			must(t, runZoo("predict", out, "--file", csv, "--keep", "tags", "--out", table))
			text, err := os.ReadFile(table)
			if err != nil || !strings.HasPrefix(string(text), "tags,labels,probabilities") || strings.Count(string(text), "\n") != 241 {
				t.Errorf("answers: %.200s (%v)", text, err)
			}
			if o := must(t, runZoo("reproduce", out, "--data", csv, "--cache", "none")); !strings.Contains(o.stdout, "is reproduced") {
				t.Errorf("reproduce: %s", o.stdout)
			}
		})
	}
}

// Without the flag there is a question, and what learns or measures classes alone
// says so in a sentence.
func TestSeveralLabelsAreAskedFor(t *testing.T) {
	csv, jsonl := tagged(t, 240)
	out := filepath.Join(t.TempDir(), "mine")
	o := must(t, runZoo("train", "tfidf", "--data", csv, "--out", out, "--cache", "none"))
	if !strings.Contains(o.stderr, `look like several labels in one cell: are they? zoo train and zoo finetune learn each label for itself by --multi ';'`) {
		t.Errorf("no question:\n%s", o.stderr)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"train", "tfidf", "--data", jsonl, "--out", out + "2", "--cache", "none"}, "several labels of a text are read by --multi list"},
		{[]string{"fit", "--data", jsonl, "--out", out + "2", "--cache", "none"}, "several labels of a text are read by --multi list"},
		{[]string{"eval", out, "--data", csv, "--multi", ";", "--cache", "none"}, "gives each text one class"},
		{[]string{"predict", out, "a text", "--pair", "x"}, "reads no pairs of texts"},
		{[]string{"train", "tfidf", "--data", csv, "--target", "tags", "--out", out + "2", "--cache", "none"}, "--target does not apply"},
	} {
		if o := runZoo(c.args...); o.code == 0 || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %d %s, want %q", c.args, o.code, o.stderr, c.want)
		}
	}
}

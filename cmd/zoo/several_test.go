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

// tinyBERT is an encoder of random weights.
const tinyBERT = "../../models/encoder/testdata/bert"

// tagged writes texts whose labels follow from their words, as CSV with a separator
// and as JSON lines with lists.
func tagged(t *testing.T, rows int) (csv, jsonl string) {
	t.Helper()
	words := []struct{ label, word string }{{"crowd", "people"}, {"awe", "wonder"}, {"calm", "quiet"}}
	var a, b strings.Builder
	a.WriteString("text,tags\n")
	for i := range rows {
		text, labels := fmt.Sprintf("a film, the number %d, is", i), []string{}
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

// frozen is the recipe minilm-linear over tinyBERT, which has fewer layers.
func frozen(t *testing.T) string {
	t.Helper()
	o := must(t, runZoo("train", "minilm-linear", "--base", tinyBERT, "--show"))
	path := filepath.Join(t.TempDir(), "frozen.json")
	if err := os.WriteFile(path, []byte(strings.Replace(o.stdout, `"layers": 4`, `"layers": 3`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Several labels of a text go through every command, whatever the model, and the same
// rows give the same bytes from each format.
func TestSeveralLabelsFromTrainToReproduce(t *testing.T) {
	csv, jsonl := tagged(t, 240)
	for _, c := range []struct {
		name  string
		train []string
		least float64 // micro F1 on what was trained on
	}{
		{"nbsvm", []string{"train", "nbsvm"}, 0.9},
		{"tfidf", []string{"train", "tfidf"}, 0.9},
		{"subword", []string{"train", "subword"}, 0.9},
		{"lstm", []string{"train", "lstm", "--epochs", "10"}, 0.8},
		{"fine-tuned lstm", []string{"finetune", "lstm-imdb", "--epochs", "4"}, 0.8},
		{"frozen encoder", []string{"train", frozen(t)}, 0.8},
		{"fine-tuned encoder", []string{"finetune", tinyBERT, "--epochs", "12", "--learning-rate", "0.02"}, 0.8},
	} {
		t.Run(c.name, func(t *testing.T) {
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
			if !strings.Contains(done.stderr, "taken for 30 texts that none applies to") || !strings.Contains(done.stderr, `labels       3: "awe" 120, "calm" 120, "crowd" 120; 1.50 to a text in the mean, 30 texts with none`) {
				t.Errorf("the data report:\n%s", done.stderr)
			}
			card := must(t, runZoo("card", out)).stdout
			for _, want := range []string{"validation_micro_f1", "validation_subset_accuracy", "multi-label text classification"} {
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
			if err := json.Unmarshal([]byte(eval.stdout), &figures); err != nil || figures.Micro < c.least || figures.Subset < c.least-0.3 || len(figures.Labels) != 3 {
				t.Errorf("eval: %s (%v)", eval.stdout, err)
			}
			if o := must(t, runZoo("eval", out, "--data", csv)); !strings.Contains(o.stdout, "micro mean") {
				t.Errorf("eval: %s", o.stdout)
			}
			var answer struct {
				Labels        []string
				Probabilities []labelled
			}
			o := must(t, runZoo("predict", out, "a film, the number 7, is the people the wonder the quiet", "--json", "--top", "3"))
			if err := json.Unmarshal([]byte(o.stdout), &answer); err != nil || len(answer.Labels) < 2 || len(answer.Probabilities) != 3 {
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

// A number and pairs of texts go through every command.
func TestNumbersAndPairsFromTrainToReproduce(t *testing.T) {
	words := []string{"wonder", "people", "quiet", "superb"}
	var table strings.Builder
	table.WriteString("first,second,same,score\n")
	for i := range 160 {
		a, b := words[i%4], words[i/4%4]
		same, score := "no", 1.5
		if a == b {
			same, score = "yes", 4.25
		}
		fmt.Fprintf(&table, "the film is %s,the film is %s,%s,%v\n", a, b, same, score+float64(i%3)/10)
	}
	data := filepath.Join(t.TempDir(), "pairs.csv")
	if err := os.WriteFile(data, []byte(table.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	probe := []string{"train", frozen(t)}
	tune := []string{"finetune", tinyBERT, "--epochs", "2", "--learning-rate", "0.02"}
	for _, c := range []struct {
		name  string
		train []string
		read  []string // flags about the data
		json  []string // of predict
		card  string
	}{
		{"number, frozen", probe, []string{"--target", "score", "--text", "first"}, []string{"text", "prediction", "tokens", "truncated", "known"}, "validation_spearman"},
		{"number, tuned", tune, []string{"--target", "score", "--text", "first"}, []string{"text", "prediction", "tokens", "truncated", "known"}, "validation_mean_rmse"},
		{"pairs, frozen", probe, []string{"--pair", "second", "--label", "same", "--text", "first"}, []string{"text", "pair", "label", "probability", "tokens", "truncated", "known"}, "of pairs"},
		{"pairs, tuned", tune, []string{"--pair", "second", "--label", "same", "--text", "first"}, []string{"text", "pair", "label", "probability", "tokens", "truncated", "known"}, "validation_accuracy"},
		{"numbers of pairs, frozen", probe, []string{"--pair", "second", "--target", "score", "--text", "first"}, []string{"text", "pair", "prediction", "tokens", "truncated", "known"}, "text regression of pairs"},
		{"numbers of pairs, tuned", tune, []string{"--pair", "second", "--target", "score", "--text", "first"}, []string{"text", "pair", "prediction", "tokens", "truncated", "known"}, "validation_pearson"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "mine")
			o := must(t, runZoo(slices.Concat(c.train, []string{"--data", data, "--out", out, "--cache", "none"}, c.read)...))
			if !strings.Contains(o.stderr, "held out: this model") || !strings.Contains(o.stderr, "held out: always") {
				t.Errorf("no baseline:\n%s", o.stderr)
			}
			if card := must(t, runZoo("card", out)).stdout; !strings.Contains(card, c.card) {
				t.Errorf("the card lacks %q:\n%s", c.card, card)
			}
			pairs := slices.Contains(c.read, "--pair")
			args := []string{"predict", out, "the film is quiet", "--json"}
			if pairs {
				args = slices.Insert(args, 3, "the film is superb")
			}
			objects(t, must(t, runZoo(args...)).stdout, c.json...)
			file := filepath.Join(t.TempDir(), "answers.csv")
			must(t, runZoo("predict", out, "--file", data, "--text", "first", "--out", file))
			if text, err := os.ReadFile(file); err != nil || strings.Count(string(text), "\n") != 161 {
				t.Errorf("answers: %.200s (%v)", text, err)
			}
			var figures map[string]any
			measure := []string{"eval", out, "--data", data, "--text", "first", "--json", "--errors", "1"}
			if slices.Contains(c.read, "--label") {
				measure = append(measure, "--label", "same")
			}
			eval := must(t, runZoo(measure...))
			if err := json.Unmarshal([]byte(eval.stdout), &figures); err != nil || figures["examples"] != 160.0 {
				t.Errorf("eval: %s (%v)", eval.stdout, err)
			}
			if pairs {
				for _, args := range [][]string{{"predict", out, "one text"}, {"eval", out, "--data", data, "--multi", ";"}} {
					if o := runZoo(args...); o.code == 0 {
						t.Errorf("%q: %s", args, o.stdout)
					}
				}
			}
			again := append([]string{"reproduce", out, "--data", data, "--cache", "none", "--text", "first"}, c.read[len(c.read)-4:len(c.read)-2]...)
			if again[len(again)-2] != "--label" { // the rest is in the recipe
				again = again[:len(again)-2]
			}
			if o := must(t, runZoo(again...)); !strings.Contains(o.stdout, "is reproduced") {
				t.Errorf("reproduce: %s", o.stdout)
			}
		})
	}
}

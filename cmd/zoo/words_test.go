package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fourWords are vectors in GloVe's form.
const fourWords = "man 1 0 0\nwoman 1 1 0\nking 1 0 2\nqueen 1 1 2\n"

func TestWords(t *testing.T) {
	file := write(t, "words.txt", fourWords)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"nearest", file, "man", "-n", "2"}, "man\n  0.7071  woman\n  0.4472  king\n"},
		{[]string{"nearest", file, "Man", "king", "-n", "1"}, "man\n  0.7071  woman\nking\n  0.9129  queen\n"},
		{[]string{"analogy", file, "man", "woman", "KING"}, "man : woman = king\n  0.9404  queen\n"},
		{[]string{"similarity", file, "man", "queen"}, "0.4082\n"},
		{[]string{"nearest", file, "man", "-n", "1", "--json"}, `{"words":["man"],"nearest":[{"word":"woman","similarity":0.7071067`},
		{[]string{"analogy", file, "man", "woman", "king", "--json"}, `{"words":["man","woman","king"],"nearest":[{"word":"queen","similarity":`},
		{[]string{"similarity", file, "man", "man", "--json"}, `{"words":["man","man"],"similarity":1`},
	} {
		if o := must(t, runZoo(c.args...)); !strings.HasPrefix(o.stdout, c.want) {
			t.Errorf("%q:\n%s\nwant\n%s", c.args, o.stdout, c.want)
		}
	}
}

// Vectors are trained, exported, measured, and begin an LSTM.
func TestWordsFromTrainToEmbeddings(t *testing.T) {
	f := small(t)
	dir := filepath.Join(t.TempDir(), "words")
	recipe := write(t, "words.json", `{"name": "words", "about": "made up", "word2vec": {"data": "made up", "model": {"dim": 8},
		"tokenizer": {"lower": true}, "vocab": {}, "seed": 1, "epochs": 2, "batch": 64,
		"optimizer": {"kind": "sgd", "learning_rate": 0.05}, "schedule": {"kind": "linear"}}}`)
	doneSHA(t, runZoo("train", recipe, "--data", f.data, "--cache", "none", "--out", dir, "--json"))
	if o := must(t, runZoo("reproduce", dir, "--data", f.data, "--cache", "none")); !strings.Contains(o.stdout, "is reproduced") {
		t.Error(o.stdout)
	}
	word := strings.Fields(must(t, runZoo("nearest", dir, "the", "-n", "1")).stdout)[2]
	out := filepath.Join(t.TempDir(), "words.vec.gz")
	must(t, runZoo("export", dir, "--out", out))
	if o := must(t, runZoo("nearest", out, "the", "-n", "1")); strings.Fields(o.stdout)[2] != word {
		t.Errorf("after the export %q, want %q", o.stdout, word)
	}
	pairs := write(t, "pairs.tsv", "the\tfilm\t5\nthe\tcast\t3\nfilm\tcast\t4\nthe\tunheard-of\t1\n")
	o := must(t, runZoo("eval", dir, "--data", pairs, "--json"))
	got := objects(t, o.stdout, "model", "examples", "covered", "spearman")[0]
	if r := got["spearman"].(float64); got["examples"] != 4.0 || got["covered"].(float64) > 3 || math.Abs(r) > 1 {
		t.Error(o.stdout)
	}
	o = must(t, runZoo(f.train(filepath.Join(t.TempDir(), "m"), "--embeddings", out, "--freeze-embeddings", "--epochs", "1")...))
	if !strings.Contains(o.stderr, "frozen: ") || !strings.Contains(o.stderr, "of the training tokens") {
		t.Error(o.stderr)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"predict":            {[]string{"predict", dir, "a text"}, 2, "zoo nearest"},
		"eval without pairs": {[]string{"eval", dir}, 2, "--data is missing"},
		"eval of a split":    {[]string{"eval", dir, "--data", pairs, "--split", "test"}, 2, "--split does not apply"},
		"eval of no file":    {[]string{"eval", dir, "--data", "absent"}, 2, "absent"},
		"eval of a table":    {[]string{"eval", dir, "--data", f.data}, 1, "line "},
		"unknown word":       {[]string{"nearest", dir, "unheard-of"}, 1, `"unheard-of" is not among`},
		"no words":           {[]string{"nearest", dir}, 2, "WORD is missing"},
		"no number":          {[]string{"nearest", dir, "the", "-n", "0"}, 2, "--number 0"},
		"two for analogy":    {[]string{"analogy", dir, "the", "film"}, 2, "C is missing"},
		"four for analogy":   {[]string{"analogy", dir, "a", "b", "c", "d"}, 2, "unexpected"},
		"one for similarity": {[]string{"similarity", dir, "the"}, 2, "B is missing"},
		"no such vectors":    {[]string{"nearest", "absent", "the"}, 2, "absent"},
		"not vectors":        {[]string{"nearest", f.model, "the"}, 2, `kind "lstm"`},
		"a broken file":      {[]string{"nearest", f.recipe, "the"}, 1, "line 1"},
		"frozen nothing":     {f.train(dir+"x", "--freeze-embeddings"), 2, "without --embeddings"},
		"absent embeddings":  {f.train(dir+"x", "--embeddings", "absent"), 2, "absent"},
		"other dimensions":   {f.train(dir+"x", "--embeddings", write(t, "v.txt", "the 1 2\n")), 2, "of 2 dimensions, the model's have 8"},
		"no LSTM":            {[]string{"train", "mlp-line", "--out", dir + "x", "--embeddings", out}, 2, "--embeddings does not apply"},
	} {
		o := runZoo(c.args...)
		if o.code != c.code || !strings.Contains(o.stderr, c.says) || o.stdout != "" {
			t.Errorf("%s: code %d, want %d and %q:\n%s%s", name, o.code, c.code, c.says, o.stdout, o.stderr)
		}
		os.RemoveAll(dir + "x")
	}
}

// Phrases are asked for by a flag or a recipe, found by the commands about
// words, and reproduced.
func TestPhrases(t *testing.T) {
	var table strings.Builder
	table.WriteString("text,label\n")
	for i := range 400 {
		text := fmt.Sprintf("w%d w%d w%d w%d w%d w%d w%d", i%7, i*i%11, i%13, i*3%17, i*i%19, i%23, i*i*i%29)
		if i%40 == 0 {
			text += " New York City"
		}
		fmt.Fprintf(&table, "%s,%d\n", text, i%2)
	}
	data := write(t, "cities.csv", table.String())
	const form = `{"name": "words", "about": "made up", "word2vec": {"data": "made up", "model": {"dim": 8},
		"tokenizer": {"lower": true}, %s "vocab": {}, "seed": 1, "epochs": 1, "batch": 64,
		"optimizer": {"kind": "sgd", "learning_rate": 0.05}, "schedule": {"kind": "linear"}}}`
	plain := write(t, "plain.json", fmt.Sprintf(form, ""))
	phrases := write(t, "phrases.json", fmt.Sprintf(form, `"phrases": {"passes": 2},`))
	decreasing := write(t, "decreasing.json", fmt.Sprintf(form, `"phrases": {"passes": 2, "thresholds": [200, 100]},`))
	train := func(args ...string) (dir, sum string) {
		t.Helper()
		dir = filepath.Join(t.TempDir(), "words")
		sum, _ = doneSHA(t, runZoo(append([]string{"train", "--data", data, "--cache", "none", "--out", dir, "--json"}, args...)...))
		return dir, sum
	}
	dir, sum := train(phrases)
	if _, again := train(plain, "--phrases", "2"); again != sum {
		t.Errorf("by the flag %s, by the recipe %s", again, sum)
	}
	if _, none := train(phrases, "--phrases", "0"); none == sum {
		t.Error("--phrases 0 joins words")
	}
	vocab, err := os.ReadFile(filepath.Join(dir, "vocab.txt"))
	if err != nil || !strings.Contains(string(vocab), "\nnew_york_city\n") {
		t.Errorf("no new_york_city in %s, %v", vocab, err)
	}
	for _, name := range []string{"new_york_city", "New York City"} {
		if o := must(t, runZoo("nearest", dir, name, "-n", "1")); !strings.HasPrefix(o.stdout, "new_york_city\n") {
			t.Error(o.stdout)
		}
	}
	must(t, runZoo("similarity", dir, "new york city", "w1"))
	if o := must(t, runZoo("reproduce", dir, "--data", data, "--cache", "none")); !strings.Contains(o.stdout, "is reproduced") {
		t.Error(o.stdout)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"another kind":    {[]string{"train", "lstm-imdb", "--phrases", "1", "--show"}, "--phrases does not apply: recipe lstm-imdb learns no vectors of words"},
		"below 0":         {[]string{"train", "word2vec-imdb", "--phrases", "-1", "--show"}, "--phrases -1, want 1 to 10 passes"},
		"too many":        {[]string{"train", "word2vec-imdb", "--phrases", "11", "--show"}, "--phrases 11"},
		"no number":       {[]string{"train", "word2vec-imdb", "--phrases", "some", "--show"}, "some"},
		"other threshold": {[]string{"train", decreasing, "--phrases", "1", "--show"}, "has thresholds for 2 passes"},
	} {
		if o := runZoo(c.args...); o.code != 2 || !strings.Contains(o.stderr, c.says) || o.stdout != "" {
			t.Errorf("%s: code %d, want 2 and %q:\n%s%s", name, o.code, c.says, o.stdout, o.stderr)
		}
	}
	if o := must(t, runZoo("train", "word2vec-imdb", "--phrases", "2", "--show")); !strings.Contains(o.stdout, `"passes": 2`) {
		t.Error(o.stdout)
	}
	if o := must(t, runZoo("train", "word2vec-imdb", "--show")); strings.Contains(o.stdout, "phrases") {
		t.Error(o.stdout)
	}
}

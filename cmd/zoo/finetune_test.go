package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// stars writes a table as a shop exports it: reviews with commas, line ends
// and quotes inside quotes, and 1 to 5 stars that follow from their words.
func stars(rows int) string {
	words := []string{"broke, at once", "poor and slow", `it is "fine"`, "good\nand quick", "a joy to use"}
	var b strings.Builder
	b.WriteString("id,review,stars\n")
	for i := range rows {
		text := fmt.Sprintf("order %d: the thing %s", i, words[i%5])
		fmt.Fprintf(&b, "%d,\"%s\",%d\n", i, strings.ReplaceAll(text, `"`, `""`), i%5+1)
	}
	return b.String()
}

// tuneOn is a fine-tuning of the fixture's model that takes no time.
func tuneOn(t *testing.T, data, out string, more ...string) []string {
	t.Helper()
	return append([]string{"finetune", small(t).model, "--data", data, "--out", out, "--cache", "none", "--epochs", "8",
		"--learning-rate", "0.02", "--layer-decay", "1", "--patience", "0", "--batch", "8"}, more...)
}

// A table of one's own, two commands, whatever program saved it.
func TestNewUser(t *testing.T) {
	plain := stars(100)
	for name, text := range map[string]string{
		"plain":     plain,
		"windows":   strings.ReplaceAll(plain, "\n", "\r\n"),
		"mark":      "\ufeff" + plain,
		"semicolon": strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(plain, ", at", " at"), ",", ";"), "\ufeff", ""),
	} {
		t.Run(name, func(t *testing.T) {
			data, out := write(t, "mine.csv", text), filepath.Join(t.TempDir(), "mine")
			o := must(t, runZoo(tuneOn(t, data, out)...))
			for _, says := range []string{`column "review"`, `column "stars"`, "rows         100\n", `5: "1" 20, "2" 20, "3" 20, "4" 20, "5" 20`} {
				if !strings.Contains(o.stderr, says) {
					t.Errorf("lacks %q:\n%s", says, o.stderr)
				}
			}
			if strings.Contains(o.stderr, "target") {
				t.Errorf("speaks of a target:\n%s", o.stderr)
			}
			o = must(t, runZoo("predict", out, "the thing broke at once", "a joy to use"))
			if lines := strings.Split(o.stdout, "\n"); !strings.HasPrefix(lines[0], "1\t") || !strings.HasPrefix(lines[1], "5\t") {
				t.Errorf("predictions: %s", o.stdout)
			}
		})
	}
}

func TestFinetuneJSON(t *testing.T) {
	data, dir := write(t, "mine.csv", stars(60)), t.TempDir()
	out := filepath.Join(dir, "mine")
	o := must(t, runZoo(tuneOn(t, data, out, "--json", "--unfreeze", "--class-weights", "balanced", "--freeze", "rnn")...))
	first, rest, _ := strings.Cut(o.stdout, "\n")
	var report struct {
		Data struct {
			Rows    int
			Classes []struct {
				Name string
				Rows int
			}
		}
	}
	if err := json.Unmarshal([]byte(first), &report); err != nil || report.Data.Rows != 60 || len(report.Data.Classes) != 5 || report.Data.Classes[4].Rows != 12 {
		t.Errorf("report %s, %v", first, err)
	}
	sha, _ := doneSHA(t, outcome{stdout: rest})
	if card := must(t, runZoo("card", out)).stdout; !strings.Contains(card, "zoo finetune ") || !strings.Contains(card, "--unfreeze") || !strings.Contains(card, "--freeze rnn") {
		t.Errorf("card:\n%s", card)
	}
	o = must(t, runZoo("reproduce", out, "--data", data, "--cache", "none"))
	if !strings.Contains(o.stdout, "is reproduced") || !strings.Contains(o.stdout, sha) {
		t.Errorf("reproduce: %s", o.stdout)
	}

	// The base may have moved meanwhile; another model is not taken for it.
	moved := filepath.Join(dir, "moved")
	if err := os.CopyFS(moved, os.DirFS(small(t).model)); err != nil {
		t.Fatal(err)
	}
	must(t, runZoo("reproduce", out, "--data", data, "--cache", "none", "--base", moved))
	if o := runZoo("reproduce", out, "--data", data, "--cache", "none", "--base", out); o.code != 1 || !strings.Contains(o.stderr, "began from") {
		t.Errorf("reproduced from another base: %+v", o)
	}
	if o := runZoo("reproduce", small(t).model, "--data", small(t).data, "--base", moved); o.code != 2 || !strings.Contains(o.stderr, "--base does not apply") {
		t.Errorf("a base for what has none: %+v", o)
	}

	// Steps, then the rest, and a recipe in a file, are the same.
	again := filepath.Join(dir, "again")
	more := []string{"--json", "--unfreeze", "--class-weights", "balanced", "--freeze", "rnn"}
	must(t, runZoo(tuneOn(t, data, again, append(more, "--steps", "9")...)...))
	if o := runZoo(tuneOn(t, data, again, more...)...); o.code != 2 || !strings.Contains(o.stderr, "--resume") {
		t.Errorf("a second run: %+v", o)
	}
	o = must(t, runZoo(tuneOn(t, data, again, append(more, "--resume")...)...))
	_, rest, _ = strings.Cut(o.stdout, "\n")
	if got, _ := doneSHA(t, outcome{stdout: rest}); got != sha {
		t.Error("resumed, the weights differ")
	}
	recipe := must(t, runZoo(tuneOn(t, data, again, append(more[1:], "--show")...)...)).stdout
	o = must(t, runZoo("train", write(t, "recipe.json", recipe), "--data", data, "--out", filepath.Join(dir, "file"), "--cache", "none", "--json"))
	if got, _ := doneSHA(t, o); got != sha {
		t.Error("trained by the recipe that --show prints, the weights differ")
	}
}

// Every mistake on the way is answered with what to do.
func TestNewUserMistakes(t *testing.T) {
	f := small(t)
	good := stars(30)
	out := filepath.Join(t.TempDir(), "out")
	latin := strings.ReplaceAll(good, "the thing", "la chos\xe9")
	mixed := latin + "97,\"caf\u00e9\",1\n98,\"caf\xe9\",2\n"
	for name, c := range map[string]struct {
		text string // of the file
		more []string
		code int // 0 for success
		says []string
	}{
		"wrong column":       {good, []string{"--text", "reviews"}, 2, []string{`"reviews"`, `did you mean "review"?`, `"id", "review", "stars"`, "--text"}},
		"wrong label":        {good, []string{"--label", "rating"}, 2, []string{`"rating"`, `"id", "review", "stars"`, "--label"}},
		"text as label":      {good, []string{"--text", "stars", "--label", "stars"}, 2, []string{"both the texts and the labels"}},
		"headings joined":    {strings.Replace(good, "id,review,stars", "review", 1)[:len("review\n")] + "fine\nbad\n", nil, 2, []string{`"review" is the only column`, "add its column"}},
		"two of a name":      {"review,stars,stars\nfine,5,5\n", nil, 1, []string{`columns 2 and 3 are both named "stars"`, "rename"}},
		"title":              {"My reviews\n" + good, nil, 2, []string{`the first line, "My reviews", does not name the columns`, "delete what stands above it"}},
		"no label here":      {good + "30,fine,N/A\n", nil, 0, []string{`labels taken for missing ones: "N/A" 1 (--missing`, "rows         30 and 1 skipped"}},
		"a label like none":  {good + "30,fine,N/A\n", []string{"--missing", "nan"}, 0, []string{`"N/A" is taken for a class`}},
		"labels by case":     {strings.ReplaceAll(good, ",1\n", ",Five\n") + "30,fine,five\n", nil, 0, []string{`"Five" and "five" differ in case alone`}},
		"continuous labels":  {"review,stars\n" + strings.ReplaceAll(many(2000), "x,", "x,0."), nil, 1, []string{"more than 1000 different labels", "round them", "--label"}},
		"each its own label": {"review,stars\na,1\nb,2\nc,3\n", nil, 1, []string{"3 labels for 3 texts"}},
		"utf-16":             {utf16le(good), nil, 0, []string{"the text is in UTF-16, by its first bytes (--encoding names another)", "rows         30"}},
		"utf-16, said":       {utf16le(good), []string{"--encoding", "utf-16"}, 0, []string{"rows         30"}},
		"json in csv":        {`{"review": "fine", "stars": 5}` + "\n", nil, 1, []string{"holds JSON", ".jsonl"}},
		"xz":                 {"\xfd7zXZ\x00\x00", nil, 1, []string{"is packed by xz", "unpack it"}},
		"a PDF":              {"%PDF-1.4", nil, 1, []string{"PDF", "CSV UTF-8"}},
		"empty text":         {good + "30,,4\n", []string{"--strict"}, 1, []string{"line 38", `"review" is empty`, "without --strict"}},
		"empty label":        {good + "30,fine,\n", []string{"--skip-empty=false"}, 1, []string{"line 38", `"stars" is empty`, "without --strict"}},
		"skipped":            {good + "30,,4\n31,fine,\n", nil, 0, []string{"rows         30 and 2 skipped"}},
		"one class":          {"review,stars\ngood,5\nfine,5\n", nil, 1, []string{`every row has the label "5"`, "two classes"}},
		"two rows":           {"review,stars\ngood,5\nbad,1\n", nil, 1, []string{"each class needs two different texts", "validation 0"}},
		"no rows":            {"review,stars\n", nil, 1, []string{"no rows"}},
		"empty file":         {"", nil, 1, []string{"file is empty; expected a first line that names the columns"}},
		"no header":          {"\"I liked this film a great deal, all of it\",5\n\"and this one not in the least, sorry\",1\n", nil, 2, []string{"first line should name the columns"}},
		"labels all differ":  {"review,stars\n" + strings.Repeat("x,1\ny,2\n", 3) + many(2000), nil, 1, []string{"more than 1000 different labels", "column of the classes"}},
		"latin-1":            {latin, nil, 1, []string{"line 2", "not UTF-8", "Latin-1", "--encoding", "iconv"}},
		"latin-1, said":      {latin, []string{"--encoding", "latin1"}, 0, []string{"rows         30"}},
		"mixed encodings":    {"id,review,stars\n1,\"caf\u00e9\",1\n2,\"caf\xe9\",2\n", nil, 1, []string{"line 3", "encodings are mixed", "iconv"}},
		"mixed after latin":  {mixed, nil, 1, []string{"line 2", "not UTF-8"}},
		"unknown encoding":   {good, []string{"--encoding", "klingon"}, 2, []string{`"klingon"`, "utf-8, utf-16, windows-1252", "iconv"}},
		"a quote inside":     {good + "30,it was 5\" long,4\n", nil, 1, []string{"line 38", "doubled", "--quotes lazy"}},
		"quotes taken":       {good + "30,it was 5\" long,4\n", []string{"--quotes", "lazy"}, 0, []string{"rows         31"}},
		"no such quotes":     {good, []string{"--quotes", "some"}, 2, []string{"strict, lazy, backslash or none"}},
		"unescaped comma":    {good + "30,good, but dear,4\n", nil, 1, []string{"line 38", "4 cells", "quotes around it"}},
		"workbook":           {"PK\x03\x04 sheet", nil, 1, []string{"Excel", "save the sheet as CSV"}},
		"a web page":         {"<!DOCTYPE html><title>404</title>", nil, 1, []string{"web page"}},
		"rows below zero":    {good, []string{"--rows", "-1"}, 2, []string{"-1 rows"}},
		"some rows":          {good, []string{"--rows", "20"}, 0, []string{"rows         20"}},
		"no class of it":     {good, []string{"--classes", "keep"}, 1, []string{`"negative", "positive"`, "--classes new"}},
		"wrong --classes":    {good, []string{"--classes", "five"}, 2, []string{"keep, new or auto"}},
		"wrong --freeze":     {good, []string{"--freeze", "all"}, 2, []string{"embedding,rnn"}},
		"wrong rate":         {good, []string{"--learning-rate", "-1"}, 2, []string{"above 0"}},
		"wrong share":        {good, []string{"--validation", "1"}, 2, []string{"from 0 to 1"}},
		"wrong batch":        {good, []string{"--batch", "0"}, 2, []string{"1 or more"}},
		"wrong weights":      {good, []string{"--class-weights", "heavy"}, 2, []string{"balanced"}},
		"nothing held out":   {good, []string{"--validation", "0"}, 0, []string{"no text is held out", "0 for validation"}},
		"out is the model":   {good, []string{"--out", f.model}, 2, []string{"would be lost"}},
		"rate beyond reason": {good, []string{"--learning-rate", "1e30"}, 1, []string{"lower learning rate"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := runZoo(tuneOn(t, write(t, "mine.csv", c.text), out, append([]string{"--epochs", "1"}, c.more...)...)...)
			if o.code != c.code {
				t.Errorf("exit code %d, want %d: %s", o.code, c.code, o.stderr)
			}
			for _, says := range c.says {
				if !strings.Contains(o.stderr, says) {
					t.Errorf("lacks %q: %s", says, o.stderr)
				}
			}
			for _, never := range []string{"damaged", "or IMDB's"} {
				if strings.Contains(o.stderr, never) {
					t.Errorf("speaks of %q: %s", never, o.stderr)
				}
			}
			if name == "mixed encodings" && strings.Contains(o.stderr, "--encoding") {
				t.Errorf("no encoding reads it: %s", o.stderr)
			}
			os.RemoveAll(out)
		})
	}
	for says, args := range map[string][]string{
		"--data FILE is missing": {"finetune", f.model, "--out", out},
		"--out DIR is missing":   {"finetune", f.model, "--data", f.data},
		"MODEL is missing":       {"finetune"},
		`no model "absent"`:      {"finetune", "absent", "--data", f.data, "--out", out},
		"only an LSTM":           {"finetune", "mlp-line", "--data", f.data, "--out", out},
		"did you mean --data ":   {"finetune", f.model, f.data, "--out", out},
		"save standard input":    {"finetune", f.model, "--data", "-", "--out", out},
		"download the file":      {"finetune", f.model, "--data", "https://example.org/reviews.csv", "--out", out},
	} {
		if o := runZoo(args...); o.code != 2 || !strings.Contains(o.stderr, says) {
			t.Errorf("%q: %+v", args, o)
		}
	}
}

// utf16le is a text as Excel saves "Unicode text".
func utf16le(text string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "x,%d\n", i)
	}
	return b.String()
}

// A file of 3 GB gets an answer at once, without being read.
func TestHugeFile(t *testing.T) {
	path := write(t, "huge.csv", stars(30))
	if err := os.Truncate(path, 3_000_000_000); err != nil { // sparse: it takes no room
		t.Skip(err)
	}
	o := runZoo(tuneOn(t, path, filepath.Join(t.TempDir(), "out"))...)
	if o.code != 1 || !strings.Contains(o.stderr, "3.0 GB") || !strings.Contains(o.stderr, "--rows 100000") {
		t.Errorf("%+v", o)
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tickets is a table with more columns than the text.
const tickets = "id,review,label,note\n" +
	"7,the film was brilliant,x,\"a, b\"\n" +
	"8,,y,\n" +
	"9,\"its plot, alas, is \"\"a mess\"\"\",z,\"two\nlines\"\n"

// readTable reads a file of answers, with its header.
func readTable(t *testing.T, path string, comma rune) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = comma
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Answers stand beside the columns of their rows and are those that --json
// prints, in every format.
func TestPredictOut(t *testing.T) {
	f := small(t)
	in := write(t, "tickets.csv", tickets)
	list := objects(t, must(t, runZoo("predict", f.model, "--json", "--file", in)).stdout, "text", "label", "probability", "tokens", "truncated", "known", "unknown?")
	dir := t.TempDir()
	for name, c := range map[string]struct {
		comma rune
		keep  []string
		want  []string
	}{
		"all.csv":  {',', nil, []string{"id", "review", "label", "note", "predicted_label", "probability", "known"}},
		"all2.csv": {',', []string{"--keep", "all"}, []string{"id", "review", "label", "note", "predicted_label", "probability", "known"}},
		"some.tsv": {'\t', []string{"--keep", "note,id"}, []string{"note", "id", "label", "probability", "known"}},
		"none.csv": {',', []string{"--keep", ""}, []string{"label", "probability", "known"}},
	} {
		out := filepath.Join(dir, name)
		o := must(t, runZoo(append([]string{"predict", f.model, "--file", in, "--out", out}, c.keep...)...))
		if o.stdout != "" || !strings.Contains(o.stderr, "3 answers are in "+out) || !strings.Contains(o.stderr, "1 of 3 texts have no word that the model knows") {
			t.Errorf("%s: %+v", name, o)
		}
		rows := readTable(t, out, c.comma)
		if len(rows) != 4 || !slices.Equal(rows[0], c.want) {
			t.Fatalf("%s: %q, want %q", name, rows, c.want)
		}
		for i, row := range rows[1:] {
			answer := row[len(row)-3:]
			if want := []string{list[i]["label"].(string), fmt.Sprint(list[i]["probability"]), fmt.Sprint(list[i]["known"])}; !slices.Equal(answer, want) {
				t.Errorf("%s: row %d has %q, want %q", name, i, answer, want)
			}
		}
		if k := slices.Index(c.want, "note"); k >= 0 && (rows[1][k] != "a, b" || rows[3][k] != "two\nlines") {
			t.Errorf("%s: %q", name, rows)
		}
	}
}

// JSON lines keep numbers and lists as they stand.
func TestPredictOutJSONLines(t *testing.T) {
	f := small(t)
	in := write(t, "a.jsonl", `{"id": 1.50, "review": "the film was brilliant", "tags": ["a", 2], "who": null, "known": "x"}`+"\n"+`{"review": "", "id": "7"}`+"\n")
	out := filepath.Join(t.TempDir(), "b.jsonl")
	must(t, runZoo("predict", f.model, "--file", in, "--out", out, "--top", "1", "--threshold", "0.5"))
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	if !strings.HasPrefix(lines[0], `{"id":1.50,"review":"the film was brilliant","tags":["a", 2],"who":null,"known":"x","label":"positive","probability":0.`) ||
		!strings.HasPrefix(lines[1], `{"id":"7","review":"","tags":null,"who":null,"known":null,"label":"","probability":0.`) || len(lines) != 3 {
		t.Errorf("%s", text)
	}
	fields, values := object(t, lines[1])
	if want := []string{"id", "review", "tags", "who", "known", "label", "probability", "predicted_known", "unknown", "abstained", "probabilities"}; !slices.Equal(fields, want) || values["abstained"] != true || values["unknown"] != true {
		t.Errorf("%q, want %q: %s", fields, want, lines[1])
	}
	if fields, _ := object(t, lines[0]); slices.Contains(fields, "unknown") || slices.Contains(fields, "abstained") {
		t.Errorf("%s", lines[0])
	}
	out = filepath.Join(t.TempDir(), "b.csv")
	must(t, runZoo("predict", f.model, "--file", in, "--out", out, "--keep", "tags"))
	if rows := readTable(t, out, ','); rows[1][0] != `["a", 2]` || rows[2][0] != "" {
		t.Errorf("%q", rows)
	}
}

// Where something fails on the way, the file is what it was and nothing lies
// beside it.
func TestPredictOutIsWholeOrNotAtAll(t *testing.T) {
	f := small(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "out.csv")
	if err := os.WriteFile(out, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	in := write(t, "broken.csv", "id,review\n"+strings.Repeat("1,a mess\n", 2*chunkLines)+"2\n")
	o := runZoo("predict", f.model, "--file", in, "--out", out)
	if o.code != 1 || !strings.Contains(o.stderr, fmt.Sprintf("line %d", 2*chunkLines+2)) {
		t.Errorf("%+v", o)
	}
	text, err := os.ReadFile(out)
	if files, _ := os.ReadDir(dir); err != nil || string(text) != "before" || len(files) != 1 {
		t.Errorf("%q, %v, %d files", text, err, len(files))
	}
}

func TestPredictTopAndThreshold(t *testing.T) {
	f := small(t)
	texts := []string{"the film was brilliant", "its plot is a mess", "flapdoodle"}
	plain := objects(t, must(t, runZoo(append([]string{"predict", f.model, "--json"}, texts...)...)).stdout, "text", "label", "probability", "tokens", "truncated", "known", "unknown?")
	sure := plain[1]["probability"].(float64) // more than the first, less than the third, of which no word is known
	o := must(t, runZoo(append([]string{"predict", f.model, "--json", "--top", "9", "--threshold", fmt.Sprint(sure)}, texts...)...))
	list := objects(t, o.stdout, "text", "label", "probability", "tokens", "truncated", "known", "unknown?", "abstained?", "probabilities")
	for i, v := range list {
		all := v["probabilities"].([]any)
		first, second := all[0].(map[string]any), all[1].(map[string]any)
		if len(all) != 2 || first["label"] != plain[i]["label"] || first["probability"] != plain[i]["probability"] || v["probability"] != plain[i]["probability"] ||
			second["probability"].(float64) > 0.5 || second["label"] == first["label"] {
			t.Errorf("%v, without --top %v", v, plain[i])
		}
		if answered := i == 1; (v["label"] == plain[i]["label"]) != answered || (v["abstained"] == true) == answered || !answered && v["label"] != "" {
			t.Errorf("%v", v)
		}
	}
	if !strings.Contains(o.stderr, "2 of 3 texts have no label") {
		t.Errorf("%s", o.stderr)
	}
	lines := strings.Split(must(t, runZoo("predict", f.model, "--top", "2", "--threshold", "0.99", "flapdoodle")).stdout, "\n")
	if fields := strings.Split(lines[0], "\t"); len(fields) != 6 || fields[0] != "" || fields[4] != "flapdoodle" || fields[5] != "(no word that the model knows; abstained)" {
		t.Errorf("%q", lines)
	}
	lines = strings.Split(must(t, runZoo("predict", f.model, "--top", "1", "its plot is a mess")).stdout, "\n")
	if fields := strings.Split(lines[0], "\t"); len(fields) != 3 || fields[0] != "negative" {
		t.Errorf("%q", lines)
	}
}

func TestPredictOutOfRows(t *testing.T) {
	f := housesModel(t)
	rows := "id,prediction,district,rooms,\"area, m2\"\n1,a,north,3,74.5\n2,b,east,2,50\n"
	in := write(t, "rows.csv", rows)
	_, want := object(t, strings.SplitAfter(must(t, runZoo("predict", f.model, "--json", "--file", in)).stdout, "\n")[0])
	dir := t.TempDir()
	out := filepath.Join(dir, "out.csv")
	o := must(t, runZoo("predict", f.model, "--file", in, "--out", out))
	got := readTable(t, out, ',')
	if want := []string{"id", "prediction", "district", "rooms", "area, m2", "predicted_prediction"}; !slices.Equal(got[0], want) || len(got) != 3 {
		t.Fatalf("%q", got)
	}
	if got[1][1] != "a" || got[1][5] != fmt.Sprint(want["prediction"]) || !strings.Contains(o.stderr, "2 answers are in") || !strings.Contains(o.stderr, "a category that training did not see") {
		t.Errorf("%q, want %v; %s", got, want, o.stderr)
	}
	lines := filepath.Join(dir, "out.jsonl")
	must(t, runWith(context.Background(), strings.NewReader(rows), "predict", f.model, "--out", lines, "--keep", "id", "--keep", `"area, m2"`))
	text, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	var second struct {
		ID, Area   string
		Prediction float64
		Unknown    []string
	}
	line := strings.SplitAfter(string(text), "\n")[1]
	if err := json.Unmarshal([]byte(strings.Replace(line, "area, m2", "area", 1)), &second); err != nil || second.ID != "2" || second.Area != "50" || second.Prediction == 0 || !slices.Equal(second.Unknown, []string{"district"}) {
		t.Errorf("%s: %v", line, err)
	}
	o = must(t, runZoo("predict", f.model, "--json", "--keep", "rooms", `{"rooms": 3, "area, m2": 74.5, "district": "north"}`))
	objects(t, o.stdout, "input", "prediction", "columns")
}

func TestPredictOutRefuses(t *testing.T) {
	f, houses := small(t), housesModel(t)
	in := write(t, "tickets.csv", tickets)
	for says, args := range map[string][]string{
		"want a file that ends in .csv, .tsv, .jsonl":    {f.model, "--file", in, "--out", "x.txt"},
		"is the file that is read":                       {f.model, "--file", in, "--out", in},
		"is a directory or a device":                     {f.model, "--file", in, "--out", "DIR"},
		"--keep needs --out FILE or --json":              {f.model, "--file", in, "--keep", "id"},
		`has no column "nope", only id, review`:          {f.model, "--file", in, "--json", "--keep", "nope"},
		"--keep does not apply: the input is no table":   {f.model, "a text", "--json", "--keep", "id"},
		"--json does not apply: the ending of --out":     {f.model, "a text", "--json", "--out", "x.csv"},
		"--threshold 1.5, want a probability":            {f.model, "a text", "--threshold", "1.5"},
		"--top 0, want 1 or more":                        {f.model, "a text", "--top", "0"},
		`--format "xml", want csv, tsv, jsonl or lines`:  {f.model, "--file", in, "--format", "xml"},
		"--format does not apply: the input is given as": {f.model, "a text", "--format", "csv"},
		"--top does not apply: --explain":                {f.model, "a text", "--explain", "--top", "2"},
		"--threshold does not apply: " + houses.model:    {houses.model, "--threshold", "0.5", "rooms=1"},
		"--format does not apply: the model takes rows":  {houses.model, "--format", "lines"},
		"--out does not apply: mlp-line takes lines":     {"mlp-line", "1", "--out", "x.csv"},
	} {
		if strings.HasPrefix(says, "is a directory") {
			args[4] = filepath.Join(t.TempDir(), "dir.csv")
			if err := os.Mkdir(args[4], 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if o := runZoo(append([]string{"predict"}, args...)...); o.code != 2 || !strings.Contains(o.stderr, says) || o.stdout != "" {
			t.Errorf("%v: %+v, want %q", args, o, says)
		}
	}
	if _, err := os.Stat("x.csv"); err == nil {
		t.Error("a refused command wrote x.csv")
	}
}

// An encoder knows a text by its pieces of words: what it has no piece for is
// unknown.
func TestPredictKnownByAnEncoder(t *testing.T) {
	model := filepath.Join(t.TempDir(), "encoder")
	data := "text,label\n"
	for i := range 20 {
		data += fmt.Sprintf("I cannot log in %d,login\nthe bill is wrong %d,bill\n", i, i)
	}
	must(t, runZoo("train", "minilm-linear", "--data", write(t, "few.csv", data), "--out", model))
	o := must(t, runZoo("predict", model, "--json", "the bill", "", "☃ ☃", "the ☃"))
	for i, v := range objects(t, o.stdout, "text", "label", "probability", "tokens", "truncated", "known", "unknown?") {
		if want := []float64{1, 0, 0, 0.5}[i]; v["known"] != want || (v["unknown"] == true) != (want == 0) {
			t.Errorf("%v, want %v known", v, want)
		}
	}
}

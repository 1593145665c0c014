package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/weights"
)

func TestPredictTexts(t *testing.T) {
	f := small(t)
	texts := []string{"the film was brilliant", "its plot is a mess", "", "nothing known here", "a \"quoted\", <b>marked</b> joy & more\ttabs",
		strings.Repeat("tedious and ", 60), "\x00\xff broken \xc3"}
	file := write(t, "texts", strings.Join(texts, "\r\n")) // the last line has no end
	args := must(t, runZoo(append([]string{"predict", f.model, "--json", "--"}, texts...)...))
	list := objects(t, args.stdout, "text", "label", "probability", "tokens", "truncated", "known", "unknown?")
	if len(list) != len(texts) {
		t.Fatalf("%d answers for %d texts:\n%s", len(list), len(texts), args.stdout)
	}
	for i, o := range list {
		if want := strings.ToValidUTF8(texts[i], "\ufffd"); o["text"] != want {
			t.Errorf("text %q, want %q", o["text"], want)
		}
		if p := o["probability"].(float64); !(p >= 0.5 && p <= 1) {
			t.Errorf("%q: probability %v of the likelier class", texts[i], p)
		}
		if cut := i == 5; o["truncated"] != cut || cut && o["tokens"] != 40.0 {
			t.Errorf("%q: %v tokens, truncated %v", texts[i], o["tokens"], o["truncated"])
		}
	}
	for i, want := range []string{"positive", "negative"} {
		if list[i]["label"] != want {
			t.Errorf("%q is %v", texts[i], list[i]["label"])
		}
	}
	if args.stderr != "" {
		t.Errorf("standard error: %q", args.stderr)
	}
	read := func(stdin io.Reader, more ...string) string {
		return must(t, runWith(context.Background(), stdin, append([]string{"predict", f.model}, more...)...)).stdout
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mark := "\ufeff"
	for name, got := range map[string]string{
		"--file":            read(nil, "--json", "--file", file),
		"-f -":              read(bytes.NewReader(data), "--json", "-f", "-"),
		"standard input":    read(bytes.NewReader(data), "--json"),
		"byte by byte":      read(oneByte{bytes.NewReader(data)}, "--json"),
		"byte order mark":   read(io.MultiReader(strings.NewReader(mark), bytes.NewReader(data)), "--json"),
		"line end at end":   read(io.MultiReader(bytes.NewReader(data), strings.NewReader("\n")), "--json"),
		"flag before model": must(t, runZoo("predict", "--json", f.model, "--file", file)).stdout,
	} {
		if got != args.stdout {
			t.Errorf("%s:\n%s\nas arguments:\n%s", name, got, args.stdout)
		}
	}
	plain := strings.Split(read(nil, "--file", file), "\n")
	for i := range texts {
		want := fmt.Sprintf("%s\t%.4f\t", list[i]["label"], list[i]["probability"])
		if !strings.HasPrefix(plain[i], want) || strings.Count(plain[i], "\t") > 3 || len([]rune(plain[i])) > 130 {
			t.Errorf("line %q, want %q and the text", plain[i], want)
		}
	}
	if !strings.HasSuffix(plain[5], "(first 40 tokens)") {
		t.Errorf("a cut is not told: %q", plain[5])
	}
	if got := read(strings.NewReader("")); got != "" {
		t.Errorf("no input: %q", got)
	}
}

// A table of texts is answered by rows, whatever its format; what is no text
// is told from one.
func TestPredictTextTable(t *testing.T) {
	f := small(t)
	texts := []string{"the film was brilliant", "its plot, alas, is \"a mess\"", "", "two\nlines"}
	want := must(t, runZoo(append([]string{"predict", f.model, "--json", "--"}, texts...)...)).stdout
	csv := "id,review\n1,the film was brilliant\n2,\"its plot, alas, is \"\"a mess\"\"\"\n3,\n4,\"two\nlines\"\n"
	lines := ""
	for _, text := range texts {
		line, err := json.Marshal(map[string]string{"review": text, "by": "x"})
		if err != nil {
			t.Fatal(err)
		}
		lines += string(line) + "\n"
	}
	for name, text := range map[string]string{
		"a.csv": csv, "a.tsv": strings.NewReplacer("id,", "id\t", "1,", "1\t", "2,", "2\t", "3,", "3\t", "4,", "4\t").Replace(csv),
		"mark.csv": "\ufeff" + csv, "a.jsonl": lines,
	} {
		o := must(t, runZoo("predict", f.model, "--json", "--file", write(t, name, text)))
		if o.stdout != want || !strings.Contains(o.stderr, `the text is in column "review"`) {
			t.Errorf("%s: %+v\nwant %s", name, o, want)
		}
	}
	if o := must(t, runZoo("predict", f.model, "--json", "--text", "review", "--encoding", "utf-16", "-f", write(t, "a.csv", utf16le(csv)))); o.stdout != want || o.stderr != "" {
		t.Errorf("UTF-16: %+v", o)
	}
	// Lines end in LF, CRLF or CR, in UTF-8 or UTF-16.
	one := must(t, runZoo("predict", f.model, "--json", "--", "a fine film", "a dull plot")).stdout
	for name, text := range map[string]string{"lf": "a fine film\na dull plot\n", "crlf": "a fine film\r\na dull plot\r\n", "cr": "a fine film\ra dull plot\r",
		"utf-16": utf16le("a fine film\r\na dull plot\r\n"), "a mark on each line": "\ufeffa fine film\n\ufeffa dull plot"} {
		if o := must(t, runZoo("predict", f.model, "--json", "--file", write(t, "a.txt", text))); o.stdout != one {
			t.Errorf("%s: %+v, want %s", name, o, one)
		}
	}
	for says, c := range map[string]struct {
		name, text string
		code       int
		more       []string
	}{
		`did you mean "review"?`:       {"a.csv", csv, 2, []string{"--text", "reveiw"}},
		"--text names the column":      {"a.csv", csv, 2, []string{"--text", "body"}},
		"first line should name":       {"a.csv", "I liked this film a great deal all in all\n", 2, nil},
		"--encoding windows-1252":      {"a.csv", "review\ncaf\xe9\n", 1, nil},
		"file is empty":                {"a.csv", "", 1, nil},
		"Excel workbook":               {"a.xlsx", "PK\x03\x04", 1, nil},
		"packed by gzip; unpack":       {"a.txt.gz", "\x1f\x8b\x08", 1, nil},
		"is a JSON array":              {"a.txt", `[{"review": "fine"}]`, 1, nil},
		"NaN is no JSON":               {"a.txt", `{"review": "fine", "score": NaN}`, 1, nil},
		"for its first line names":     {"a.txt", "id,review\n1,fine\n", 0, nil},
		"no table is given by --file":  {"a.txt", "fine\n", 2, []string{"--text", "review"}},
		"1 of 2 texts are not UTF-8":   {"a.txt", "fine\ncaf\xe9\n", 0, nil},
		"there was nothing to predict": {"a.txt", "", 0, nil},
	} {
		o := runZoo(append([]string{"predict", f.model, "--file", write(t, c.name, c.text)}, c.more...)...)
		if o.code != c.code || !strings.Contains(o.stderr, says) {
			t.Errorf("%+v, want exit code %d and %q", o, c.code, says)
		}
	}
}

// oneByte reads one byte at a time, as a slow pipe.
type oneByte struct{ io.Reader }

func (r oneByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(1, len(p))]) }

// More lines than are predicted at once come back in their order.
func TestPredictManyLines(t *testing.T) {
	var in, want strings.Builder
	for i := range 3*chunkLines + 7 {
		fmt.Fprintf(&in, "%d\n", i)
		fmt.Fprintf(&want, "%d ", i)
	}
	var got strings.Builder
	for _, o := range objects(t, must(t, runWith(context.Background(), strings.NewReader(in.String()), "predict", "mlp-line", "--json")).stdout, "input", "prediction") {
		fmt.Fprintf(&got, "%v ", o["input"])
	}
	if got.String() != want.String() {
		t.Error("the answers are not in the order of the lines")
	}
}

func TestPredictNumbers(t *testing.T) {
	o := must(t, runZoo("predict", "mlp-line", "2.5", "-1", "-2.5e-1", " 0 ", "--json"))
	for i, v := range objects(t, o.stdout, "input", "prediction") {
		x := []float64{2.5, -1, -0.25, 0}[i]
		if y := v["prediction"].(float64); v["input"] != x || math.Abs(y-(3*x+2)) > 0.05 {
			t.Errorf("f(%v) = %v, want about %v", v["input"], y, 3*x+2)
		}
	}
	if o := must(t, runWith(context.Background(), strings.NewReader("1\n\n \n2\n\n"), "predict", "mlp-line", "-f", "-")); strings.Count(o.stdout, "\n") != 2 {
		t.Errorf("empty lines among numbers: %q", o.stdout)
	}
	for _, text := range []string{"abc", "NaN", "Inf", "-inf", "1e999", "-1e39", "1,2", "", " ", "1 2", "1,", "0x", "１", "-1-1", strings.Repeat("9", 100000)} {
		o := runZoo("predict", "mlp-line", "1", text)
		if o.code != 2 || !strings.HasPrefix(o.stdout, "5") && !strings.HasPrefix(o.stdout, "4.9") && !strings.Contains(o.stderr, "shorthand") {
			t.Errorf("%.20q: exit code %d, %q, %.200q", text, o.code, o.stdout, o.stderr)
		}
		if len(o.stderr) > 500 || strings.Contains(o.stderr, "input 1") {
			t.Errorf("%.20q: %.600q", text, o.stderr)
		}
		readable(t, o.stderr)
	}
	o = runWith(context.Background(), strings.NewReader("1\n\nx\n2\n"), "predict", "mlp-line")
	if o.code != 2 || !strings.Contains(o.stderr, `input 3: "x"`) {
		t.Errorf("line 3 is no number: %+v", o)
	}
}

// Hostile texts have an answer each, and a line without end is refused before
// it fills the memory.
func TestPredictLongLines(t *testing.T) {
	f := small(t)
	size := 10 << 20
	if testing.Short() {
		size = 1 << 20
	}
	lines := []string{strings.Repeat("a mess ", size/7), strings.Repeat("x", size/8), strings.Repeat("😀", size/40), strings.Repeat("\x00", size/8)}
	o := must(t, runWith(context.Background(), strings.NewReader(strings.Join(lines, "\n")), "predict", f.model))
	if strings.Count(o.stdout, "\n") != len(lines) || len(o.stdout) > 2000 {
		t.Errorf("%d answers, %d bytes", strings.Count(o.stdout, "\n"), len(o.stdout))
	}
	endless := io.LimitReader(endless{}, 1<<30)
	o = runWith(context.Background(), io.MultiReader(strings.NewReader("1\n2\n"), endless), "predict", "mlp-line")
	if o.code != 1 || !strings.Contains(o.stderr, "standard input: line 3: longer than 64 MiB") || strings.Count(o.stdout, "\n") != 2 {
		t.Errorf("a line of 1 GB: %+v", o)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '1'
	}
	return len(p), nil
}

// Who types a line reads its answer before typing the next.
func TestPredictAnswersEachLine(t *testing.T) {
	in, type_ := io.Pipe()
	read, out := io.Pipe()
	done := make(chan int)
	go func() {
		var stderr bytes.Buffer
		done <- report(run(context.Background(), standard(), []string{"predict", "mlp-line"}, in, out, &stderr), &stderr)
	}()
	for i := range 3 {
		fmt.Fprintf(type_, "%d\n", i)
		answer := make([]byte, 100)
		if n, err := read.Read(answer); err != nil || answer[n-1] != '\n' {
			t.Fatalf("%q, %v", answer[:n], err)
		}
	}
	type_.Close()
	if code := <-done; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestPredictIsInterrupted(t *testing.T) {
	in, _ := io.Pipe() // nobody types
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if o := runWith(ctx, in, "predict", "mlp-line"); o.code != 1 || o.stderr != "zoo: interrupted\n" {
		t.Errorf("%+v", o)
	}
	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	f := small(t)
	for _, args := range [][]string{
		{"predict", f.model, "a text"}, {"predict", "mlp-line", "1"}, {"eval", "mlp-line"},
		{"eval", f.model, "--data", f.data, "--cache", "none"}, {"reproduce", "mlp-line"},
	} {
		if o := runWith(ctx, nil, args...); o.code != 1 || !strings.HasSuffix(o.stderr, "zoo: interrupted\n") || o.stdout != "" {
			t.Errorf("%v: %+v", args, o)
		}
	}
}

// failing is a writer that fails, as a pipe that nobody reads or a full disk.
type failing struct{ err error }

func (w failing) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: w.err}
}

func TestResultsCannotBeWritten(t *testing.T) {
	f := small(t)
	for _, args := range [][]string{
		{"list"}, {"list", "--json"}, {"card", "mlp-line"}, {"card", "mlp-line", "--json"}, {"predict", "mlp-line", "1"},
		{"predict", f.model, "a text"}, {"predict", f.model, "--json", "a text"}, {"eval", "mlp-line"}, {"eval", "mlp-line", "--json"},
		{"eval", f.model, "--data", f.data, "--cache", "none"}, {"eval", f.model, "--data", f.data, "--cache", "none", "--json"},
		{"reproduce", f.model, "--data", f.data, "--cache", "none"}, {"train", "mlp-line", "--show"},
		{"train", "mlp-line", "--steps", "2", "--out", filepath.Join(t.TempDir(), "out")},
		{"train", "mlp-line", "--steps", "2", "--json", "--out", filepath.Join(t.TempDir(), "out")},
	} {
		for _, cause := range []error{syscall.EPIPE, syscall.ENOSPC} {
			if args[0] == "train" && len(args) > 3 {
				args[len(args)-1] += "x"
			}
			var stderr, last bytes.Buffer
			err := run(context.Background(), standard(), args, strings.NewReader(""), failing{cause}, &stderr)
			code := report(err, &last)
			silent := cause == syscall.EPIPE
			if code != 1 || !errors.Is(err, cause) || silent != (last.Len() == 0) || !silent && !strings.Contains(last.String(), "no space left") {
				t.Errorf("%v, %v: exit code %d, %q", args, cause, code, last.String())
			}
		}
	}
}

func TestListCardExport(t *testing.T) {
	f := small(t)
	o := must(t, runZoo("list", "--json"))
	var records []json.RawMessage
	if err := json.Unmarshal([]byte(o.stdout), &records); err != nil {
		t.Fatal(err)
	}
	plain := must(t, runZoo("list")).stdout
	for i, text := range records {
		fields, values := object(t, string(text))
		if got := strings.Join(fields[:6], " "); got != "name task parameters bytes sha256 metrics" {
			t.Errorf("fields %s", got)
		}
		if want := standard().Models[i].Name; values["name"] != want || !strings.Contains(plain, want) {
			t.Errorf("%v is not %s, or not in:\n%s", values["name"], want, plain)
		}
	}
	card := must(t, runZoo("card", f.model)).stdout
	for _, want := range []string{"# small", f.sha, "reviews.csv: 120 texts of 2 classes", "zoo train RECIPE.json --data DATA --seed 1 --out DIR"} {
		if !strings.Contains(card, want) {
			t.Errorf("card lacks %q:\n%s", want, card)
		}
	}
	if _, values := object(t, must(t, runZoo("card", f.model, "--json")).stdout); values["name"] != "small" {
		t.Errorf("card: %v", values)
	}
	for _, model := range []string{f.model, "mlp-line"} {
		path := filepath.Join(t.TempDir(), "w.safetensors")
		for range 2 { // the second time over the first
			if o := must(t, runZoo("export", model, "-o", path)); o.stdout != "" {
				t.Errorf("export prints %q", o.stdout)
			}
		}
		if _, err := weights.ReadFile(path); err != nil {
			t.Error(err)
		}
	}
}

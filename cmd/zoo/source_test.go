package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A table on standard input is read by --format, or where it is plain that lines
// are no texts; it is answered as the same file is.
func TestPredictTableFromStandardInput(t *testing.T) {
	f := small(t)
	want := must(t, runZoo("predict", f.model, "--json", "--keep", "id", "--file", write(t, "tickets.csv", tickets))).stdout
	if !strings.Contains(want, `"columns":{"id":"7"}`) {
		t.Fatal(want)
	}
	tsv := "id\treview\n7\tthe film was brilliant\n8\t\n9\t\"its plot, alas, is \"\"a mess\"\"\"\n"
	lines := `{"id": "7", "review": "the film was brilliant"}` + "\n" + `{"id": "8", "review": ""}` + "\n" + `{"id": "9", "review": "its plot, alas, is \"a mess\""}` + "\n"
	for name, c := range map[string]struct {
		in     string
		args   []string
		noted  bool
		header string
	}{
		"csv":               {tickets, []string{"--format", "csv"}, false, ""},
		"tsv":               {tsv, []string{"--format", "tsv"}, false, ""},
		"jsonl":             {lines, []string{"--format", "jsonl"}, false, ""},
		"csv, recognised":   {tickets, nil, true, "names columns"},
		"mark, recognised":  {"\ufeff" + tickets, nil, true, "names columns"},
		"tsv, recognised":   {tsv, nil, true, "names columns"},
		"jsonl, recognised": {lines, nil, true, "is a JSON object"},
		"-f -":              {lines, []string{"--file", "-"}, true, "is a JSON object"},
	} {
		for _, in := range []io.Reader{strings.NewReader(c.in), oneByte{strings.NewReader(c.in)}} {
			o := must(t, runWith(context.Background(), in, append([]string{"predict", f.model, "--json", "--keep", "id"}, c.args...)...))
			if o.stdout != want {
				t.Errorf("%s:\n%s\nwant\n%s", name, o.stdout, want)
			}
			if noted := strings.Contains(o.stderr, "is read as a table"); noted != c.noted || !strings.Contains(o.stderr, c.header) {
				t.Errorf("%s: standard error %q", name, o.stderr)
			}
		}
	}
	if o := must(t, runZoo("predict", f.model, "--file", write(t, "tickets.txt", tickets))); !strings.Contains(o.stderr, "tickets.txt is read as a table") || strings.Count(o.stdout, "\n") != 3 {
		t.Errorf("%+v", o)
	}
	if o := must(t, runWith(context.Background(), strings.NewReader(lines), "predict", f.model, "--format", "lines")); strings.Count(o.stdout, "\n") != 3 || !strings.Contains(o.stdout, "{") || o.stderr != "" {
		t.Errorf("%+v", o)
	}
}

func TestPlainTable(t *testing.T) {
	for line, want := range map[string]string{
		"text,label\nx,y":        "csv",
		"id;Review;date":         "csv",
		"\"id\",\"text\"\r\n":    "csv",
		"id\tsentence\n":         "tsv",
		"{\"a b\" : 1}":          "jsonl",
		"{ \"a\\\"b\": \"x\" ":   "jsonl",
		"":                       "",
		"text":                   "",
		"fine, text":             "", // a blank
		"great,dull":             "", // no column of texts
		"a comment, if I may":    "",
		"{}":                     "",
		"{curly} texts":          "",
		"{\"quoted\" and curly}": "",
		"text,\x1b[5m":           "",
		"\ntext,label":           "",
	} {
		if got, why := plainTable([]byte(line)); string(got) != want || (why == "") != (want == "") {
			t.Errorf("%q: %q, %s, want %q", line, got, why, want)
		}
	}
}

// A stream is read as often as a table needs, and kept no longer than it is
// looked at; rows far behind that come in their order.
func TestPredictLongTableFromStandardInput(t *testing.T) {
	f := small(t)
	var in bytes.Buffer
	in.WriteString("id,review\n")
	const n = 5000
	for i := range n {
		fmt.Fprintf(&in, "%d,a mess of %s\n", i, strings.Repeat("x", i%50))
	}
	out := filepath.Join(t.TempDir(), "out.csv")
	must(t, runWith(context.Background(), &in, "predict", f.model, "--format", "csv", "--out", out, "--keep", "id"))
	rows := readTable(t, out, ',')
	if len(rows) != n+1 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows[1:] {
		if row[0] != fmt.Sprint(i) {
			t.Fatalf("row %d is %q", i, row)
		}
	}
	again := &replay{from: strings.NewReader("0123456789")}
	read := func(n int) string {
		file, err := again.Open("")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(io.LimitReader(file, int64(n)))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if a, b := read(4), read(6); a != "0123" || b != "012345" {
		t.Errorf("%q, %q", a, b)
	}
	again.last = true
	if c := read(99); c != "0123456789" || len(again.head) != 6 {
		t.Errorf("%q, %q is kept", c, again.head)
	}
}

// What can be read once, such as a pipe that the shell names, is read once.
func TestPredictTableFromAPipe(t *testing.T) {
	f, houses := small(t), housesModel(t)
	rows := "district,rooms,\"area, m2\"\n" + strings.Repeat("north,3,74.5\n", 3000)
	for name, c := range map[string]struct {
		in      string
		args    []string
		answers int
	}{
		"recognised":  {tickets, []string{f.model}, 3},
		"by --format": {tickets, []string{f.model, "--format", "csv"}, 3},
		"lines":       {"a mess\na joy\n", []string{f.model}, 2},
		"many rows":   {rows, []string{houses.model, "--format", "csv"}, 3000},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			io.WriteString(w, c.in)
			w.Close()
		}()
		path := fmt.Sprintf("/dev/fd/%d", r.Fd())
		if _, err := os.Stat(path); err != nil {
			t.Skip(err)
		}
		o := runSilently("predict", append(c.args, "--file", path)...)
		if o.code != 0 || strings.Count(o.stdout, "\n") != c.answers {
			t.Errorf("%s: exit code %d, %d answers, want %d: %s", name, o.code, strings.Count(o.stdout, "\n"), c.answers, o.stderr)
		}
		r.Close()
	}
}

// runSilently is runZoo for a command line that differs from run to run, which no
// record of them keeps.
func runSilently(command string, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), standard(), append([]string{command}, args...), strings.NewReader(""), &stdout, &stderr)
	return outcome{code: report(err, &stderr), stdout: stdout.String(), stderr: stderr.String()}
}

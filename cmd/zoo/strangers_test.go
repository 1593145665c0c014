package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// A table as people share it, with its own encoding, delimiter, currency, dates and
// marks of missing values, trains a model, which reads the same rows in another
// format alike.
func TestTableOfStrangers(t *testing.T) {
	var csv, jsonl strings.Builder
	csv.WriteString("Gr\xf6\xdfe;sold;store;paid;price\n")
	for i := range 120 {
		size, paid := fmt.Sprintf("%d,5", i%37), fmt.Sprintf("%d.%03d,00 \x80", 1+i%5, i)
		if i%9 == 0 {
			size = "#N/A"
		}
		fmt.Fprintf(&csv, "%s;%02d.%02d.2024;%s;%s;%d\n", size, 1+i%28, 1+i%12, []string{"1", "1.0", "2"}[i%3], paid, 10*(i%37)+i%5)
		number := fmt.Sprintf("%d.5", i%37)
		if i%9 == 0 {
			number = "null"
		}
		fmt.Fprintf(&jsonl, `{"Größe":%s,"sold":"2024-%02d-%02dT00:00:00Z","store":%s,"paid":%d}`+"\n", number, 1+i%12, 1+i%28, []string{"1", "1.00", "2"}[i%3], (1+i%5)*1000+i)
	}
	table, out := write(t, "a.csv", csv.String()), filepath.Join(t.TempDir(), "m")
	if o := runZoo("train", "mlp", "--data", table, "--target", "price", "--out", out); o.code != 1 || !strings.Contains(o.stderr, "(--encoding windows-1252 reads it)") {
		t.Fatalf("%+v", o)
	}
	o := must(t, runZoo("train", "mlp", "--data", table, "--target", "price", "--categorical", "store", "--encoding", "windows-1252", "--out", out))
	for _, says := range []string{
		`cells are separated by ';'`, "--delimiter", `column "Größe": numbers with the decimal comma, 14 missing`,
		`column "sold": times, in days since 1970-01-01 UTC`, `column "store": 2 categories`, `column "paid": numbers with the decimal comma and the currency "€"`} {
		if !strings.Contains(o.stderr, says) {
			t.Errorf("lacks %q:\n%s", says, o.stderr)
		}
	}
	want := must(t, runZoo("predict", out, "--file", table, "--encoding", "windows-1252")).stdout
	if got := must(t, runZoo("predict", out, "--file", write(t, "b.jsonl", jsonl.String()))).stdout; got != want || strings.Count(got, "\n") != 120 {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	ms := strings.ReplaceAll(jsonl.String(), `"2024-01-01T00:00:00Z"`, "1704067200000")
	if o := runZoo("predict", out, "--file", write(t, "c.jsonl", ms)); o.code != 1 || !strings.Contains(o.stderr, "a bare number tells no unit") {
		t.Errorf("milliseconds: %+v", o)
	}
}

// Vectors of which something was passed over are told, or refused.
func TestVectorsOfStrangers(t *testing.T) {
	file := write(t, "v.vec", "\ufeff4 2\nfilm 1 2\nfilm 1 2\n. . . 2 1\nbad 3 4\n")
	o := must(t, runZoo("nearest", file, "film"))
	if !strings.Contains(o.stderr, "1 words occur a second time") || !strings.Contains(o.stdout, ". . .") {
		t.Errorf("%+v", o)
	}
	if o := runZoo("nearest", file, "film", "--strict"); o.code != 1 || !strings.Contains(o.stderr, "second time") {
		t.Errorf("strict: %+v", o)
	}
	if o := runZoo("nearest", write(t, "v.bin", "\xba\x16\x4f\x2f\x0c\x00\x00\x00"), "film"); o.code != 1 || !strings.Contains(o.stderr, "fastText") {
		t.Errorf("fastText: %+v", o)
	}
}

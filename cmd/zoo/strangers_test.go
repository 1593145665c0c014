package main

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
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

// Texts, one a line, are read in the encoding that their first bytes show or that is
// named, and what is in none is told.
func TestLinesOfStrangers(t *testing.T) {
	wide := func(text string, order binary.AppendByteOrder) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(text)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	const text = "a caf\u00e9, lovely\nterrible\n"
	want := must(t, runZoo("predict", "nbsvm-imdb", "--file", write(t, "a.txt", text))).stdout
	for name, c := range map[string]struct{ file, encoding string }{
		"UTF-16":                    {"\xff\xfe" + wide(text, binary.LittleEndian), ""},
		"UTF-16 without a mark":     {wide(text, binary.LittleEndian), ""},
		"UTF-16, the other order":   {wide(text, binary.BigEndian), ""},
		"Windows-1252, as is named": {strings.ReplaceAll(text, "\u00e9", "\xe9"), "windows-1252"},
		"a Macintosh's, as named":   {strings.ReplaceAll(strings.ReplaceAll(text, "\u00e9", "\x8e"), "\n", "\r"), "macintosh"},
	} {
		args := []string{"predict", "nbsvm-imdb", "--file", write(t, "b.txt", c.file)}
		if c.encoding != "" {
			args = append(args, "--encoding", c.encoding)
		}
		if o := must(t, runZoo(args...)); o.stdout != want || o.stderr != "" {
			t.Errorf("%s: %s%s\nwant %s", name, o.stdout, o.stderr, want)
		}
	}
	for file, says := range map[string]string{
		"a caf\xe9 of d\xe9j\xe0 vu\n":                               "(--encoding windows-1252 reads it)",
		"\xd5\xe2\xb2\xbf\xb5\xe7\xd3\xb0\xb7\xc7\xb3\xa3\xba\xc3\n": "gb18030",
		"d\x8ej\x88 vu, na\x95ve r\x8esum\x8e\n":                     "macintosh",
	} {
		if o := must(t, runZoo("predict", "nbsvm-imdb", "--file", write(t, "c.txt", file))); !strings.Contains(o.stderr, says) || !strings.Contains(o.stderr, "1 of 1 texts are not UTF-8") {
			t.Errorf("%q: %s", file, o.stderr)
		}
	}
	if o := runZoo("predict", "nbsvm-imdb", "--file", write(t, "d.txt", text), "--encoding", "klingon"); o.code == 0 || !strings.Contains(o.stderr, "klingon") {
		t.Errorf("an unknown encoding: %+v", o)
	}
	if o := runZoo("predict", "nbsvm-imdb", "--file", write(t, "e.txt.zst", "\x28\xb5\x2f\xfd\x00")); o.code != 1 || !strings.Contains(o.stderr, "zstd -dc") {
		t.Errorf("Zstandard: %+v", o)
	}
}

// A table packed by Zstandard, named without saying what it is, or in parts, trains a
// model like the plain one.
func TestTablesPackedAndUnnamed(t *testing.T) {
	var b strings.Builder
	b.WriteString("size,store,price\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d.5,%s,%d\n", i%17, []string{"a", "b"}[i%2], 10*(i%17)+i%2)
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for name, file := range map[string]string{"a.csv": b.String(), "a.csv.zst": string(z.EncodeAll([]byte(b.String()), nil)), "a.dat": b.String(), "a.txt": strings.ReplaceAll(b.String(), ",", "\t")} {
		o := must(t, runZoo("train", "mlp", "--data", write(t, name, file), "--target", "price", "--out", filepath.Join(t.TempDir(), "m")))
		for line := range strings.Lines(o.stdout) {
			if sum, ok := strings.CutPrefix(line, "SHA-256 of the weights "); ok {
				sums[sum] += name + " "
			}
		}
		if unnamed := strings.Contains(o.stderr, "by its first lines, since its name does not tell"); unnamed != (name == "a.dat" || name == "a.txt") {
			t.Errorf("%s: %s", name, o.stderr)
		}
	}
	if len(sums) != 1 {
		t.Errorf("models %q", sums)
	}
}

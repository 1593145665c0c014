package word2vec

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/internal/hostile"
)

// small returns vectors with numbers that are awkward to write.
func small(t testing.TB) *Vectors {
	t.Helper()
	v, err := NewVectors([]string{"the", "é", "12", "\xff"}, 3, []float32{
		1, -2.5, 0.1, 1e-45, math.MaxFloat32, -0, 0.33333334, 1e-10, 3e20, 7, 8, 9})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func written(t testing.TB, v *Vectors, f Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := v.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zip(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func equal(t testing.TB, got, want *Vectors) {
	t.Helper()
	if d := cmp.Diff(want.words, got.words); d != "" {
		t.Fatal(d)
	}
	if d := cmp.Diff(want.data, got.data); d != "" || got.dim != want.dim {
		t.Fatal(got.dim, d)
	}
}

func TestFormatsRoundTrip(t *testing.T) {
	want := small(t)
	for _, f := range []Format{Text, Binary, GloVe} {
		data := written(t, want, f)
		for _, d := range [][]byte{data, zip(t, data)} {
			got, format, err := Read(bytes.NewReader(d))
			if err != nil || format != f {
				t.Fatalf("%s: read as %q, %v", f, format, err)
			}
			equal(t, got, want)
		}
	}
	dir := t.TempDir()
	for name, f := range map[string]Format{"a.bin": Binary, "a.vec": Text, "a.txt": GloVe, "a.BIN.gz": Binary, "a.vec.gz": Text, "a.txt.gz": GloVe} {
		path := filepath.Join(dir, name)
		if err := want.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		got, format, err := ReadFile(path)
		if err != nil || format != f {
			t.Fatalf("%s: read as %q, %v", name, format, err)
		}
		equal(t, got, want)
	}
	for _, name := range []string{"a", "a.gz", "a.json"} {
		if err := want.WriteFile(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), ".vec") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What other programs write is read: a space before the line end, no newline
// behind binary numbers, Windows' line ends.
func TestFormatsOfOthers(t *testing.T) {
	bin := func(x ...float32) string {
		var b bytes.Buffer
		binary.Write(&b, binary.LittleEndian, x)
		return b.String()
	}
	want, err := NewVectors([]string{"a", "b"}, 2, []float32{1, 2, 3, -4})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text   string
		format Format
	}{
		"word2vec.c text":     {"2 2\na 1.000000 2.000000 \nb 3.000000 -4.000000 \n", Text},
		"Windows":             {"2 2\r\na 1 2\r\nb 3 -4\r\n", Text},
		"no last line end":    {"a 1 2\nb 3 -4", GloVe},
		"word2vec.c binary":   {"2 2\na " + bin(1, 2) + "\nb " + bin(3, -4) + "\n", Binary},
		"gensim binary":       {"2 2\na " + bin(1, 2) + "b " + bin(3, -4), Binary},
		"exponents and signs": {"2 2\na +1e0 2E+0\nb 30e-1 -4\n", Text},
	} {
		got, format, err := Read(strings.NewReader(c.text))
		if err != nil || format != c.format {
			t.Errorf("%s: read as %q, %v", name, format, err)
			continue
		}
		equal(t, got, want)
	}
}

func TestFormatsHostile(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":                  {"", "empty"},
		"one word":               {"word\n", "line 1: 0 numbers"},
		"no number":              {"a 1 2\nb 1 x\n", `line 2, column 3: "x"`},
		"NaN":                    {"a 1 NaN\n", `line 1, column 3: "NaN"`},
		"infinity":               {"2 1\na 1\nb inf\n", `line 3, column 2: "inf"`},
		"too large":              {"a 1e39\n", `line 1, column 2: "1e39"`},
		"hexadecimal underscore": {"a 1_0\n", `line 1, column 2: "1_0"`},
		"a number too few":       {"a 1 2\nb 1\n", "line 2: 1 numbers behind the word, want 2"},
		"a number too many":      {"a 1 2\nb 1 2 3\n", "line 2: 3 numbers behind the word, want 2"},
		"two spaces":             {"a 1 2\nb  2\n", `line 2, column 2: ""`},
		"fewer words":            {"4 1\na 1\nb 2\n", "ends after 2 words, line 1 promises 4"},
		"more words":             {"1 1\na 1\nb 2\nc 3\n", "line 4: line 1 promises 1 words"},
		"only numbers":           {"a 1 2\nb 1 2\nc 5 1 2\n", "line 3: 3 numbers behind the word, want 2"},
		"a zip archive":          {"PK\x03\x04....", "unzip"},
		"fastText's own":         {"\xba\x16\x4f\x2f\x0c\x00\x00\x00", "fastText"},
		"a pickle":               {"\x80\x04\x95", "pickle"},
		"an array":               {"\x93NUMPY\x01", "NumPy"},
		"a web page":             {"<!DOCTYPE html>", "web page"},
		"UTF-16":                 {"\xff\xfea\x00", "UTF-16"},
		"safetensors":            {"\x10\x00\x00\x00\x00\x00\x00\x00{\"a\":1}", "safetensors"},
		"absurd words":           {"99999999999999999999 1\na 1\n", "line 1: "},
		"many words":             {"99999999 1\na 1\n", "line 1: 99999999 words"},
		"wide":                   {"1 99999\na 1\n", "line 1: 1 words of 99999"},
		"no dimensions":          {"1 0\na\n", "line 1: 1 words of 0"},
		"too many numbers":       {"16777216 4096\na 1\n", "line 1: 16777216 words"},
		"binary cut in a number": {"2 1\na \x00\x00\x80\x3f\nb \x00\x00", "ends in word 2"},
		"binary cut in a word":   {"2 1\na \x00\x00\x80\x3f\nb", "ends in word 2"},
		"binary NaN":             {"1 1\na \xff\xff\xff\xff", `word 1 ("a"), number 1: NaN`},
		"binary goes on":         {"1 1\na \x00\x00\x80\x3f\nb \x00\x00\x80\x3f", "more bytes behind the 1 words"},
		"binary long word":       {"2 1\na \x00\x00\x80\x3f" + strings.Repeat("b", 5000) + " \x00\x00\x80\x3f", "word 2: a word of 4097 bytes"},
		"a long word":            {"1 1\n" + strings.Repeat("a", 5000) + " 1\n", "line 2: a word of 5000 bytes"},
		"a long line":            {"a " + strings.Repeat("1", 1<<20) + "\n", "line 1: longer than"},
		"cut gzip":               {"\x1f\x8b\x08", "gzip"},
		"cut gzip in data":       {string(zip(t, []byte("a 1\nb 2\n"))[:25]), "unexpected EOF"},
	} {
		v, _, err := Read(strings.NewReader(c.text))
		if err == nil {
			t.Errorf("%s: accepted %d words", name, v.Len())
		} else if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "word2vec: ") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		} else if !errors.Is(err, ErrFormat) && name != "cut gzip in data" {
			t.Errorf("%s: %v does not wrap ErrFormat", name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "v.txt")
	if err := os.WriteFile(path, []byte("a x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadFile(path); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), path+": malformed vectors: line 1, column 2") {
		t.Error(err)
	}
}

func TestWriteRefusesWords(t *testing.T) {
	for _, w := range []string{"a b", "a\n", "a\r", strings.Repeat("a", 5000)} {
		v, err := NewVectors([]string{w}, 1, []float32{1})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []Format{Text, Binary, GloVe} {
			if err := v.Write(&bytes.Buffer{}, f); err == nil {
				t.Errorf("%s holds %.10q", f, w)
			}
		}
	}
}

// What is read is written and read again the same.
func FuzzRead(f *testing.F) {
	for _, format := range []Format{Text, Binary, GloVe} {
		f.Add(written(f, small(f), format))
		f.Add(zip(f, written(f, small(f), format)))
	}
	f.Add([]byte("2 2\na 1 2\nb 1\n"))
	f.Add([]byte("2147483647 2147483647\na 1 2\n"))
	f.Add([]byte("16777216 1\na "))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v *Vectors
		var format Format
		var err error
		// Packed, a byte may stand for a thousand.
		hostile.Bounded(t, len(data), 4<<20, 20_000, func() { v, format, err = Read(bytes.NewReader(data)) })
		if err != nil {
			if !strings.HasPrefix(err.Error(), "word2vec: ") {
				t.Fatal(err)
			}
			return
		}
		if v.Len() == 0 { // a header alone; the text form of nothing is no GloVe file
			return
		}
		var b bytes.Buffer
		if err := v.Write(&b, format); err != nil {
			if fmt.Sprint(err) == "" {
				t.Fatal("no words")
			}
			return // words with a line end, which binary files may have
		}
		again, _, err := Read(&b)
		if err != nil {
			t.Fatalf("%s: %v\n%q", format, err, b.Bytes())
		}
		equal(t, again, v)
	})
}

// Files as people share them: tokens with spaces, words twice, vectors without a
// word, a header that is off by one, a byte-order mark. What is passed over is told.
func TestFormatsOfStrangers(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		words []string
		notes []string
	}{
		"tokens with spaces":  {"film 1 2\n. . . 3 4\nat name@domain.com 5 6\nbad 7 8\n", []string{"film", ". . .", "at name@domain.com", "bad"}, nil},
		"a byte-order mark":   {"\ufeffthe 1 2\nfilm 3 4\n", []string{"the", "film"}, nil},
		"one before a header": {"\ufeff2 2\nthe 1 2\nfilm 3 4\n", []string{"the", "film"}, nil},
		"one in the middle":   {"the 1 2\n\ufefffilm 3 4\n", []string{"the", "film"}, nil},
		"words twice":         {"3 2\na 1 2\na 3 4\nb 5 6\n", []string{"a", "b"}, []string{`1 words occur a second time and are passed over, the first in line 3 ("a", first in line 2)`}},
		"twice in GloVe":      {"a 1\nb 3\na 2\n", []string{"a", "b"}, []string{"line 3"}},
		"no word":             {"a 1 2\n 3 4\n\nb 5 6\n", []string{"a", "b"}, []string{"2 vectors without a word are passed over, the first in line 2"}},
		"a word of spaces":    {"a 1 2\n\u00a0 3 4\nb 5 6\n", []string{"a", "b"}, []string{"without a word"}},
		"promises one more":   {"3 2\na 1 2\nb 3 4\n", []string{"a", "b"}, []string{"line 1 promises 3 words, and there are 2"}},
		"promises one less":   {"1 2\na 1 2\nb 3 4\n", []string{"a", "b"}, []string{"line 1 promises 1 words, and there are 2"}},
		"tabs":                {"a\t1\t2\nb\t3\t4\n", []string{"a", "b"}, nil},
		"carriage returns":    {"2 2\rthe 1 2\rfilm 3 4\r", []string{"the", "film"}, nil},
		"another encoding":    {"the 1 2\ncaf\xe9 3 4\n", []string{"the", "caf\xe9"}, []string{`1 words are not UTF-8, the first in line 2 ("caf\xe9")`}},
		"binary, twice":       {"2 1\na \x00\x00\x80\x3fa \x00\x00\x80\x3f", []string{"a"}, []string{"word 2"}},
	} {
		v, _, err := Read(strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(v.Words(), c.words) || len(v.Notes()) != len(c.notes) {
			t.Errorf("%s: %q, %q", name, v.Words(), v.Notes())
			continue
		}
		for i, want := range c.notes {
			if !strings.Contains(v.Notes()[i], want) {
				t.Errorf("%s: notes %q, want %q", name, v.Notes(), want)
			}
		}
	}
	for text, want := range map[string]string{
		"film,1,2\nmovie,3,4\n":                          `separated by ','`,
		"f\x00i\x00l\x00m\x00 \x001\x00 \x002\x00\n\x00": "UTF-16",
		"\x00f\x00i\x00l\x00m\x00 \x001\x00 \x002\x00\n": "UTF-16",
	} {
		if _, _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	v, _, err := Read(strings.NewReader("film 1 2\n. . . 3 4\nbad 7 8\n"))
	if err != nil {
		t.Fatal(err)
	}
	if x, ok := v.Vector(". . ."); !ok || x[0] != 3 || x[1] != 4 {
		t.Errorf("a token with spaces has %v", x)
	}
	pairs, err := ReadPairs(strings.NewReader("\ufefffilm,movie,9\rgood,bad,3\r"))
	if err != nil || len(pairs) != 2 || pairs[0].A != "film" {
		t.Errorf("pairs %v, %v", pairs, err)
	}
}

package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// breakage is what may be wrong with an artefact: an edit of its files, and
// the error and a part of the message that must follow.
type breakage struct {
	name string
	edit func(fstest.MapFS)
	want error
	says string
}

// broken lists breakages. Edits of vocabulary, config and weights are followed
// by a card with their new checksums.
var broken = []breakage{
	{"empty directory", func(m fstest.MapFS) { clear(m) }, fs.ErrNotExist, "not the directory of a model"},
	{"no card", drop(CardFile), fs.ErrNotExist, "not the directory of a model"},
	{"no config", drop(ConfigFile), fs.ErrNotExist, "config.json"},
	{"no vocabulary", drop(VocabFile), fs.ErrNotExist, "vocab.txt"},
	{"no weights", drop(WeightsFile), fs.ErrNotExist, "model.safetensors"},
	{"card that is a directory", func(m fstest.MapFS) { m[CardFile].Mode = fs.ModeDir }, ErrArtefact, "not a regular file"},
	{"card that is a pipe", func(m fstest.MapFS) { m[CardFile].Mode = fs.ModeNamedPipe }, ErrArtefact, "not a regular file"},
	{"card of 1 MB and a byte", func(m fstest.MapFS) { m[CardFile].Data = make([]byte, MaxJSON+1) }, ErrArtefact, "at most 1048576"},
	{"card that is empty", put(CardFile, ""), ErrArtefact, "unexpected end"},
	{"card that is no JSON", put(CardFile, "{"), ErrArtefact, "unexpected end"},
	{"card that is a list", put(CardFile, "[]"), ErrArtefact, "array"},
	{"card followed by more", edit(CardFile, "\n}\n", "\n}\n{}"), ErrArtefact, "after top-level value"},
	{"card not UTF-8", edit(CardFile, "A toy", "A \xff"), ErrArtefact, "UTF-8"},
	{"card without format", edit(CardFile, `"format": 1,`, ""), ErrArtefact, `no "format"`},
	{"card of a later format", edit(CardFile, `"format": 1,`, `"format": 2, "new": {},`), ErrVersion, "format 2, this program reads 1"},
	{"unknown field", edit(CardFile, `"task"`, `"tasks"`), ErrArtefact, `"tasks": unknown field`},
	{"unknown field inside", edit(CardFile, `"seed"`, `"sead"`), ErrArtefact, `"recipe.sead": unknown field`},
	{"unknown field inside a list", edit(CardFile, `"title"`, `"titel"`), ErrArtefact, `"tables[0].titel": unknown field`},
	{"field in another case", edit(CardFile, `"task"`, `"Task"`), ErrArtefact, `"Task": unknown field`},
	{"field given twice", edit(CardFile, `"task"`, `"name": "toy", "task"`), ErrArtefact, `"name": given twice`},
	{"metric given twice", edit(CardFile, `"accuracy": 0.915`, `"accuracy": 1, "accuracy": 0.915`), ErrArtefact, `"metrics.accuracy": given twice`},
	{"metric that is text", edit(CardFile, `0.915`, `"0.915"`), ErrArtefact, "string"},
	{"metric beyond float64", edit(CardFile, `0.915`, `1e999`), ErrArtefact, "1e999"},
	{"null", edit(CardFile, `"toy"`, `null`), ErrArtefact, `"name": null`},
	{"escape sequence for a terminal", edit(CardFile, "A toy", `A \u001b[31m`), ErrArtefact, "control character U+001B"},
	{"control character in a key", edit(CardFile, `"accuracy"`, `"accu\nracy"`), ErrArtefact, "control character U+000A"},
	{"name of a path", edit(CardFile, `"toy"`, `"../toy"`), ErrArtefact, "name"},
	{"date that is none", edit(CardFile, "2024-02-29", "2023-02-29"), ErrArtefact, "YYYY-MM-DD"},
	{"negative parameters", edit(CardFile, `"parameters": 9`, `"parameters": -9`), ErrArtefact, "zero or more"},
	{"other number of parameters", edit(CardFile, `"parameters": 9`, `"parameters": 8`), ErrChecksum, "9 parameters, expected 8"},
	{"table without columns", edit(CardFile, "[\n        \"tokens\",\n        \"accuracy\"\n      ]", "[]"), ErrArtefact, "no columns"},
	{"row of another width", edit(CardFile, `"<100",`, ""), ErrArtefact, "1 cells, expected 2"},
	{"file that is not listed", edit(CardFile, `"config.json": {`, `"conf.json": {`), ErrArtefact, `no "config.json"`},
	{"file with a climbing path", edit(CardFile, `"config.json": {`, `"../config.json": {`), ErrArtefact, `unexpected "../config.json"`},
	{"checksum that is none", edit(CardFile, `"sha256": "`, `"sha256": "x`), ErrArtefact, "64 hexadecimal"},
	{"negative length", edit(CardFile, `"bytes": `, `"bytes": -`), ErrArtefact, "expected a length"},

	{"weights changed", changed(WeightsFile, func(b []byte) []byte { b[len(b)-1] ^= 1; return b }), ErrChecksum, "model.safetensors: file differs from the card: SHA-256"},
	{"weights cut short", changed(WeightsFile, func(b []byte) []byte { return b[:len(b)-1] }), ErrChecksum, "bytes, expected"},
	{"weights with a byte more", changed(WeightsFile, func(b []byte) []byte { return append(b, 0) }), ErrChecksum, "bytes, expected"},
	{"config changed", changed(ConfigFile, func(b []byte) []byte { return append(b, ' ') }), ErrChecksum, "config.json"},
	{"vocabulary changed", changed(VocabFile, func(b []byte) []byte { return append(b, '\n') }), ErrChecksum, "vocab.txt"},

	{"weights that are no safetensors", signed(WeightsFile, func(b []byte) []byte { return b[:10] }), ErrFormat, "model.safetensors: malformed"},
	{"NaN in the weights", signed(WeightsFile, func(b []byte) []byte { b[len(b)-1] = 0x7e; return b }), ErrNotFinite, `tensor "embedding.weight": element 7 is NaN`},
	{"infinity in the weights", signed(WeightsFile, func(b []byte) []byte { b[len(b)-2], b[len(b)-1] = 0, 0xfc; return b }), ErrNotFinite, "element 7 is -Inf"},
	{"vocabulary that is none", signed(VocabFile, func(b []byte) []byte { return b[:8] }), tokenize.ErrVocab, "vocab.txt: malformed artefact"},
	{"vocabulary that is empty", signed(VocabFile, func(b []byte) []byte { return nil }), tokenize.ErrVocab, "vocab.txt"},
	{"tokenizer without vocabulary", unlist(VocabFile), ErrArtefact, "tokenizer without"},
	{"config that is no JSON", signed(ConfigFile, func([]byte) []byte { return []byte("x") }), ErrArtefact, "config.json: malformed artefact"},
	{"config of a later format", config(`"format": 1`, `"format": 3`), ErrVersion, "format 3"},
	{"config without format", config(`"format": 1,`, ``), ErrArtefact, `no "format"`},
	{"config with an unknown field", config(`"model"`, `"more": 1, "model"`), ErrArtefact, `"more": unknown field`},
	{"config with a key given twice inside", config(`"hidden": 1,`, `"hidden": 1, "hidden": 2,`), ErrArtefact, `"config.hidden": given twice`},
	{"model that is no name", config(`"lstm"`, `"LSTM"`), ErrArtefact, `model "LSTM"`},
	{"no model", config(`"model": "lstm",`, ``), ErrArtefact, `model ""`},
	{"config that is a number", config("{\n    \"hidden\": 1,\n    \"pooling\": [\n      \"last\",\n      \"<&>\"\n    ]\n  }", "1"), ErrArtefact, `config: "1", expected a JSON object`},
	{"preprocess that is a list", config("{\n    \"truncate\": 400\n  }", "[]"), ErrArtefact, "preprocess"},
	{"other tokenizer", config(tokenize.Version, "words-0"), ErrVersion, `tokenizer "words-0"`},
	{"unknown option of the tokenizer", config(`"lower"`, `"upper"`), ErrArtefact, `"tokenizer.config.upper": unknown field`},
	{"class given twice", config(`"positive"`, `"negative"`), ErrArtefact, `class 1 is "negative"`},
	{"class without a name", config(`"positive"`, `""`), ErrArtefact, "distinct"},
	{"class of two lines", config(`"positive"`, `"a\nb"`), ErrArtefact, "distinct"},
}

func drop(name string) func(fstest.MapFS) { return func(m fstest.MapFS) { delete(m, name) } }

func put(name, s string) func(fstest.MapFS) {
	return func(m fstest.MapFS) { m[name] = &fstest.MapFile{Data: []byte(s)} }
}

func edit(name, old, new string) func(fstest.MapFS) {
	return func(m fstest.MapFS) { m[name].Data = replace(m[name].Data, old, new) }
}

func replace(b []byte, old, new string) []byte {
	if !strings.Contains(string(b), old) {
		panic(fmt.Sprintf("no %q in %s", old, b))
	}
	return []byte(strings.Replace(string(b), old, new, 1))
}

func changed(name string, f func([]byte) []byte) func(fstest.MapFS) {
	return func(m fstest.MapFS) { m[name].Data = f(m[name].Data) }
}

// signed also writes the checksum of the result into the card.
func signed(name string, f func([]byte) []byte) func(fstest.MapFS) {
	return func(m fstest.MapFS) {
		old := m[name].Data
		m[name].Data = f(slices.Clone(old))
		m[CardFile].Data = replace(m[CardFile].Data,
			fmt.Sprintf("\"bytes\": %d,\n      \"sha256\": %q", len(old), checksum(old)),
			fmt.Sprintf("\"bytes\": %d,\n      \"sha256\": %q", len(m[name].Data), checksum(m[name].Data)))
	}
}

func config(old, new string) func(fstest.MapFS) {
	return signed(ConfigFile, func(b []byte) []byte { return replace(b, old, new) })
}

func unlist(name string) func(fstest.MapFS) {
	return func(m fstest.MapFS) {
		var c cardFile
		if err := json.Unmarshal(m[CardFile].Data, &c); err != nil {
			panic(err)
		}
		delete(c.Files, name)
		m[CardFile].Data, _ = marshal(c)
	}
}

// clone copies a file system deeply enough to be edited.
func clone(m fstest.MapFS) fstest.MapFS {
	c := maps.Clone(m)
	for name, f := range c {
		c[name] = &fstest.MapFile{Data: slices.Clone(f.Data), Mode: f.Mode}
	}
	return c
}

func TestBrokenArtefact(t *testing.T) { testBroken(t, toy(t, 1), broken) }

// testBroken edits what good saves in each way.
func testBroken(t *testing.T, good *Artefact, cases []breakage) {
	dir := filepath.Join(t.TempDir(), "m")
	save(t, good, dir)
	files := content(t, dir)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := clone(files)
			c.edit(m)
			_, err := OpenArtefact(m)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if !strings.HasPrefix(err.Error(), "weights: ") || strings.Count(err.Error(), "weights:") > 1 || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not say %q", err, c.says)
			}
		})
	}
}

// Nesting costs neither memory nor time beyond the file's own size.
func TestNestedJSON(t *testing.T) {
	const depth = 9_000 // encoding/json stops at 10,000
	for _, c := range []struct{ open, inner, end string }{
		{"[", "1", "]"}, {`{"a":`, "1", "}"}, {"[", `"\u0000"`, "]"}, {`{"a":`, `"\u0000"`, "}"},
	} {
		data := []byte(`{"x":` + strings.Repeat(c.open, depth) + c.inner + strings.Repeat(c.end, depth) + "}")
		var v struct {
			X json.RawMessage `json:"x"`
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := UnmarshalStrict(data, &v)
		runtime.ReadMemStats(&after)
		if (err == nil) != (c.inner == "1") || err != nil && len(err.Error()) > 500 {
			t.Errorf("%s: %v", c.open, err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
			t.Errorf("%s: %d bytes allocated for %d", c.open, got, len(data))
		}
	}
}

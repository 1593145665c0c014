package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

type vocabFile struct {
	vocab *tokenize.Vocab
	data  []byte
}

func vocabulary(t testing.TB, words ...string) vocabFile {
	t.Helper()
	v, err := tokenize.BuildVocab(slices.Values(words), tokenize.VocabConfig{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := vocabBytes(v)
	if err != nil {
		t.Fatal(err)
	}
	return vocabFile{v, data}
}

// translator is an artefact with two vocabularies and other files, but no
// vocab.txt. Translators of different numbers differ in every file.
func translator(t testing.TB, n int) *Artefact {
	t.Helper()
	f, err := New([]Tensor{{Name: "decoder.weight", Shape: []int{2}, Data: []float32{1, float32(n)}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Artefact{
		Model:     "seq2seq",
		Config:    json.RawMessage(fmt.Sprintf(`{"hidden":%d}`, n)),
		Tokenizer: &tokenize.Config{Lower: true},
		Vocabs: map[string]*tokenize.Vocab{
			"source": vocabulary(t, "good", fmt.Sprintf("bad%d", n)).vocab,
			"target": vocabulary(t, "gut", fmt.Sprintf("schlecht%d", n)).vocab,
		},
		Files: map[string][]byte{
			"tokenizer.json": fmt.Appendf(nil, `{"n": %d}`, n),
			"merges":         fmt.Appendf(nil, "\xff\x00\r\n%d", n), // no text
			"empty.txt":      {},
		},
		Weights: f,
		Card:    Card{Name: "toy-translator"},
	}
}

// wholeTranslator fails unless all parts of a translator have one number.
func wholeTranslator(t *testing.T, a *Artefact) {
	t.Helper()
	n := int(tensor(t, a.Weights, "decoder.weight").Data[1])
	if want := translator(t, n); string(a.Config) != string(want.Config) || !cmp.Equal(a.Files, want.Files) || a.Vocab != nil || len(a.Vocabs) != 2 {
		t.Fatalf("weights of save %d, config %s, files %q", n, a.Config, a.Files)
	}
	for name, word := range map[string]string{"source": "bad", "target": "schlecht"} {
		if v := a.Vocabs[name]; v == nil {
			t.Fatalf("no vocabulary %q", name)
		} else if _, ok := v.ID(fmt.Sprintf("%s%d", word, n)); !ok {
			t.Fatalf("weights of save %d, vocabulary %q of another", n, name)
		}
	}
}

// An artefact without named files has the bytes that it had before there were
// any: card.json has the checksums of the others.
func TestOldBytes(t *testing.T) {
	for _, c := range []struct {
		a              *Artefact
		card, markdown string
		files          int
	}{
		{toy(t, 1), "16e3f8a827b9c2f7d6b147457a45ef1bce8ab262eb44fffae5f930d524a3f3cb", "37e8f57422d8c3c30bea2e40f0f972441e39c3f8d64e81952225fe6ba4f0525e", 5},
		{line(t), "dc2f72732cf647a470c74e8da564aa52ada99ebaac94711d71f3e9a708f6b747", "abdf0e7967f4f4290431b2e2c12b8a6f89782ee9084867b2f7e49564cfa567b3", 4},
	} {
		c.a.Vocabs, c.a.Files = map[string]*tokenize.Vocab{}, map[string][]byte{} // none, as nil
		dir := filepath.Join(t.TempDir(), "m")
		save(t, c.a, dir)
		m := content(t, dir)
		if len(m) != c.files || checksum(m[CardFile].Data) != c.card || checksum(m[MarkdownFile].Data) != c.markdown {
			t.Errorf("%s: %d files, card.json\n%s", c.a.Card.Name, len(m), m[CardFile].Data)
		}
		a, err := OpenDir(dir)
		if err != nil || a.Vocabs != nil || a.Files != nil {
			t.Errorf("%s: %v, vocabularies %v, files %v", c.a.Card.Name, err, a.Vocabs, a.Files)
		}
	}
}

// The pretrained models open, and saved again have the same bytes. Beside an
// artefact may lie files that are no part of it; its card lists those that are.
func TestPretrainedBytes(t *testing.T) {
	cards, err := filepath.Glob(filepath.Join("..", "pretrained", "*", CardFile))
	if err != nil || len(cards) < 4 {
		t.Fatalf("cards %q, %v", cards, err)
	}
	for _, card := range cards {
		dir := filepath.Dir(card)
		a, err := OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		again := filepath.Join(t.TempDir(), "m")
		save(t, a, again)
		want := content(t, dir)
		for name, f := range content(t, again) {
			if want[name] == nil || string(want[name].Data) != string(f.Data) {
				t.Errorf("%s: %s has other bytes when saved again", dir, name)
			}
		}
	}
}

// brokenNames lists what may be wrong with the named files of a translator.
var brokenNames = []breakage{
	{"no vocabulary", drop("source.vocab.txt"), fs.ErrNotExist, "source.vocab.txt"},
	{"no file", drop("tokenizer.json"), fs.ErrNotExist, "tokenizer.json"},
	{"vocabulary changed", changed("target.vocab.txt", func(b []byte) []byte { return append(b, '\n') }), ErrChecksum, "target.vocab.txt: file differs"},
	{"file changed", changed("merges", func(b []byte) []byte { b[0] ^= 1; return b }), ErrChecksum, "merges: file differs from the card: SHA-256"},
	{"file cut short", changed("merges", func(b []byte) []byte { return b[:1] }), ErrChecksum, "1 bytes, expected"},
	{"empty file with a byte", changed("empty.txt", func(b []byte) []byte { return append(b, 0) }), ErrChecksum, "1 bytes, expected 0"},
	{"vocabulary that is none", signed("source.vocab.txt", func(b []byte) []byte { return b[:8] }), tokenize.ErrVocab, "source.vocab.txt: malformed artefact"},
	{"file that is a directory", func(m fstest.MapFS) { m["merges"].Mode = fs.ModeDir }, ErrArtefact, "not a regular file"},
	{"file that is a pipe", func(m fstest.MapFS) { m["merges"].Mode = fs.ModeNamedPipe }, ErrArtefact, "not a regular file"},
	{"file of 64 MB and a byte", func(m fstest.MapFS) { m["merges"].Data = make([]byte, MaxFile+1) }, ErrArtefact, "at most 67108864"},
	{"tokenizer without vocabularies", func(m fstest.MapFS) { unlist("source.vocab.txt")(m); unlist("target.vocab.txt")(m) }, ErrArtefact, "tokenizer without"},
	{"too many files", func(m fstest.MapFS) {
		for i := range MaxFiles {
			m[CardFile].Data = replace(m[CardFile].Data, `"files": {`, fmt.Sprintf(`"files": {"x%d": {"bytes": 0, "sha256": "%s"},`, i, checksum(nil)))
		}
	}, ErrArtefact, "files: 21 under names of their own, expected at most 16"},
	{"file listed twice", edit(CardFile, `"merges": {`, `"merges": {"bytes": 0, "sha256": ""}, "merges": {`), ErrArtefact, `"files.merges": given twice`},
	{"negative length", edit(CardFile, `"merges": {`, `"more": {"bytes": -1, "sha256": "`+strings.Repeat("0", 64)+`"}, "merges": {`), ErrArtefact, "expected a length"},
	{"checksum that is none", edit(CardFile, `"merges": {`, `"more": {"bytes": 1, "sha256": ""}, "merges": {`), ErrArtefact, "64 hexadecimal"},
}

// badNames are names that no file of an artefact may have.
var badNames = []string{
	"", ".", "..", "../merges", "/merges", "a/merges", `a\\merges`, `..\\merges`, "c:merges", "merges:x", ".merges", ".next", "merges.", "a..b",
	".merges.1-1.tmp", "Merges", "MODEL.SAFETENSORS", "mérges", "a b", "a\\u0000", "con", "nul.txt", "com1.json", "aux.vocab.txt",
	CardFile, MarkdownFile, "card.json.", "model.safetensors.", ".vocab.txt", strings.Repeat("x", 101),
}

func TestBrokenNames(t *testing.T) {
	cases := brokenNames
	for _, name := range badNames {
		cases = append(cases, breakage{fmt.Sprintf("name %.20q", name), edit(CardFile, `"merges": {`, `"`+name+`": {`), ErrArtefact, ""})
	}
	testBroken(t, translator(t, 1), cases)
}

func TestSaveRefusesNames(t *testing.T) {
	refused := func(what string, a *Artefact, says string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "m")
		if err := a.Save(dir); !errors.Is(err, ErrArtefact) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", what, err, says)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the directory was made", what)
		}
	}
	for _, name := range append(badNames, WeightsFile, ConfigFile, VocabFile, "a\x00") {
		a := translator(t, 1)
		a.Files[name] = []byte("x")
		refused(fmt.Sprintf("file %q", name), a, "files: ")
	}
	for _, name := range []string{"", ".", "../a", "a/b", "A", "con", "a.", strings.Repeat("x", 95)} {
		a := translator(t, 1)
		a.Vocabs[name] = a.Vocabs["source"]
		refused(fmt.Sprintf("vocabulary %q", name), a, "vocabularies: ")
	}
	a := translator(t, 1)
	a.Files["more.vocab.txt"] = vocabulary(t, "a").data
	refused("vocabulary among the files", a, "expected it in Vocabs")
	a = translator(t, 1)
	a.Vocabs["none"] = nil
	refused("no vocabulary", a, "none.vocab.txt: malformed artefact: no vocabulary")
	a = translator(t, 1)
	for i := range MaxFiles - 4 {
		a.Files[fmt.Sprint(i)] = nil
	}
	refused("too many", a, "17 under names of their own, expected at most 16")
	a = translator(t, 1)
	a.Files["large"] = make([]byte, MaxFile+1)
	refused("large", a, "large: malformed artefact: 67108865 bytes")
}

// Names that look odd and are allowed, as many as there may be.
func TestNames(t *testing.T) {
	a := translator(t, 1)
	for _, name := range []string{"-", "_", "0", "console.txt", "source.txt", "vocab.txt.old", "wordpiece-vocab.txt", "a.b.c.d", "model.json", strings.Repeat("x", 100)} {
		a.Files[name] = []byte(name)
	}
	a.Vocabs["x.y"] = a.Vocabs["source"]
	if n := len(a.Files) + len(a.Vocabs); n != MaxFiles {
		t.Fatalf("%d names", n)
	}
	dir := filepath.Join(t.TempDir(), "m")
	save(t, a, dir)
	got, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a.Files, got.Files); d != "" || len(got.Vocabs) != 3 || got.Vocabs["x.y"] == nil {
		t.Errorf("vocabularies %v, %s", got.Vocabs, d)
	}
}

// Files that no card lists are neither read, nor replaced, nor removed.
func TestSaveKeepsWhatIsNotItsOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "m")
	save(t, toy(t, 1), dir)
	before := content(t, dir)
	path := filepath.Join(dir, "merges")
	for _, place := range []func() error{
		func() error { return os.WriteFile(path, []byte("mine"), 0o666) },
		func() error { return os.Mkdir(path, 0o777) },
	} {
		if err := place(); err != nil {
			t.Fatal(err)
		}
		if err := translator(t, 1).Save(dir); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "merges: file already exists") {
			t.Errorf("saved over the file of another: %v", err)
		}
		if whole(t, dir).Files != nil {
			t.Error("an unlisted file was read")
		}
		save(t, toy(t, 1), dir)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, content(t, dir)); d != "" {
			t.Error(d)
		}
	}
	// Its own files are replaced, and removed when they are no longer part.
	save(t, translator(t, 1), dir)
	save(t, translator(t, 2), dir)
	whole(t, dir)
	save(t, toy(t, 1), dir)
	if d := cmp.Diff(before, content(t, dir)); d != "" {
		t.Error(d)
	}
}

package corpus

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorgonia-zoo/zoo/internal/hostile"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

func encoded(t testing.TB, c *Corpus) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// corpora are of every shape.
func corpora(t testing.TB) map[string]*Corpus {
	return map[string]*Corpus{
		"texts":       build(t, "A film, a FILM!", "", "an ending", "ünïcödé 電影 👍"),
		"no texts":    build(t),
		"empty texts": build(t, "", ""),
		"one":         build(t, "x"),
		"sets":        {Words: []string{"a"}, Texts: [][]int32{{0}, {}, {0}}, Labels: []int32{-1, -1, -1}, Classes: []string{"x", "y"}, Sets: [][]int32{{0, 1}, {}, {1}}},
		"numbers":     {Words: []string{"a"}, Texts: [][]int32{{0}, {}}, Labels: []int32{-1, -1}, Values: []float64{1.5, -3}},
		"no classes":  {Words: []string{"a"}, Texts: [][]int32{{0, 0}}, Labels: []int32{-1}},
	}
}

func TestRoundTrip(t *testing.T) {
	for name, c := range corpora(t) {
		data := encoded(t, c)
		got, err := decode(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again := encoded(t, got); !bytes.Equal(again, data) {
			t.Errorf("%s: encoded again it differs", name)
		}
		if c.Tokens() != got.Tokens() || len(c.Texts) != len(got.Texts) {
			t.Errorf("%s: %d tokens of %d texts, want %d of %d", name, got.Tokens(), len(got.Texts), c.Tokens(), len(c.Texts))
		}
	}
	c := corpora(t)["texts"]
	got, err := decode(encoded(t, c))
	if diff := cmp.Diff(c, got); diff != "" || err != nil {
		t.Errorf("%v: %s", err, diff)
	}
}

// Every truncation, every flipped bit and every byte too many is noticed.
func TestDamageIsNoticed(t *testing.T) {
	data := encoded(t, corpora(t)["texts"])
	for n := range data {
		if _, err := decode(data[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are accepted", n, len(data))
		}
		for bit := range 8 {
			flipped := bytes.Clone(data)
			flipped[n] ^= 1 << bit
			if _, err := decode(flipped); err == nil {
				t.Errorf("bit %d of byte %d flipped is accepted", bit, n)
			}
		}
	}
	if _, err := decode(append(bytes.Clone(data), 0)); err == nil {
		t.Error("a byte too many is accepted")
	}
	t.Logf("%d files cut off, %d with a flipped bit, all refused", len(data), 8*len(data))
}

// sealed gives a body the checksum that decode demands: what only malice or a
// faulty version writes.
func sealed(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append(bytes.Clone(body), sum[:]...)
}

// Behind a right checksum nothing is believed either.
func TestSealedDamage(t *testing.T) {
	data := encoded(t, corpora(t)["texts"])
	body := data[:len(data)-sha256.Size]
	for n := range body {
		for _, change := range []func([]byte) []byte{
			func(b []byte) []byte { return b[:n] },
			func(b []byte) []byte { b[n] ^= 0xff; return b },
			func(b []byte) []byte { b[n] ^= 1; return b },
			func(b []byte) []byte {
				if n+4 <= len(b) {
					binary.LittleEndian.PutUint32(b[n:], 0x7fffffff)
				}
				return b
			},
		} {
			if c, err := decode(sealed(change(bytes.Clone(body)))); err == nil {
				if err := c.Check(); err != nil {
					t.Errorf("byte %d: accepted, but %v", n, err)
				}
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range corpora(f) {
		data := encoded(f, c)
		f.Add(data[:len(data)-sha256.Size])
	}
	f.Add([]byte(magic + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := decode(body); err == nil {
			return // the fuzzer has found a SHA-256
		}
		var c *Corpus
		var err error
		whole := sealed(body)
		hostile.Bounded(t, len(whole), 1<<20, 50, func() { c, err = decode(whole) })
		if err != nil {
			return
		}
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		if n := c.Tokens(); 4*n > len(body) {
			t.Fatalf("%d tokens in %d bytes", n, len(body))
		}
		again, err := decode(encoded(t, c))
		if diff := cmp.Diff(c, again); err != nil || diff != "" {
			t.Fatalf("%v: %s", err, diff)
		}
	})
}

func TestCached(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "when needed")
	c := build(t, "a film", "an ending")
	built := 0
	cached := func(dir, key string) (hit bool) {
		t.Helper()
		got, hit, err := Cached(dir, key, func() (*Corpus, error) { built++; return c, nil })
		if diff := cmp.Diff(c, got); err != nil || diff != "" {
			t.Fatalf("%v: %s", err, diff)
		}
		return hit
	}
	if cached(dir, "k") || !cached(dir, "k") || cached(dir, "other") || built != 2 {
		t.Errorf("built %d times, want 2: once for each key", built)
	}
	path := filepath.Join(dir, "k.corpus")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(data); n += 7 { // a damaged file is built anew, and replaced
		if err := os.WriteFile(path, data[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if cached(dir, "k") {
			t.Fatalf("%d bytes served", n)
		}
		if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("after damage at %d the file is not whole again (%v)", n, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o755); err != nil { // can be neither read nor written
		t.Fatal(err)
	}
	before := built
	if cached(dir, "k") || cached(dir, "") || cached("", "k") || built != before+3 {
		t.Error("served from no cache")
	}
	broken := errors.New("broken")
	if _, _, err := Cached(dir, "new", func() (*Corpus, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if entries, _ := filepath.Glob(filepath.Join(dir, "*new*")); len(entries) > 0 {
		t.Errorf("a failure was kept: %q", entries)
	}
}

// A key changes with whatever changes the corpus, and with nothing else.
func TestKey(t *testing.T) {
	dir := t.TempDir()
	table := filepath.Join(dir, "table.csv")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	key := func(path, part string, lower bool, choice any) string {
		t.Helper()
		k, err := Key(path, part, tokenize.Config{Lower: lower}, choice)
		if err != nil || len(k) != 64 {
			t.Fatalf("key %q, %v", k, err)
		}
		return k
	}
	write(table, "text,label\na,b\n")
	first := key(table, "train", true, "columns")
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(table, later, later); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "copy.csv")
	write(copied, "text,label\na,b\n")
	if key(table, "train", true, "columns") != first || key(copied, "train", true, "columns") != first {
		t.Error("the key of a file depends on more than its bytes")
	}
	write(copied, "text,label\na,c\n")
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "pos"), 0o755); err != nil {
		t.Fatal(err)
	}
	review := filepath.Join(folder, "pos", "1_9.txt")
	write(review, "good")
	keys := map[string]string{}
	add := func(what, k string) {
		t.Helper()
		if other, ok := keys[k]; ok {
			t.Errorf("%s has the key of %s", what, other)
		}
		keys[k] = what
	}
	add("the table", first)
	add("other bytes", key(copied, "train", true, "columns"))
	add("another part", key(table, "test", true, "columns"))
	add("another tokenizer", key(table, "train", false, "columns"))
	add("other columns", key(table, "train", true, "others"))
	add("a folder", key(folder, "train", true, nil))
	if err := os.Chtimes(review, later, later); err != nil {
		t.Fatal(err)
	}
	add("a folder with a newer file", key(folder, "train", true, nil))
	write(filepath.Join(folder, "pos", "2_9.txt"), "fine")
	add("a folder with another file", key(folder, "train", true, nil))
	if _, err := Key(filepath.Join(dir, "absent"), "train", tokenize.Config{}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// The fingerprint follows the texts and labels, not how they are packed.
func TestFingerprint(t *testing.T) {
	print := func(c *Corpus) string {
		t.Helper()
		p, err := c.Fingerprint()
		if err != nil || len(p) != 64 {
			t.Fatalf("%q, %v", p, err)
		}
		return p
	}
	a := build(t, "a b", "c")
	again, err := decode(encoded(t, a))
	if err != nil {
		t.Fatal(err)
	}
	if print(a) != print(again) || print(a) != print(build(t, "A  B", "c")) {
		t.Error("the same texts have several fingerprints")
	}
	relabelled := build(t, "a b", "c")
	relabelled.Labels[0] = 1
	renamed := build(t, "a b", "c")
	renamed.Classes[0] = "bad"
	for name, other := range map[string]*Corpus{
		"other texts": build(t, "a b", "d"), "another order": build(t, "c", "a b"), "other limits": build(t, "a", "b c"),
		"another label": relabelled, "another class": renamed,
	} {
		if print(other) == print(a) {
			t.Errorf("%s: the same fingerprint", name)
		}
	}
}

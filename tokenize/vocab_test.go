package tokenize

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/internal/hostile"
)

func build(t *testing.T, text string, cfg VocabConfig) *Vocab {
	t.Helper()
	v, err := BuildVocab(slices.Values(strings.Fields(text)), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestBuildVocab(t *testing.T) {
	const corpus = "b a c a b a d é Z <pad> <pad> <pad>"
	for _, c := range []struct {
		name string
		cfg  VocabConfig
		want string
	}{
		{"default", VocabConfig{}, "<unk> <pad> a b Z c d é"},
		{"size counts specials", VocabConfig{MaxSize: 4}, "<unk> <pad> a b"},
		{"specials alone", VocabConfig{MaxSize: 2}, "<unk> <pad>"},
		{"more than there is", VocabConfig{MaxSize: 99}, "<unk> <pad> a b Z c d é"},
		{"count", VocabConfig{MinCount: 2}, "<unk> <pad> a b"},
		{"both", VocabConfig{MinCount: 2, MaxSize: 3}, "<unk> <pad> a"},
		{"own specials", VocabConfig{Specials: []string{"<pad>", "d", "<unk>"}}, "<pad> d <unk> a b Z c é"},
		{"without padding", VocabConfig{Specials: []string{"<unk>"}, MaxSize: 2}, "<unk> <pad>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := build(t, corpus, c.cfg)
			want := strings.Fields(c.want)
			if diff := cmp.Diff(want, v.tokens); diff != "" {
				t.Fatal(diff)
			}
			for i, token := range want {
				if id, ok := v.ID(token); !ok || int(id) != i {
					t.Errorf("ID(%q) = %d, %v", token, id, ok)
				}
				if got, ok := v.Token(int32(i)); !ok || got != token {
					t.Errorf("Token(%d) = %q, %v", i, got, ok)
				}
			}
		})
	}
}

func TestBuildVocabRefuses(t *testing.T) {
	for name, cfg := range map[string]VocabConfig{
		"negative size":       {MaxSize: -1},
		"absurd size":         {MaxSize: MaxVocab + 1},
		"negative count":      {MinCount: -1},
		"no room":             {MaxSize: 1},
		"no unknown":          {Specials: []string{"<pad>"}},
		"no specials":         {Specials: []string{}},
		"special twice":       {Specials: []string{"<unk>", "a", "a"}},
		"empty special":       {Specials: []string{"<unk>", ""}},
		"unknown in the rest": {Specials: []string{"x"}},
	} {
		if _, err := BuildVocab(slices.Values([]string{"a", "<unk>"}), cfg); !errors.Is(err, ErrVocab) || !strings.HasPrefix(err.Error(), "tokenize: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := BuildVocab(slices.Values([]string{"a", ""}), VocabConfig{}); !errors.Is(err, ErrVocab) {
		t.Errorf("empty token: %v", err)
	}
}

func TestEncodeDecode(t *testing.T) {
	v := build(t, "so it goes so it so", VocabConfig{})
	ids := v.Encode([]int32{7}, []string{"so", "what", "<pad>", "goes", ""})
	if diff := cmp.Diff([]int32{7, 2, 0, 1, 4, 0}, ids); diff != "" {
		t.Error(diff)
	}
	tokens, err := v.Decode([]string{"x"}, ids[1:])
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"x", "so", "<unk>", "<pad>", "goes", "<unk>"}, tokens); diff != "" {
		t.Error(diff)
	}
	for _, id := range []int32{-1, 5, 1 << 30} {
		if _, err := v.Decode(nil, []int32{0, id}); err == nil || !strings.Contains(err.Error(), "position 1") {
			t.Errorf("Decode of %d: %v", id, err)
		}
		if _, ok := v.Token(id); ok {
			t.Errorf("Token(%d)", id)
		}
	}
}

func TestVocabFile(t *testing.T) {
	v := build(t, `a b a " \ \n é 我 👍`, VocabConfig{})
	odd, err := newVocab([]string{"<pad>", "<unk>", "two words", "\n", "\xff\xc3", "\u00a0", "\u200d", "\x00\x7f", `\x20`, "\r"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		v    *Vocab
		want string
	}{
		{v, "zoo-vocab 1 10 2\n<unk>\n<pad>\na\n\"\n\\\\\n\\\\n\nb\né\n我\n👍\n"},
		{odd, "zoo-vocab 1 10 2\n<pad>\n<unk>\ntwo\\x20words\n\\x0a\n\\xff\\xc3\n\\xc2\\xa0\n\\xe2\\x80\\x8d\n\\x00\\x7f\n\\\\x20\n\\x0d\n"},
	} {
		var b bytes.Buffer
		n, err := c.v.WriteTo(&b)
		if err != nil || n != int64(b.Len()) || b.String() != c.want {
			t.Errorf("WriteTo: %d, %v\n%s\nwant\n%s", n, err, b.String(), c.want)
		}
		got, err := ReadVocab(iotest.OneByteReader(&b))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.v, got, cmp.AllowUnexported(Vocab{})); diff != "" {
			t.Error(diff)
		}
	}
}

// full fails once n bytes are written.
type full struct{ n int }

var errFull = errors.New("full")

func (w *full) Write(p []byte) (int, error) {
	if len(p) > w.n {
		return w.n, errFull
	}
	w.n -= len(p)
	return len(p), nil
}

func TestVocabWriteErrors(t *testing.T) {
	v := build(t, strings.Join(madeUp(200), " "), VocabConfig{})
	for _, n := range []int{0, 100, 70_000} {
		if got, err := v.WriteTo(&full{n}); !errors.Is(err, errFull) || got > int64(n) {
			t.Errorf("full after %d: %d, %v", n, got, err)
		}
	}
	long, err := newVocab([]string{UNK, strings.Repeat("x", maxVocabLine)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := long.WriteTo(io.Discard); !errors.Is(err, ErrVocab) {
		t.Errorf("a token that could not be read back: %v", err)
	}
}

func TestReadVocabRefuses(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "line 1"},
		{"no newline", "zoo-vocab 1 1 1", "line 1"},
		{"other file", "PK\x03\x04\n", "line 1: invalid vocabulary: header"},
		{"no counts", "zoo-vocab 1\n", "line 1"},
		{"later version", "zoo-vocab 2 1 1\n<unk>\n", "format version"},
		{"one more field", "zoo-vocab 1 1 1 1\n<unk>\n", "line 1"},
		{"carriage return", "zoo-vocab 1 1 1\r\n<unk>\r\n", "line 1"},
		{"no tokens", "zoo-vocab 1 0 0\n", "number of tokens"},
		{"negative", "zoo-vocab 1 -1 1\n", "number of tokens"},
		{"signed", "zoo-vocab 1 +1 1\n<unk>\n", "number of tokens"},
		{"leading zero", "zoo-vocab 1 01 1\n<unk>\n", "number of tokens"},
		{"absurd", "zoo-vocab 1 99999999999999999999 1\n<unk>\n", "number of tokens"},
		{"too many", "zoo-vocab 1 16777217 1\n<unk>\n", "number of tokens"},
		{"huge and cut", "zoo-vocab 1 16777216 1\n<unk>\n", "line 3"},
		{"more specials than tokens", "zoo-vocab 1 1 2\n<unk>\n", "number of specials"},
		{"no specials", "zoo-vocab 1 1 0\n<unk>\n", "number of specials"},
		{"too few tokens", "zoo-vocab 1 2 1\n<unk>\n", "line 3"},
		{"last newline", "zoo-vocab 1 2 1\n<unk>\na", "line 3"},
		{"trailing token", "zoo-vocab 1 1 1\n<unk>\na\n", "line 3: invalid vocabulary: data after"},
		{"trailing newline", "zoo-vocab 1 1 1\n<unk>\n\n", "line 3"},
		{"empty token", "zoo-vocab 1 2 1\n<unk>\n\n", "line 3: invalid vocabulary: empty"},
		{"twice", "zoo-vocab 1 3 1\n<unk>\na\na\n", "line 4: invalid vocabulary: token \"a\" is already on line 3"},
		{"no unknown", "zoo-vocab 1 1 1\na\n", `no "<unk>"`},
		{"unknown not special", "zoo-vocab 1 2 1\na\n<unk>\n", `no "<unk>"`},
		{"blank", "zoo-vocab 1 2 1\n<unk>\na b\n", "line 3: invalid vocabulary: token must be written"},
		{"return", "zoo-vocab 1 2 1\n<unk>\na\r\n", "line 3: invalid vocabulary: token must be written"},
		{"broken UTF-8", "zoo-vocab 1 2 1\n<unk>\n\xff\n", "line 3: invalid vocabulary: token must be written"},
		{"needless escape", "zoo-vocab 1 2 1\n<unk>\n\\x41\n", `written "A"`},
		{"upper case", "zoo-vocab 1 2 1\n<unk>\n\\x0A\n", "must be written"},
		{"unknown escape", "zoo-vocab 1 2 1\n<unk>\na\\n\n", "line 3: invalid vocabulary: column 2"},
		{"cut escape", "zoo-vocab 1 2 1\n<unk>\n\\x0\n", "column 1"},
		{"no digits", "zoo-vocab 1 2 1\n<unk>\n\\xg0\n", "column 1"},
		{"sign for a digit", "zoo-vocab 1 2 1\n<unk>\n\\x+1\n", "column 1"},
		{"long line", "zoo-vocab 1 2 1\n<unk>\n" + strings.Repeat("a", maxVocabLine) + "\n", "line 3: invalid vocabulary: longer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := ReadVocab(strings.NewReader(c.file))
			if v != nil || !errors.Is(err, ErrVocab) || !strings.HasPrefix(err.Error(), "tokenize: read vocabulary: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	broken := errors.New("broken")
	if _, err := ReadVocab(io.MultiReader(strings.NewReader("zoo-vocab 1 1 1\n<unk>\n"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a reader's error became %v", err)
	}
}

// FuzzReadVocab: whatever is accepted is written again in the same bytes.
func FuzzReadVocab(f *testing.F) {
	f.Add([]byte("zoo-vocab 1 4 2\n<unk>\n<pad>\na\\x20b\\\\\né\n"))
	f.Add([]byte("zoo-vocab 1 16777216 1\n<unk>\n"))
	f.Add([]byte("zoo-vocab 1 2 1\n<unk>\n\\xe2\\x80\\x8d\n"))
	f.Add([]byte("zoo-vocab 1 3 1\n<unk>\na\na\n"))
	f.Add([]byte("zoo-vocab 1 99999999999999999999 1\n<unk>\n"))
	f.Add([]byte("zoo-vocab 1 2 1\n<unk>\n\\xg0"))
	f.Fuzz(func(t *testing.T, file []byte) {
		var v *Vocab
		var err error
		hostile.Bounded(t, len(file), 1<<20, 200, func() { v, err = ReadVocab(bytes.NewReader(file)) })
		if err != nil {
			return
		}
		var b bytes.Buffer
		if _, err := v.WriteTo(&b); err != nil || !bytes.Equal(b.Bytes(), file) {
			t.Errorf("%v: %q became %q", err, file, b.Bytes())
		}
	})
}

// FuzzVocab: any tokens survive the way through a file.
func FuzzVocab(f *testing.F) {
	f.Add("a", "\x00\n\\ \xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		if a == "" || b == "" || len(a)+len(b) > maxVocabLine/4-1 {
			return
		}
		v, err := BuildVocab(slices.Values([]string{a, b, a}), VocabConfig{})
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if _, err := v.WriteTo(&file); err != nil {
			t.Fatal(err)
		}
		got, err := ReadVocab(&file)
		if err != nil || !slices.Equal(got.tokens, v.tokens) {
			t.Errorf("%q became %v, %v", v.tokens, got, err)
		}
	})
}

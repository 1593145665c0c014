package tokenize

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// goldenLine is a line of testdata/subword.jsonl, which subword.py there
// explains.
type goldenLine struct {
	Text                          *string
	Uncased, Cased, Bytes, Spaced []int32
	Places                        [][2]int
	First, Second                 string
	Limit                         int
	Types                         []int32
}

func golden(t testing.TB) []goldenLine {
	t.Helper()
	var lines []goldenLine
	s := bufio.NewScanner(bytes.NewReader(testdata(t, "subword.jsonl")))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var l goldenLine
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if s.Err() != nil || len(lines) < 100 {
		t.Fatal(len(lines), s.Err())
	}
	return lines
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readSubwordFiles(t testing.TB, files SubwordFiles) Subword {
	t.Helper()
	s, err := ReadSubword(files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func uncased(t testing.TB) Subword {
	return readSubwordFiles(t, SubwordFiles{Tokenizer: testdata(t, "wordpiece.json")})
}

func roberta(t testing.TB) Subword {
	return readSubwordFiles(t, SubwordFiles{Tokenizer: testdata(t, "bytepair.json")})
}

func spaced(t testing.TB) Subword {
	return readSubwordFiles(t, SubwordFiles{Tokenizer: testdata(t, "bytepair.json"), Config: []byte(`{"add_prefix_space":true}`)})
}

func TestGolden(t *testing.T) {
	uncased, roberta, spaced := uncased(t), roberta(t), spaced(t)
	cased := readSubwordFiles(t, SubwordFiles{Tokenizer: testdata(t, "wordpiece.json"), Config: []byte(`{"do_lower_case":false}`)})
	check := func(name, text string, got, want []int32) {
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q:\ngot  %d\nwant %d", name, text, got, want)
		}
	}
	for _, l := range golden(t) {
		if l.Text == nil {
			ids, types, _ := uncased.EncodePair(nil, nil, l.First, l.Second, l.Limit)
			check("pair", l.First+"|"+l.Second, ids, l.Uncased)
			check("types", l.First+"|"+l.Second, types, l.Types)
			ids, types, _ = roberta.EncodePair(ids[:0], types[:0], l.First, l.Second, l.Limit)
			check("pair of bytes", l.First+"|"+l.Second, ids, l.Bytes)
			check("types of bytes", l.First+"|"+l.Second, types, make([]int32, len(ids)))
			continue
		}
		for _, c := range []struct {
			name string
			s    Subword
			want []int32
		}{{"uncased", uncased, l.Uncased}, {"cased", cased, l.Cased}, {"bytes", roberta, l.Bytes}, {"spaced", spaced, l.Spaced}} {
			got, truncated := c.s.Encode(nil, *l.Text, 0)
			check(c.name, *l.Text, got, c.want)
			if truncated {
				t.Errorf("%s: %q: truncated without a limit", c.name, *l.Text)
			}
		}
		// Where marks change places, the reference says so in its own way.
		if pieces := uncased.Pieces(*l.Text); !strings.Contains(*l.Text, "\u1dfb") {
			var places [][2]int
			for _, p := range pieces {
				places = append(places, [2]int{p.Begin, p.End})
			}
			if !slices.Equal(places, l.Places) {
				t.Errorf("places: %q:\ngot  %d\nwant %d", *l.Text, places, l.Places)
			}
		}
	}
}

// A tokenizer of the same pieces, from the other files that may hold them.
func TestOtherFiles(t *testing.T) {
	w := uncased(t).(*WordPiece)
	var vocab strings.Builder
	for id := range w.Len() {
		token, _ := w.Token(int32(id))
		vocab.WriteString(token + "\n")
	}
	b := roberta(t).(*BytePair)
	ids := map[string]int32{}
	for id := range b.Len() {
		token, _ := b.Token(int32(id))
		ids[token] = int32(id)
	}
	vocabJSON, _ := json.Marshal(ids)
	merges := "#version: 0.2\n"
	for _, pair := range b.Merges() {
		merges += pair[0] + " " + pair[1] + "\n"
	}
	text := readSubwordFiles(t, SubwordFiles{Vocab: []byte(vocab.String())})
	windows := readSubwordFiles(t, SubwordFiles{Vocab: []byte(strings.ReplaceAll(vocab.String(), "\n", "\r\n"))})
	pair := readSubwordFiles(t, SubwordFiles{VocabJSON: vocabJSON, Merges: []byte(merges)})
	for _, l := range golden(t) {
		if l.Text == nil {
			continue
		}
		for _, c := range []struct{ got, want Subword }{{text, w}, {windows, w}, {pair, b}} {
			got, _ := c.got.Encode(nil, *l.Text, 0)
			if want, _ := c.want.Encode(nil, *l.Text, 0); !slices.Equal(got, want) {
				t.Errorf("%q: %d, from tokenizer.json %d", *l.Text, got, want)
			}
		}
	}
	if text.Special() != w.Special() || pair.Special() != b.Special() {
		t.Errorf("special tokens %+v and %+v, from tokenizer.json %+v and %+v", text.Special(), pair.Special(), w.Special(), b.Special())
	}
	again, err := NewWordPiece(w.tokens, w.Config())
	if err != nil || again.Len() != w.Len() {
		t.Error("a WordPiece made of its parts:", err)
	}
	if _, err := NewBytePair(b.tokens, b.Merges(), b.Config()); err != nil {
		t.Error("a BytePair made of its parts:", err)
	}
}

// checkSubword demands of any text what must hold for every text.
func checkSubword(t *testing.T, s Subword, text string) {
	ids, _ := s.Encode(nil, text, 0)
	frame := len(ids)
	again, _ := s.Encode([]int32{-7}, text, 0)
	if again[0] != -7 || !slices.Equal(ids, again[1:]) {
		t.Fatalf("%q: %d, then %d", text, ids, again)
	}
	for _, id := range ids {
		if token, ok := s.Token(id); !ok {
			t.Fatalf("%q: id %d of %d", text, id, s.Len())
		} else if back, ok := s.ID(token); !ok || back != id {
			t.Fatalf("id %d is %q, whose id is %d", id, token, back)
		}
	}
	pieces := s.Pieces(text)
	if frame -= len(pieces); frame != 2 {
		t.Fatalf("%q: %d ids, %d pieces", text, len(ids), len(pieces))
	}
	begin, end := 0, 0
	for i, p := range pieces {
		if p.ID != ids[i+1] {
			t.Fatalf("%q: piece %d has the id %d, encoded %d", text, i, p.ID, ids[i+1])
		}
		if p.Begin < begin || p.End < end || p.Begin > p.End || p.End > len(text) {
			t.Fatalf("%q: piece %d stands in %d:%d, the one before in %d:%d", text, i, p.Begin, p.End, begin, end)
		}
		begin, end = p.Begin, p.End
	}
	for _, limit := range []int{1, 2, 3, 5, len(ids) - 1, len(ids), len(ids) + 1} {
		if limit < 1 {
			continue
		}
		short, truncated := s.Encode(nil, text, limit)
		want := max(2, min(limit, len(ids)))
		if len(short) != want || truncated != (want < len(ids)) {
			t.Fatalf("%q: %d ids with limit %d of %d, truncated %v", text, len(short), limit, len(ids), truncated)
		}
		if !slices.Equal(short[:want-1], ids[:want-1]) || short[want-1] != ids[len(ids)-1] {
			t.Fatalf("%q: limit %d: %d of %d", text, limit, short, ids)
		}
	}
	pair, types, _ := s.EncodePair(nil, nil, text, text, 0)
	if len(pair) != len(types) || len(pair) < 2*len(pieces)+3 {
		t.Fatalf("%q: pair of %d ids, %d types", text, len(pair), len(types))
	}
	if limit := len(pieces) + 5; len(pieces) > 5 {
		short, _, truncated := s.EncodePair(nil, nil, text, text, limit)
		if len(short) != limit || !truncated {
			t.Fatalf("%q: pair of %d ids with limit %d, truncated %v", text, len(short), limit, truncated)
		}
	}
}

func TestSubwordProperties(t *testing.T) {
	all := []Subword{uncased(t), roberta(t), spaced(t)}
	for _, text := range append(oddTexts(), strings.Repeat("many words of a film ", 2000), strings.Repeat("x", 20000), strings.Repeat("〮́̀", 3000)) {
		for _, s := range all {
			checkSubword(t, s, text)
		}
	}
}

// oddTexts are the lines of the golden file in reach of the fuzzer, and others
// that are not UTF-8.
func oddTexts() []string {
	return []string{"", " ", "don't é e\u0301 東京 [MASK] <mask>", "\xff", "a\xffb\xc3", "\xed\xa0\x80", "é\xcc", "\xf0\x9f\x98", "\u302f\u302e\u1dfb", "x\x00y\u200b", "[MASK", "\U000e0041", "   \n  a", "''s", "\u0130"}
}

// Bytes that are not UTF-8 are U+FFFD, one each.
func TestBrokenUTF8(t *testing.T) {
	for _, s := range []Subword{uncased(t), roberta(t)} {
		for _, text := range oddTexts() {
			if utf8.ValidString(text) {
				continue
			}
			got, _ := s.Encode(nil, text, 0)
			if want, _ := s.Encode(nil, string([]rune(text)), 0); !slices.Equal(got, want) {
				t.Errorf("%q: %d, want %d", text, got, want)
			}
		}
	}
}

func TestSubwordConcurrently(t *testing.T) {
	lines := golden(t)
	w, b := uncased(t), roberta(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var ids []int32
			for _, l := range lines {
				if l.Text == nil {
					continue
				}
				if ids, _ = w.Encode(ids[:0], *l.Text, 0); !slices.Equal(ids, l.Uncased) {
					t.Errorf("%q: %d", *l.Text, ids)
				}
				if ids, _ = b.Encode(ids[:0], *l.Text, 0); !slices.Equal(ids, l.Bytes) {
					t.Errorf("%q: %d", *l.Text, ids)
				}
			}
		})
	}
	wg.Wait()
}

// Nothing is allocated for a text but what its ids take.
func TestSubwordAllocations(t *testing.T) {
	text := strings.Repeat("the film is good and café 東京 don't ", 20)
	for _, s := range []*subword{&uncased(t).(*WordPiece).subword, &roberta(t).(*BytePair).subword} {
		var w subwork
		s.encode(&w, nil, text, 0)
		if n := testing.AllocsPerRun(100, func() { s.encode(&w, w.ids[:0], text, 0) }); n != 0 {
			t.Errorf("%T: %v allocations a text", s.cutter, n)
		}
	}
}

func FuzzWordPiece(f *testing.F) {
	s := uncased(f)
	for _, text := range oddTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkSubword(t, s, text) })
}

func FuzzBytePair(f *testing.F) {
	s, spaced := roberta(f), spaced(f)
	for _, text := range oddTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkSubword(t, s, text)
		checkSubword(t, spaced, text)
	})
}

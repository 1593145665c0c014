package tokenize

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// sentences are a few hundred texts of a small language.
func sentences(seed uint64) []string {
	rng := rand.New(rand.NewPCG(seed, 7))
	words := strings.Fields("der die das ein eine Mann Männer Frau Frauen läuft laufen spielt Gitarre Straße auf unter neben am Strand , . zwei 23 don't they're naïve 猫 🙂")
	var all []string
	for range 300 {
		var s []string
		for range 1 + rng.IntN(12) {
			s = append(s, words[rng.IntN(len(words))])
		}
		all = append(all, strings.Join(s, " "))
	}
	return all
}

func learned(t testing.TB, texts []string, cfg LearnConfig) *BytePair {
	t.Helper()
	b, err := LearnBytePair(slices.Values(texts), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLearnBytePair(t *testing.T) {
	texts := sentences(1)
	b := learned(t, texts, LearnConfig{Size: 350})
	if b.Len() > 350 || b.Len() < 300 {
		t.Errorf("%d ids", b.Len())
	}
	if s := b.Special(); s.CLS != 0 || s.SEP != 1 || s.PAD != -1 || s.UNK != -1 {
		t.Errorf("%+v", s)
	}
	// The order of the texts does not matter, and neither does cutting them.
	shuffled := slices.Clone(texts)
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if again := learned(t, shuffled, LearnConfig{Size: 350}); !slices.Equal(again.Merges(), b.Merges()) {
		t.Error("another order of the texts gives other merges")
	}
	// A larger size begins with the merges of a smaller one.
	if large := learned(t, texts, LearnConfig{Size: 400, MinCount: 1}); !slices.Equal(large.Merges()[:len(b.Merges())], b.Merges()) {
		t.Error("a larger size begins with other merges")
	}
	if id, ok := b.ID("ĠMann"); !ok {
		t.Errorf("a frequent word is no piece: %d", id)
	}
	read, err := ReadLearned(b.MergesFile())
	if err != nil || !slices.Equal(read.tokens, b.tokens) || !slices.Equal(read.Merges(), b.Merges()) {
		t.Errorf("read from its file it is another one: %v", err)
	}
	for _, bad := range []LearnConfig{{}, {Size: 257}, {Size: MaxSubwords + 1}, {Size: 300, MinCount: -1}} {
		if _, err := LearnBytePair(slices.Values(texts), bad); err == nil {
			t.Errorf("%+v: accepted", bad)
		}
	}
	if none := learned(t, nil, LearnConfig{Size: 300}); none.Len() != 258 {
		t.Errorf("from no texts: %d ids", none.Len())
	}
}

// By brute force: every merge is the most frequent pair, counted anew.
func TestLearnBytePairCountsEveryPair(t *testing.T) {
	texts := sentences(2)[:60]
	b := learned(t, texts, LearnConfig{Size: 400, MinCount: 3})
	var words [][]int32
	for _, text := range texts {
		if text[0] != ' ' {
			text = " " + text
		}
		for len(text) > 0 {
			n := gpt2Next(gpt2Runes(), text)
			var w []int32
			for i := range n {
				w = append(w, b.bytes[text[i]])
			}
			words, text = append(words, w), text[n:]
		}
	}
	for step := 0; ; step++ {
		counts := map[uint64]int{}
		for _, w := range words {
			for i := range len(w) - 1 {
				counts[pairKey(w[i], w[i+1])]++
			}
		}
		best, most := uint64(0), 0
		for k, n := range counts {
			if n > most || n == most && k < best {
				best, most = k, n
			}
		}
		if most < 3 {
			if step != len(b.Merges()) {
				t.Fatalf("%d merges, want %d", len(b.Merges()), step)
			}
			return
		}
		if step == len(b.Merges()) {
			t.Fatalf("merge %d is missing", step)
		}
		left, right := int32(best>>32), int32(uint32(best))
		if want := [2]string{b.tokens[left], b.tokens[right]}; b.Merges()[step] != want {
			t.Fatalf("merge %d is %q, want %q, %d times", step, b.Merges()[step], want, most)
		}
		made := b.ids[b.tokens[left]+b.tokens[right]]
		for i, w := range words {
			var kept []int32
			for j := 0; j < len(w); j++ {
				if j+1 < len(w) && w[j] == left && w[j+1] == right {
					kept = append(kept, made)
					j++
				} else {
					kept = append(kept, w[j])
				}
			}
			words[i] = kept
		}
	}
}

func TestDecode(t *testing.T) {
	b := learned(t, sentences(3), LearnConfig{Size: 350})
	plain, err := NewBytePair(b.tokens, b.Merges(), BytePairConfig{SubwordConfig: b.cfg.SubwordConfig})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", " ", "Ein Mann .", "  two  blanks ", "\ttab\n", "</s><s>", "naïve 🙂\x00", "猫", strings.Repeat("ab", 300)} {
		ids, _ := b.Encode(nil, text, 0)
		if got, want := b.Decode(ids), strings.TrimPrefix(text, " "); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
		ids, _ = plain.Encode(nil, text, 0)
		if got := plain.Decode(ids); got != text {
			t.Errorf("without PrefixSpace %q becomes %q", text, got)
		}
	}
	if got := b.Decode([]int32{-1, 0, 1, int32(b.Len())}); got != "" {
		t.Errorf("ids of no text give %q", got)
	}
	if got := b.Decode([]int32{b.bytes[0xc3]}); got != "\uFFFD" {
		t.Errorf("half a character gives %q", got)
	}
}

// Every byte has a spelling that Decode knows.
func TestGPT2Byte(t *testing.T) {
	for c, s := range gpt2Bytes() {
		r, _ := utf8.DecodeRuneInString(s)
		if got, ok := gpt2Byte(r); !ok || int(got) != c {
			t.Errorf("byte %d is spelt %q, which is read as %d, %v", c, s, got, ok)
		}
	}
}

func FuzzDecode(f *testing.F) {
	b := learned(f, sentences(4), LearnConfig{Size: 330})
	for _, text := range sentences(5)[:5] {
		f.Add(text)
	}
	f.Add("\xff\xfe a\u0300 \u2028")
	f.Fuzz(func(t *testing.T, text string) {
		ids, _ := b.Encode(nil, text, 0)
		want := strings.TrimPrefix(string([]rune(text)), " ")
		if got := b.Decode(ids); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}

func TestReadLearnedRefuses(t *testing.T) {
	for name, file := range map[string]string{
		"not UTF-8": "\xff a\n", "one piece": "a\n", "three": "a b c\n", "unknown": "a bc\n", "a character": "a 猫\n",
		"twice": "a b\na b\n", "special": "<s> a\n", "empty line": "a b\n\nb c\n",
	} {
		if _, err := ReadLearned([]byte(file)); !errors.Is(err, ErrSubword) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadLearned(f *testing.F) {
	f.Add([]byte("#version: 0.2\na b\nab c\n"))
	f.Add([]byte("<s> </s>\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadLearned(data)
		if err != nil {
			return
		}
		again, err := ReadLearned(b.MergesFile())
		if err != nil || !slices.Equal(again.tokens, b.tokens) {
			t.Errorf("read again it is another one: %v", err)
		}
		if ids, _ := b.Encode(nil, "abc ab", 0); b.Decode(ids) != "abc ab" {
			t.Error(ids)
		}
	})
}

func BenchmarkLearned(b *testing.B) {
	texts := sentences(6)
	tokenizer := learned(b, texts, LearnConfig{Size: 350})
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	b.SetBytes(int64(n))
	var ids []int32
	for b.Loop() {
		for _, t := range texts {
			ids, _ = tokenizer.Encode(ids[:0], t, 0)
		}
	}
}

// testdata/learn.json is what the trainer of Hugging Face's tokenizers finds; learn.py
// there makes it.
func TestLearnBytePairAsTheReference(t *testing.T) {
	var file struct {
		Texts []string
		Cases []struct {
			Size     int
			MinCount int `json:"min_count"`
			Merges   []string
			Vocab    []string
			IDs      [][]int32
		}
	}
	if err := json.Unmarshal(testdata(t, "learn.json"), &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		b := learned(t, file.Texts, LearnConfig{Size: c.Size, MinCount: c.MinCount})
		for i, pair := range b.Merges() {
			if i >= len(c.Merges) || pair[0]+" "+pair[1] != c.Merges[i] {
				t.Errorf("size %d: merge %d is %q, not the reference's", c.Size, i, pair)
				break
			}
		}
		if len(b.Merges()) != len(c.Merges) || !slices.Equal(b.tokens[258:], c.Vocab) {
			t.Errorf("size %d: %d merges and %d ids, want %d and %d", c.Size, len(b.Merges()), b.Len(), len(c.Merges), 258+len(c.Vocab))
		}
		for i, want := range c.IDs {
			ids, _ := b.Encode(nil, file.Texts[i], 0)
			if got := ids[1 : len(ids)-1]; !slices.Equal(got, want) {
				t.Errorf("size %d: %q has the ids %d, want %d", c.Size, file.Texts[i], got, want)
			}
		}
	}
}

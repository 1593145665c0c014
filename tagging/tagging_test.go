package tagging

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// Spans and their scores are seqeval's, whatever the tags.
func TestSeqeval(t *testing.T) {
	data, err := os.ReadFile("testdata/seqeval.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name                  string
		Want, Got             [][]string
		Spans                 [][][3]any
		Precision, Recall, F1 float64
		Kinds                 map[string]Score
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	for _, c := range cases {
		var e Evaluation
		for i := range c.Want {
			var got [][3]any
			for _, r := range Runs(c.Want[i]) {
				got = append(got, [3]any{r.Kind, float64(r.First), float64(r.Last)})
			}
			if !reflect.DeepEqual(got, c.Spans[i]) && len(got)+len(c.Spans[i]) > 0 {
				t.Errorf("%s: spans of %v are %v, want %v", c.Name, c.Want[i], got, c.Spans[i])
			}
			if err := e.Add(c.Want[i], c.Got[i], nil); err != nil {
				t.Fatal(err)
			}
		}
		all := e.Overall()
		near(c.Name+" precision", all.Precision, c.Precision)
		near(c.Name+" recall", all.Recall, c.Recall)
		near(c.Name+" F1", all.F1, c.F1)
		for _, s := range e.Kinds() {
			want := c.Kinds[s.Kind]
			near(s.Kind+" precision", s.Precision, want.Precision)
			near(s.Kind+" recall", s.Recall, want.Recall)
			near(s.Kind+" F1", s.F1, want.F1)
			if s.Spans != want.Spans {
				t.Errorf("%s: %d spans, want %d", s.Kind, s.Spans, want.Spans)
			}
		}
	}
}

func TestSchemes(t *testing.T) {
	for _, c := range []struct {
		tags    string
		scheme  Scheme
		illegal int
		iob2    string
	}{
		{"O B-a I-a O B-b", IOB2Scheme, 0, "O B-a I-a O B-b"},
		{"O I-a I-a B-a O I-b", IOB1Scheme, 0, "O B-a I-a B-a O B-b"},
		{"S-a O B-a I-a E-a", BIOESScheme, 0, "B-a O B-a I-a I-a"},
		{"B-a O I-a B-b O", IOB2Scheme, 1, "B-a O B-a B-b O"},
		{"B-a E-a I-b O", BIOESScheme, 1, "B-a I-a B-b O"},
		{"NOUN VERB", NoScheme, 0, ""},
		{"O O", NoScheme, 0, ""},
		{"B-a NOUN", NoScheme, 0, ""},
	} {
		tags := strings.Fields(c.tags)
		var r Recogniser
		r.Add(tags)
		if got := r.Scheme(); got != c.scheme {
			t.Errorf("%s: scheme %q, want %q", c.tags, got, c.scheme)
		}
		if got := c.scheme.Illegal(tags); got != c.illegal {
			t.Errorf("%s: %d illegal tags, want %d", c.tags, got, c.illegal)
		}
		if got := strings.Join(IOB2(len(tags), Runs(tags)), " "); c.iob2 != "" && got != c.iob2 {
			t.Errorf("%s: IOB2 %s, want %s", c.tags, got, c.iob2)
		}
	}
}

// What IOB2 writes, Runs reads.
func FuzzRuns(f *testing.F) {
	f.Add("OBIBOIEES", "aabbaaccb")
	f.Fuzz(func(t *testing.T, prefixes, kinds string) {
		var tags []string
		for i := range min(len(prefixes), len(kinds)) {
			switch prefixes[i] {
			case 'B', 'I', 'E', 'S':
				tags = append(tags, fmt.Sprintf("%c-%d", prefixes[i], kinds[i]%3))
			default:
				tags = append(tags, "O")
			}
		}
		runs := Runs(tags)
		written := IOB2(len(tags), runs)
		if got := Runs(written); !slices.Equal(got, runs) {
			t.Errorf("%v has spans %v, written %v has %v", tags, runs, written, got)
		}
		if n := IOB2Scheme.Illegal(written); n != 0 {
			t.Errorf("%d illegal tags in %v", n, written)
		}
	})
}

func TestCut(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " \n\t": "",
		"Dr. Smith left. He didn't return!":  "Dr.|Smith|left|. / He|did|n't|return|!",
		"One line\nanother line":             "One|line / another|line",
		"He said \"Go.\" Then he went.":      "He|said|\"|Go|.|\" / Then|he|went|.",
		"It costs 3.50 dollars. 5 are left.": "It|costs|3.50|dollars|. / 5|are|left|.",
		"well-known café 😀 &amp; so on":      "",
		"e.g. this is no end. of a sentence": "e.g.|this|is|no|end|.|of|a|sentence",
	} {
		words, ends := NewCutter().Cut(text)
		var got []string
		from := 0
		for _, to := range ends {
			var list []string
			for _, w := range words[from:to] {
				list = append(list, w.Text)
			}
			got = append(got, strings.Join(list, "|"))
			from = to
		}
		if joined := strings.Join(got, " / "); want != "" && joined != want {
			t.Errorf("%q: %s, want %s", text, joined, want)
		}
	}
}

// Words are parts of the text, in order, and nothing but blanks and controls lies between.
func FuzzCut(f *testing.F) {
	for _, s := range []string{"Dr. Smith left. He didn’t.", "&amp;<br/>x", "\xff\xfe a", "日本語。テスト", "don't-miss ȺȺȺȺn't", "a\u2028b"} {
		f.Add(s)
	}
	c := NewCutter()
	f.Fuzz(func(t *testing.T, text string) {
		words, ends := c.Cut(text)
		at := 0
		for _, w := range words {
			if w.Begin < at || w.End <= w.Begin || text[w.Begin:w.End] != w.Text {
				t.Fatalf("%q: word %+v after byte %d", text, w, at)
			}
			for _, r := range text[at:w.Begin] {
				if !unicode.IsSpace(r) && !unicode.IsControl(r) {
					t.Fatalf("%q: %q between words", text, r)
				}
			}
			at = w.End
		}
		for _, r := range text[at:] {
			if !unicode.IsSpace(r) && !unicode.IsControl(r) {
				t.Fatalf("%q: %q after the last word", text, r)
			}
		}
		if !slices.IsSorted(ends) || len(words) > 0 && ends[len(ends)-1] != len(words) {
			t.Fatalf("%q: sentences end at %v of %d words", text, ends, len(words))
		}
		_ = utf8.ValidString(text)
	})
}

// fixed answers every word with the same tag.
type fixed struct{}

func (fixed) Columns() []Column { return []Column{{Name: "upos", Tags: []string{"X"}}} }

func (f fixed) Tag(ctx context.Context, text string) (Tagged, error) {
	all, err := f.TagAll(ctx, []string{text})
	return all[0], err
}

func (fixed) TagAll(_ context.Context, texts []string) ([]Tagged, error) {
	out := make([]Tagged, len(texts))
	for i, text := range texts {
		out[i].Words, out[i].Sentences = NewCutter().Cut(text)
		for k := range out[i].Words {
			out[i].Words[k].Tags = []string{"X"}
		}
	}
	return out, nil
}

func (fixed) TagWords(context.Context, [][]string) ([]Tagged, error) { return nil, nil }

func ExampleTagger() {
	var t Tagger = fixed{} // zoo.TaggerEWT() returns a real one
	answer, err := t.Tag(context.Background(), "She left. Really?")
	if err != nil {
		panic(err)
	}
	for _, w := range answer.Words {
		fmt.Print(w.Text, "/", w.Tags[0], " ")
	}
	fmt.Println(len(answer.Sentences), "sentences")
	// Output: She/X left/X ./X Really/X ?/X 2 sentences
}

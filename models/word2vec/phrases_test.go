package word2vec

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// spell numbers the words of texts in the order in which they first come.
func spell(texts ...string) (words []string, ids [][]int32) {
	index := map[string]int32{}
	for _, t := range texts {
		var text []int32
		for _, w := range strings.Fields(t) {
			if _, ok := index[w]; !ok {
				index[w] = int32(len(words))
				words = append(words, w)
			}
			text = append(text, index[w])
		}
		ids = append(ids, text)
	}
	return words, ids
}

// unspell is what texts of numbers say.
func unspell(words []string, ids [][]int32) (texts []string) {
	for _, t := range ids {
		var text []string
		for _, w := range t {
			text = append(text, words[w])
		}
		texts = append(texts, strings.Join(text, " "))
	}
	return texts
}

// about allows for the rounding of scores.
var about = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })

func TestPhrases(t *testing.T) {
	city := []string{"in new york city", "a new york city", "new york in a", "a new a in"}
	for name, c := range map[string]struct {
		config  PhraseConfig
		texts   []string
		want    []string
		phrases []Phrase
	}{
		// in 3, new 4, york 3, city 2, a 4: 16 words; new york 3 times, york
		// city and a new twice, the rest once.
		"one pass": {PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{2}}, city,
			[]string{"in new_york city", "a new_york city", "new_york in a", "a new a in"},
			[]Phrase{
				{"new_york", 0, 3, (3. - 1) / (4 * 3) * 16},
				{"york_city", 0, 2, (2. - 1) / (3 * 2) * 16}, // always behind "new", which takes york first
			}},
		// Then in 3, new_york 3, city 2, a 4, new 1: 13 words.
		"two passes": {PhraseConfig{Passes: 2, MinCount: 1, Thresholds: []float64{2, 2}}, city,
			[]string{"in new_york_city", "a new_york_city", "new_york in a", "a new a in"},
			[]Phrase{
				{"new_york", 0, 3, (3. - 1) / (4 * 3) * 16},
				{"york_city", 0, 2, (2. - 1) / (3 * 2) * 16},
				{"new_york_city", 1, 2, (2. - 1) / (3 * 2) * 13},
			}},
		"a threshold for each": {PhraseConfig{Passes: 2, MinCount: 1, Thresholds: []float64{100, 2.5}}, city,
			[]string{"in new_york city", "a new_york city", "new_york in a", "a new a in"},
			[]Phrase{{"new_york", 1, 3, (3. - 1) / (4 * 3) * 16}, {"york_city", 1, 2, (2. - 1) / (3 * 2) * 16}}},
		// york city and a new come twice only, and new york no more than 3 times.
		"rare words":                  {PhraseConfig{Passes: 1, MinCount: 3, Thresholds: []float64{0}}, city, city, nil},
		"score of just the threshold": {PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{(3. - 1) / 4 / 3 * 16}}, city, city, nil},
		"same word twice": {PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{0}}, []string{"no no no", "no"},
			[]string{"no_no no", "no"}, []Phrase{{"no_no", 0, 2, (2. - 1) / (4 * 4) * 4}}},
		"not across texts": {PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{0}}, []string{"new", "york", "new", "york", ""},
			[]string{"new", "york", "new", "york", ""}, nil},
		"not with marks": {PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{0}}, []string{"( 1999 )", "( 1999 )", "_ _ _", "_ a _", "_ a _"},
			[]string{"( 1999 )", "( 1999 )", "_ _ _", "_ a _", "_ a _"}, nil},
		"off": {PhraseConfig{}, city, city, nil},
	} {
		words, texts := spell(c.texts...)
		before := slices.Clone(words)
		all, phrases, err := c.config.Join(context.Background(), words, texts)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, unspell(all, texts)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.phrases, phrases, about); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if !slices.Equal(words, before) || !slices.Equal(all[:len(words)], words) {
			t.Errorf("%s: words are %q, were %q", name, all, before)
		}
	}
}

// With word2phrase.c's defaults 7 times out of 7 in 400 words make
// (7-5)/(7*7)*400 = 16.3, and in 4,000 words 163.
func TestPhraseDefaults(t *testing.T) {
	for rest, want := range map[int]int{386: 0, 3986: 1} {
		words, texts := spell(strings.Repeat("star wars . ", 7) + strings.Repeat(". ", rest-7))
		_, phrases, err := PhraseConfig{Passes: 1}.Join(context.Background(), words, texts)
		if err != nil || len(phrases) != want {
			t.Fatalf("%d phrases, want %d: %v", len(phrases), want, err)
		}
		if want == 1 && math.Abs(phrases[0].Score-2./49*4000) > 1e-9 {
			t.Errorf("%+v", phrases[0])
		}
	}
}

// A word is its spelling: what a text spells as a phrase is the phrase, and so
// are two pairs of the same name.
func TestPhrasesOfOneName(t *testing.T) {
	words, texts := spell("new york", "new york", "new_york x", "a_b c", "a b_c", "a_b c", "a b_c")
	all, _, err := PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{1}}.Join(context.Background(), words, texts)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"new_york", "new_york", "new_york x", "a_b_c", "a_b_c", "a_b_c", "a_b_c"}; !slices.Equal(unspell(all, texts), want) {
		t.Errorf("%q, want %q", unspell(all, texts), want)
	}
	if texts[0][0] != texts[2][0] || texts[3][0] != texts[4][0] || len(all) != len(words)+1 {
		t.Errorf("%v of %q", texts, all)
	}
}

func TestPhrasesUnknownWords(t *testing.T) {
	texts := [][]int32{{0, -1, 1, 0, 1}, {-1, 0, 1, -1}, {-1}}
	words, _, err := PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{0}}.Join(context.Background(), []string{"a", "b"}, texts)
	if want := [][]int32{{0, -1, 1, 2}, {-1, 2, -1}, {-1}}; err != nil || cmp.Diff(want, texts) != "" || words[2] != "a_b" {
		t.Errorf("%v of %q, %v", texts, words, err)
	}
}

// What is joined depends neither on the numbers of the words nor on the order
// of the texts.
func TestPhrasesOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var lines []string
	for range 300 {
		var line []string
		for range 3 + rng.IntN(20) {
			w := rng.ExpFloat64() * 6
			line = append(line, []string{"a", "bb", "c.", "dd", "e"}[int(w)%5]+strings.Repeat("x", int(w)/5))
		}
		lines = append(lines, strings.Join(line, " "))
	}
	config := PhraseConfig{Passes: 3, MinCount: 2, Thresholds: []float64{2, 1.5, 1}}
	run := func() (texts []string, phrases []Phrase) {
		t.Helper()
		words, ids := spell(lines...)
		words, phrases, err := config.Join(context.Background(), words, ids)
		if err != nil {
			t.Fatal(err)
		}
		return unspell(words, ids), phrases
	}
	texts, phrases := run()
	if len(phrases) < 20 || phrases[len(phrases)-1].Pass != 2 {
		t.Fatalf("%d phrases", len(phrases))
	}
	slices.Sort(texts)
	for range 5 {
		rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		again, others := run()
		slices.Sort(again)
		if !slices.Equal(again, texts) || !slices.Equal(others, phrases) {
			t.Fatal("another order of the texts gives other phrases")
		}
	}
}

func TestPhrasesRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		config PhraseConfig
		want   string
	}{
		"passes below 0":          {PhraseConfig{Passes: -1}, "passes is -1"},
		"too many passes":         {PhraseConfig{Passes: MaxPasses + 1}, "passes is 11"},
		"count without passes":    {PhraseConfig{MinCount: 5}, "passes is 0"},
		"no thresholds":           {PhraseConfig{Thresholds: []float64{100}}, "passes is 0"},
		"count below 0":           {PhraseConfig{Passes: 1, MinCount: -1}, "min_count is -1"},
		"thresholds of one":       {PhraseConfig{Passes: 2, Thresholds: []float64{100}}, "1 numbers, want one for each of 2 passes"},
		"threshold below 0":       {PhraseConfig{Passes: 2, Thresholds: []float64{100, -1}}, "threshold 1 is -1"},
		"threshold of no number":  {PhraseConfig{Passes: 1, Thresholds: []float64{math.NaN()}}, "threshold 0 is NaN"},
		"threshold without bound": {PhraseConfig{Passes: 1, Thresholds: []float64{math.Inf(1)}}, "threshold 0 is +Inf"},
	} {
		if err := c.config.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if _, _, err := c.config.Join(context.Background(), nil, nil); err == nil {
			t.Errorf("%s: joined", name)
		}
	}
	one := PhraseConfig{Passes: 1}
	if _, _, err := one.Join(context.Background(), []string{"a"}, [][]int32{{0}, {0, 1}}); err == nil || !strings.Contains(err.Error(), "text 1, word 1 has the id 1") {
		t.Error(err)
	}
	if _, _, err := one.Join(context.Background(), []string{"a", "a"}, nil); err == nil || !strings.Contains(err.Error(), `words 0 and 1 are both "a"`) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := one.Join(ctx, []string{"a"}, [][]int32{{0}}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// Names stay within what the files of vectors hold.
	long := strings.Repeat("a", maxWord/2)
	words, texts := spell(long+" "+long, long+" "+long, "b "+long, "b "+long)
	all, phrases, err := PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{0}}.Join(context.Background(), words, texts)
	if err != nil || len(phrases) != 1 || len(all) != len(words)+1 || all[2] != "b_"+long {
		t.Errorf("%d phrases, %v", len(phrases), err)
	}
}

func TestFindPhrase(t *testing.T) {
	v, err := NewVectors([]string{"new_york", "New_York", "x y", "x_y"}, 1, make([]float32, 4))
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"new york": "new_york", " NEW  york ": "new_york", "New York": "New_York", "NEW_YORK": "new_york", "x y": "x y", "X Y": "x y"} {
		if got, ok := v.Find(word); !ok || got != want {
			t.Errorf("%q is found as %q, %v, want %q", word, got, ok, want)
		}
	}
	if got, ok := v.Find("New Jersey"); ok {
		t.Errorf("found %q", got)
	}
}

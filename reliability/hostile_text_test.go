package reliability_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/hostile"
	"github.com/gorgonia-zoo/zoo/models/lstm"
)

// hostileTexts are patterns that, said over and over, are what no review is.
// Several are what a careless tokenizer takes the square of the length for.
var hostileTexts = map[string]string{
	"one word after another":    "the film was dull ",
	"no spaces":                 "a",
	"no spaces, capitals":       "AbC",
	"digits":                    "1234567890",
	"spaces":                    " ",
	"newlines":                  "\n",
	"NUL bytes":                 "\x00",
	"NUL between letters":       "a\x00",
	"bytes that are not UTF-8":  "\xff",
	"half a character":          "\xe2\x80",
	"emoji":                     "👍",
	"families of emoji":         "👨‍👩‍👧",
	"flags":                     "🇩🇪",
	"combining marks":           "\u0301",
	"a word of combining marks": "e\u0301\u0302",
	"joiners":                   "\u200d",
	"soft hyphens":              "\u00ad",
	"Chinese":                   "電影",
	"right to left":             "\u202eabc\u05d0",
	"apostrophes":               "'",
	"clitics":                   "'s'll",
	"n't":                       "n't",
	"quotes":                    "\"",
	"opening brackets":          "(",
	"brackets":                  "[()]",
	"full stops":                ".",
	"initials":                  "U.S.",
	"dashes":                    "-",
	"dashed words":              "well-",
	"slashes":                   "a/",
	"addresses":                 "http://",
	"addresses of people":       "a@b.",
	"hash signs":                "#a",
	"smileys":                   ":-)",
	"opening tags":              "<",
	"tags":                      "<b>",
	"tags that do not end":      "<a b='",
	"comments":                  "<!--",
	"scripts":                   "<script>",
	"ampersands":                "&",
	"entities":                  "&amp;",
	"entities of entities":      "&amp;amp;",
	"numbers of characters":     "&#65",
	"backslashes":               "\\",
	"random bytes":              string(noise(1 << 16)),
}

func noise(n int) []byte {
	rng := rand.New(rand.NewPCG(8, 9))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// of returns n bytes of a pattern.
func of(pattern string, n int) string { return strings.Repeat(pattern, n/len(pattern)+1)[:n] }

// answered demands a label for a text of any kind, and that a cut is reported.
func answered(t *testing.T, c *lstm.Classifier, text string) lstm.Prediction {
	t.Helper()
	p, err := c.Predict(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(c.Classes(), p.Label) || !(p.Probability >= 0.5 && p.Probability <= 1) || p.Tokens < 1 || p.Tokens > c.MaxTokens() {
		t.Errorf("answer %+v", p)
	}
	if p.Truncated && p.Tokens != c.MaxTokens() {
		t.Errorf("cut after %d tokens, the limit is %d", p.Tokens, c.MaxTokens())
	}
	return p
}

// Any byte string has a label.
func TestHostileTexts(t *testing.T) {
	c, _ := trained(t)
	size := 100_000
	switch {
	case soak():
		size = 10_000_000
	case testing.Short():
		size = 20_000
	}
	for name, pattern := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 100, size} {
				answered(t, c, of(pattern, n))
			}
		})
	}
	for b := range 256 {
		answered(t, c, string([]byte{byte(b)}))
	}
	for name, text := range map[string]string{"empty": "", "a space": " ", "a character": "x", "half an emoji": "👍"[:2]} {
		if p := answered(t, c, text); p.Tokens != 1 {
			t.Errorf("%s: %d tokens", name, p.Tokens)
		}
	}
}

// Ten megabytes in one line, by the model that comes with the program: cut at
// the documented limit, which is reported.
func TestTenMegabytesInOneLine(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 65536 tokens")
	}
	c, err := zoo.LSTMIMDB()
	if err != nil {
		t.Fatal(err)
	}
	p := answered(t, c, of("the film was dull ", 10_000_000))
	if !p.Truncated || p.Tokens != lstm.DefaultMaxTokens || p.Label != "negative" {
		t.Errorf("%v after %d tokens, cut: %v", p.Label, p.Tokens, p.Truncated)
	}
}

// What a text costs grows with its length, not with its square: sixteen times
// the bytes take at most about sixteen times the memory and the processor's
// time. The time is what this thread has computed, which others do not change;
// a square would be 256 times.
func TestHostileTextsTakeLinearTimeAndMemory(t *testing.T) {
	c, _ := trained(t)
	const short, times = 1 << 13, 16
	for name, pattern := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			cost := func(n int) (memory, time float64) {
				text := of(pattern, n)
				memory, time = 1e300, 1e300
				for range 3 {
					// Another classifier each time: a tokenizer remembers the spans it
					// has met, all of a short text and not all of a long one.
					fresh, err := lstm.NewClassifier(c.Network(), lstm.ClassifierConfig{
						Tokenizer: c.Tokenizer(), Vocab: c.Vocab(), Classes: c.Classes()})
					if err != nil {
						t.Fatal(err)
					}
					before := hostile.Allocated()
					spent := threadTime(func() { fresh.Encode(text) })
					memory = min(memory, float64(hostile.Allocated()-before))
					time = min(time, spent)
				}
				return memory, time
			}
			memory1, time1 := cost(short)
			memory, time := cost(short * times)
			if most := 1.5*times*memory1 + 1<<20; memory > most {
				t.Errorf("%v bytes for %d, %v for %d times as many", memory1, short, memory, times)
			}
			t.Logf("%v bytes for %d, %v for %d times as many", memory1, short, memory, times)
			t.Logf("%v s for %d bytes, %v s for %d times as many", time1, short, time, times)
			// A millisecond is below what the clock of a thread can tell. A clock
			// decides nothing where nobody asks for it.
			if most := 4 * times * max(time1, 1e-3); os.Getenv("ZOO_SOAK") != "" && time > most {
				t.Errorf("%v s for %d bytes, %v s for %d times as many", time1, short, time, times)
			}
		})
	}
}

package linear

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/hostile"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// example trains on random documents whose label is whether they hold w1 or
// the phrase w2 w2.
func example(t testing.TB, cfg Config, classes int) (*Classifier, [][]string) {
	t.Helper()
	docs := randomDocs(rand.New(rand.NewPCG(21, 22)), 150, 15, 12)
	label := func(i int) int {
		l := 0
		if slices.Contains(docs[i], "w1") {
			l = 1
		}
		if classes > 2 && strings.Contains(strings.Join(docs[i], " "), "w2 w2") {
			l = 2
		}
		return l
	}
	c, _, err := TrainTokens(t.Context(), cfg, tokenize.Config{Lower: true}, []string{"no", "yes", "twice"}[:classes], sequence(docs), label)
	if err != nil {
		t.Fatal(err)
	}
	return c, docs
}

var configs = map[string]Config{
	"counts":      {},
	"trigrams":    {Vectorizer: VectorizerConfig{Weighting: Binary, MaxN: 3, MinDF: Frequency{Count: 2}}, NB: &NB{}},
	"bigrams":     {Vectorizer: VectorizerConfig{MinN: 2, MaxN: 3}, C: 10},
	"tfidf":       {Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2, Sublinear: true}},
	"fewer terms": {Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2}, MaxTerms: 20},
	"frequent":    {Vectorizer: VectorizerConfig{MaxN: 2, MaxFeatures: 30}, NB: &NB{Alpha: 2, Beta: 0.25}},
	"hashed":      {Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2, Hash: 512, Signed: true}},
	"tf":          {Vectorizer: VectorizerConfig{Weighting: TFIDF, NoIDF: true, Norm: L1}},
}

func TestSavedAndOpenedPredictsTheSame(t *testing.T) {
	for name, cfg := range configs {
		for classes := 2; classes <= 3; classes++ {
			t.Run(fmt.Sprint(name, classes), func(t *testing.T) {
				c, docs := example(t, cfg, classes)
				for _, storage := range []weights.DType{weights.F32, weights.I8} {
					a, err := c.Artefact(weights.Card{Name: "test"}, storage)
					if err != nil {
						t.Fatal(err)
					}
					d, err := FromArtefact(a)
					if err != nil {
						t.Fatal(err)
					}
					if got, want := terms(d.vectorizer), terms(c.vectorizer); !slices.Equal(got, want) {
						t.Fatalf("terms %q, want %q", got, want)
					}
					if !reflect.DeepEqual(d.Config(), c.Config()) || d.Tokenizer() != c.Tokenizer() || !slices.Equal(d.Classes(), c.Classes()) {
						t.Errorf("config %+v, want %+v", d.Config(), c.Config())
					}
					tolerance := 0.0
					if storage == weights.I8 {
						tolerance = 0.05
					}
					for _, tokens := range docs[:40] {
						got, err := d.PredictTokens(tokens)
						if err != nil {
							t.Fatal(err)
						}
						want, err := c.PredictTokens(tokens)
						if err != nil {
							t.Fatal(err)
						}
						for k := range want.Probabilities {
							if math.Abs(got.Probabilities[k]-want.Probabilities[k]) > tolerance {
								t.Fatalf("%v: probabilities %v, want %v", storage, got.Probabilities, want.Probabilities)
							}
						}
						if storage == weights.F32 && !reflect.DeepEqual(got, want) {
							t.Fatalf("%+v, want %+v", got, want)
						}
					}
					b, err := d.Artefact(weights.Card{Name: "test"}, storage)
					if err != nil {
						t.Fatal(err)
					}
					if first, second := sum(t, a), sum(t, b); storage == weights.F32 && first != second {
						t.Errorf("saved again it is %s, was %s", second, first)
					}
				}
			})
		}
	}
}

func TestOpenReadsADirectory(t *testing.T) {
	c, docs := example(t, configs["trigrams"], 2)
	a, err := c.Artefact(weights.Card{Name: "test"}, weights.I8)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() + "/model"
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	d, card, err := Open(os.DirFS(dir))
	if err != nil || card.Name != "test" {
		t.Fatal(card.Name, err)
	}
	p, err := d.PredictTokens(docs[0])
	if err != nil || p.Label == "" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, _, err := Open(os.DirFS(t.TempDir())); err == nil {
		t.Error("an empty directory was opened")
	}
}

func sum(t *testing.T, a *weights.Artefact) string {
	t.Helper()
	s, err := a.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := a.Vocab.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %x", s, b.Bytes())
}

func TestSameBytesOnAnyNumberOfCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, cfg := range configs {
		want := ""
		for _, cores := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(cores)
			c, _ := example(t, cfg, 3)
			a, err := c.Artefact(weights.Card{Name: "test"}, weights.F32)
			if err != nil {
				t.Fatal(err)
			}
			got := sum(t, a)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%s: other bytes on %d cores", name, cores)
			}
		}
	}
}

func TestHostileNGrams(t *testing.T) {
	c, _ := example(t, configs["trigrams"], 2)
	vocab, good, err := c.vectorizer.ngrams.encode()
	if err != nil {
		t.Fatal(err)
	}
	if v, err := decodeNGrams(vocab, good); err != nil || v.Len() != c.vectorizer.Columns() {
		t.Fatal(err)
	}
	for n := range good {
		if _, err := decodeNGrams(vocab, good[:n]); !errors.Is(err, errNGrams) {
			t.Errorf("cut to %d of %d bytes: %v", n, len(good), err)
		}
	}
	flags := 1 + (vocab.Len()+7)/8 // of the words
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"empty", "cut short", nil},
		{"no levels", "0 levels", []byte{0}},
		{"too many levels", "17 levels", []byte{17}},
		{"data after the end", "1 bytes after", append(slices.Clone(good), 0)},
		{"columns of another kind", "want 0, 1 or 2", []byte{1, 3}},
		{"no column", "no n-gram is a column", []byte{1, 0}},
		{"all columns, bit by bit", "not theirs", append([]byte{1, 2}, bytes.Repeat([]byte{0xff}, flags-1)...)},
		{"none, bit by bit", "not theirs", append([]byte{1, 2}, make([]byte, flags-1)...)},
		{"bits beyond the last", "not theirs", append(append([]byte{1, 2, 1}, make([]byte, flags-3)...), 0x80)},
		{"more n-grams than bytes", "a number above", []byte{2, 1, 0xff, 0xff, 0xff, 0xff, 0x0f}},
		{"a number of eleven bytes", "a number above", append([]byte{2, 1}, bytes.Repeat([]byte{0xff}, 11)...)},
		{"a number with a leading zero", "leading zeros", []byte{2, 1, 0x80, 0}},
		{"an id that no word has", "word's id", append(append([]byte{2, 1, 1}, make([]byte, vocab.Len()-1)...), 100, 1)},
	} {
		if _, err := decodeNGrams(vocab, c.data); !errors.Is(err, errNGrams) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
	// Whatever a byte turns into, the result is an error or well-formed.
	for i := range good {
		for _, flip := range []byte{1, 0x80, 0xff} {
			bad := slices.Clone(good)
			bad[i] ^= flip
			if v, err := decodeNGrams(vocab, bad); err == nil {
				checkNGrams(t, v)
			}
		}
	}
}

// checkNGrams checks that every column is that of its own n-gram.
func checkNGrams(t testing.TB, v *NGrams) {
	n := 0
	for i, term := range v.All() {
		if c, ok := v.Column(strings.Fields(term)...); !ok || c != i || i != n {
			t.Fatalf("column %d, the %dth, is %q, which has column %d, %v", i, n, term, c, ok)
		}
		n++
	}
	if n != v.Len() {
		t.Fatalf("%d n-grams, want %d", n, v.Len())
	}
}

func FuzzNGrams(f *testing.F) {
	c, _ := example(f, configs["trigrams"], 2)
	vocab, good, err := c.vectorizer.ngrams.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{1, 1})
	f.Add([]byte{2, 1, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var v *NGrams
		var err error
		hostile.Bounded(t, len(data), 1<<20, 200, func() { v, err = decodeNGrams(vocab, data) })
		if err != nil {
			return
		}
		checkNGrams(t, v)
		words, again, err := v.encode()
		if err != nil {
			t.Fatal(err)
		}
		w, err := decodeNGrams(words, again)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(terms(&Vectorizer{ngrams: v}), terms(&Vectorizer{ngrams: w})) {
			t.Fatal("other n-grams after writing and reading")
		}
	})
}

func TestQuantiseRoundsRoots(t *testing.T) {
	data := []float32{1.27, 0, -0.02, 0, 0.0001, 0, -1.27, 0, 0.5, 0, 0.00001, 0}
	q, unit := quantise(data, 2)
	for i, w := range data {
		v := float64(int8(q[i]))
		if i%2 == 1 && q[i] != 0 {
			t.Errorf("0 became %v", v)
		}
		// Half a step of the root away at most.
		root := math.Copysign(math.Sqrt(math.Abs(float64(w))/1.27)*127, float64(w))
		if i%2 == 0 && math.Abs(v-root) > 0.500001 {
			t.Errorf("%v became %v, its root is %v", w, v, root)
		}
	}
	if math.Abs(float64(unit[0])-1.27/127/127) > 1e-9 || unit[1] != 0 {
		t.Errorf("units %v", unit)
	}
	if q, unit := quantise(nil, 1); len(q) != 0 || unit[0] != 0 {
		t.Errorf("nothing became %v of %v", q, unit)
	}
}

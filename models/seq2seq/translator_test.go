package seq2seq

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// translator is an untrained one of small vocabularies.
func translator(t testing.TB, change func(*Config, *Settings)) *Translator {
	t.Helper()
	learn := func(text string) *tokenize.BytePair {
		b, err := tokenize.LearnBytePair(slices.Values([]string{text}), tokenize.LearnConfig{Size: 270})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	source, target := learn(strings.Repeat("ein mann läuft ", 9)), learn(strings.Repeat("a man runs ", 9))
	c := Config{Embedding: 16, Encoder: 8, Hidden: 16}
	s := Settings{Search: Search{Beam: 3, Alpha: 1, Most: 30, Ratio: 2}}
	if change != nil {
		change(&c, &s)
	}
	if c.Joint {
		target = source
	}
	c.SourceVocab, c.TargetVocab = source.Len(), target.Len()
	tr, err := NewTranslator(lively(t, c, 2), source, target, s)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestTranslate(t *testing.T) {
	ctx := context.Background()
	tr := translator(t, func(_ *Config, s *Settings) { s.MaxTokens = 12 })
	for _, text := range []string{"", "  ", "\n\t"} {
		if got, err := tr.Translate(ctx, text); err != nil || got.Text != "" || got.Tokens != 0 || got.Truncated {
			t.Errorf("%q becomes %+v, %v", text, got, err)
		}
	}
	texts := []string{"ein mann läuft", "", "\xff\xfe\x00", "猫🙂", strings.Repeat("ein mann läuft ", 100), "ein mann läuft", strings.Repeat("x", 10<<20)}
	all, err := tr.TranslateAll(ctx, texts, Options{Attention: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range all {
		if long := len(texts[i]) > 1000; long != (a.Tokens == 12 && a.Truncated) && long {
			t.Errorf("text %d: %d tokens, cut %v", i, a.Tokens, a.Truncated)
		}
		if texts[i] == "" {
			continue
		}
		if a.Attention == nil || len(a.Attention.Weights) != len(a.Attention.Target) || len(a.Attention.Source) != a.Tokens {
			t.Errorf("text %d: attention %+v", i, a.Attention)
		}
	}
	if fmt.Sprint(all[0].Text, all[0].Score) != fmt.Sprint(all[5].Text, all[5].Score) {
		t.Error("equal texts have two translations")
	}
	if one, err := tr.TranslateAll(ctx, texts[:1], Options{Beam: 1}); err != nil || len(one[0].Others) != 0 {
		t.Errorf("%+v, %v", one, err)
	}
	if _, err := tr.TranslateAll(ctx, texts[:1], Options{Beam: 101}); err == nil {
		t.Error("a beam of 101 is accepted")
	}
}

func TestTranslateFromManyGoroutines(t *testing.T) {
	tr := translator(t, nil)
	want, err := tr.Translate(context.Background(), "ein mann läuft ein")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 3 {
				if got, err := tr.Translate(context.Background(), "ein mann läuft ein"); err != nil || got.Text != want.Text || got.Score != want.Score {
					t.Errorf("%+v, want %+v, %v", got, want, err)
				}
			}
		})
	}
	wait.Wait()
}

func TestArtefact(t *testing.T) {
	ctx := context.Background()
	for name, change := range map[string]func(*Config, *Settings){
		"plain": nil, "joint": func(c *Config, s *Settings) { c.Joint, s.Lowercase = true, true },
		"deep": func(c *Config, _ *Settings) { c.Layers = 2 },
	} {
		tr := translator(t, change)
		a, err := tr.Artefact(weights.Card{Name: "x", Task: "translation"}, weights.F32)
		if err != nil {
			t.Fatal(err)
		}
		again, err := FromArtefact(a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again.Settings() != tr.Settings() || again.Network().Config() != tr.Network().Config() {
			t.Errorf("%s: %+v %+v", name, again.Settings(), again.Network().Config())
		}
		x, err := tr.Translate(ctx, "EIN Mann läuft!")
		if err != nil {
			t.Fatal(err)
		}
		if y, err := again.Translate(ctx, "EIN Mann läuft!"); err != nil || fmt.Sprint(x) != fmt.Sprint(y) {
			t.Errorf("%s: %v, want %v, %v", name, y, x, err)
		}
	}
}

// What a stranger's artefact may hold is an error that says what is wrong.
func TestArtefactRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*weights.Artefact)
		want   string
	}{
		"kind":   {func(a *weights.Artefact) { a.Model = "lstm" }, "want \"seq2seq\""},
		"config": {func(a *weights.Artefact) { a.Config = []byte(`{"hidden":16}`) }, "source_vocab"},
		"field":  {func(a *weights.Artefact) { a.Config = []byte(`{"x":1}`) }, "x"},
		"huge": {func(a *weights.Artefact) {
			a.Config = []byte(`{"source_vocab":1000000,"target_vocab":1000000,"embedding":256,"encoder":16,"hidden":16}`)
		}, "numbers"},
		"settings":     {func(a *weights.Artefact) { a.Preprocess = []byte(`{"search":{"beam":0,"alpha":1,"most":1,"ratio":1}}`) }, "beam"},
		"no merges":    {func(a *weights.Artefact) { delete(a.Files, sourceFile) }, sourceFile},
		"other files":  {func(a *weights.Artefact) { a.Files["x.txt"] = nil }, "files"},
		"merges":       {func(a *weights.Artefact) { a.Files[targetFile] = []byte("x\n") }, targetFile},
		"fewer merges": {func(a *weights.Artefact) { a.Files[targetFile] = []byte("a b\n") }, "tokens"},
	} {
		a, err := translator(t, nil).Artefact(weights.Card{Name: "x", Task: "translation"}, weights.F32)
		if err != nil {
			t.Fatal(err)
		}
		a.Files = maps.Clone(a.Files)
		c.change(a)
		if _, err := FromArtefact(a); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something of %q", name, err, c.want)
		}
	}
}

func FuzzTranslate(f *testing.F) {
	tr := translator(f, func(_ *Config, s *Settings) { s.MaxTokens, s.Search.Most = 8, 8 })
	f.Add("ein mann läuft")
	f.Add("\xff</s>\u0300")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := tr.Translate(context.Background(), text); err != nil {
			t.Error(err)
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"source_vocab":9,"target_vocab":9,"embedding":16,"encoder":1,"hidden":16}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data)
		if err == nil && (c.Parameters() <= 0 || c.Parameters() > MaxParameters) {
			t.Errorf("%+v has %d parameters", c, c.Parameters())
		}
	})
}

func ExampleTranslator_Translate() {
	files := fstest.MapFS{} // an embed.FS or os.DirFS with what training wrote
	t, _, err := Open(files)
	if err != nil {
		fmt.Println("no model there")
		return
	}
	got, err := t.Translate(context.Background(), "Ein Mann spielt Gitarre.")
	fmt.Println(got.Text, err)
	// Output: no model there
}

package recipe_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// takes is, for each setting, values that it takes, as String gives them, and
// values that it refuses.
var takes = map[string]struct{ good, bad []string }{
	"text/multi":                     {[]string{";", "list", ""}, nil},
	"finetune/multi":                 {[]string{"|", "list", ""}, nil},
	"text/language-model":            {[]string{"my language model", ""}, nil},
	"text/embeddings":                {[]string{"word2vec-imdb", "my vectors.bin", "it's", "none"}, nil},
	"text/freeze-embeddings":         {[]string{"true", "false"}, []string{"maybe", "2"}},
	"finetune/unlabelled":            {[]string{"more texts.txt", ""}, nil},
	"finetune/language-epochs":       {[]string{"2", "0"}, []string{"-1", "x"}},
	"seq2seq/source":                 {[]string{"de", "a column", ""}, nil},
	"seq2seq/target":                 {[]string{"en", ""}, nil},
	"seq2seq/source-file":            {[]string{"train de.txt", ""}, nil},
	"seq2seq/target-file":            {[]string{"train.en", ""}, nil},
	"seq2seq/lowercase":              {[]string{"true", "false"}, []string{"maybe"}},
	"seq2seq/source-vocab":           {[]string{"4000", "258"}, []string{"257", "x"}},
	"seq2seq/target-vocab":           {[]string{"4000", "258"}, []string{"0", "x"}},
	"seq2seq/joint-vocab":            {[]string{"true", "false"}, []string{"2"}},
	"seq2seq/smoothing":              {[]string{"0.2", "0"}, []string{"1", "-0.1", "NaN", "x"}},
	"tagger/column":                  {[]string{"upos", "upos,xpos", ""}, []string{`"a`}},
	"tagger/embeddings":              {[]string{"word2vec-imdb", "my vectors.bin", "none"}, nil},
	"word2vec/phrases":               {[]string{"1", "3", "0"}, []string{"-1", "1.5", "many", "1000"}},
	"table/target":                   {[]string{"price", "the price, in €", ""}, nil},
	"table/task":                     {[]string{"classification", "regression", ""}, []string{"ranking"}},
	"table/class-weights":            {[]string{"balanced", ""}, []string{"even"}},
	"table/hidden":                   {[]string{"64", "128,64", "none"}, []string{"0", "a", "8,-1"}},
	"table/weight-decay":             {[]string{"0.1", "0"}, []string{"-1", "x"}},
	"table/features":                 {[]string{"a", "a,b", `"a,b",c`, ""}, []string{`"a`, `a,"b`}},
	"table/categorical":              {[]string{"a", "a,b", ""}, []string{`"a`}},
	"table/ignore":                   {[]string{"a", "a,b", ""}, []string{`"a`}},
	"lm/language-model":              {[]string{"my language model", ""}, nil},
	"linear/multi":                   {[]string{";", "list", ""}, nil},
	"linear/c":                       {[]string{"3", "0.5", "0"}, []string{"-1", "NaN", "1e10", "x"}},
	"encoder/storage":                {[]string{"F16", "I8", "F32", ""}, []string{"F64", "f16"}},
	"encoder_finetune/freeze":        {[]string{"embedding", "layers", "embedding,layers", ""}, []string{"rnn", "layer"}},
	"encoder_finetune/layer-decay":   {[]string{"0.5", "1", "0"}, []string{"-0.1", "1.01", "NaN", "half"}},
	"encoder_finetune/unfreeze":      {[]string{"true", "false"}, []string{"yes", "-1"}},
	"encoder_finetune/class-weights": {[]string{"balanced", ""}, []string{"inverse"}},
	"encoder_finetune/max-tokens":    {[]string{"64", "0"}, []string{"-1", "x"}},
	"encoder_finetune/micro-tokens":  {[]string{"512", "0"}, []string{"-1", "x"}},
	"encoder_finetune/dropout":       {[]string{"0.2", "0"}, []string{"1", "-0.5", "NaN", "x"}},
	"encoder_finetune/validation":    {[]string{"0.25", "0"}, []string{"1", "-0.5", "+Inf", "x"}},
	"encoder_finetune/batch":         {[]string{"1", "64"}, []string{"0", "-3", "x"}},
	"encoder_finetune/learning-rate": {[]string{"0.003", "1e-09"}, []string{"0", "-1", "NaN", "fast"}},
	"encoder_finetune/patience":      {[]string{"2", "0"}, []string{"-1", "x"}},
	"probe/multi":                    {[]string{";", "list", ""}, nil},
	"probe/target":                   {[]string{"stars", ""}, nil},
	"probe/pair":                     {[]string{"second", ""}, nil},
	"encoder_finetune/multi":         {[]string{";", "list", ""}, nil},
	"encoder_finetune/target":        {[]string{"stars", ""}, nil},
	"encoder_finetune/pair":          {[]string{"second", ""}, nil},
	"probe/base":                     {[]string{"minilm", "my encoder"}, nil},
	"probe/class-weights":            {[]string{"balanced", ""}, []string{"inverse"}},
	"probe/validation":               {[]string{"0.25", "0"}, []string{"1", "-0.5", "NaN", "x"}},
	"finetune/classes":               {[]string{"keep", "new", "auto"}, []string{"none", "KEEP", "keep,new"}},
	"finetune/freeze":                {[]string{"embedding", "rnn", "embedding,rnn", ""}, []string{"fc", "rnn,fc", `"rnn`}},
	"finetune/layer-decay":           {[]string{"0.5", "1", "0"}, []string{"-0.1", "1.01", "NaN", "half"}},
	"finetune/unfreeze":              {[]string{"true", "false"}, []string{"yes", "-1"}},
	"finetune/class-weights":         {[]string{"balanced", ""}, []string{"inverse"}},
	"finetune/embeddings":            {[]string{"word2vec-imdb", "none", ""}, nil},
	"finetune/new-words":             {[]string{"7", "0"}, []string{"-1", "1e3", "few"}},
	"finetune/min-count":             {[]string{"3", "0"}, []string{"-1", "x"}},
	"finetune/max-tokens":            {[]string{"400", "0"}, []string{"-1", "x"}},
	"finetune/word-drop":             {[]string{"0.25", "0"}, []string{"1", "-0.5", "NaN", "x"}},
	"finetune/validation":            {[]string{"0.25", "0"}, []string{"1", "-0.5", "+Inf", "x"}},
	"finetune/batch":                 {[]string{"1", "64"}, []string{"0", "-3", "x"}},
	"finetune/learning-rate":         {[]string{"0.003", "1e-09"}, []string{"0", "-1", "NaN", "fast"}},
	"finetune/patience":              {[]string{"2", "0"}, []string{"-1", "x"}},
}

// family is the zoo's family of a key.
func family(key string) *recipe.Family {
	all := zoo.Families()
	return all[slices.IndexFunc(all, func(f *recipe.Family) bool { return f.Key == key })]
}

// recipes are those of a family that settings change: the named ones, or what a
// tuning begins with.
func recipes(f *recipe.Family) (all []recipe.Recipe) {
	if f.Named != nil {
		all = f.Named()
	}
	if f.Tuning != nil {
		all = append(all, recipe.Recipe{Name: "tuned", Body: f.Tuning.Plain("some base")})
	}
	for i := range all {
		all[i].Family = f
	}
	return all
}

// body is the JSON of a recipe's body without what training fills in.
func body(t *testing.T, r recipe.Recipe) string {
	t.Helper()
	text, err := json.Marshal(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	b := r.Family.New()
	if err := json.Unmarshal(text, b); err != nil {
		t.Fatal(err)
	}
	if r.Family.Blank != nil {
		r.Family.Blank(b)
	}
	if text, err = json.Marshal(b); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// each calls f for every setting of every family, with fresh recipes.
func each(t *testing.T, f func(t *testing.T, key string, family *recipe.Family, s recipe.Setting)) {
	t.Helper()
	for _, family := range zoo.Families() {
		for _, s := range family.Settings {
			key := family.Key + "/" + s.Flag
			t.Run(key, func(t *testing.T) { f(t, key, family, s) })
		}
	}
}

func TestSettingsSayWhatTheyTake(t *testing.T) {
	flag := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	types := map[string]recipe.Type{}
	seen := map[string]bool{}
	each(t, func(t *testing.T, key string, family *recipe.Family, s recipe.Setting) {
		if seen[key] {
			t.Error("spelled twice")
		}
		seen[key] = true
		if !flag.MatchString(s.Flag) || s.Usage == "" || s.Else == "" || s.Of == nil {
			t.Errorf("incomplete: %+v", s)
		}
		if !slices.Contains([]recipe.Type{recipe.TextType, recipe.ListType, recipe.IntType, recipe.NumberType, recipe.BoolType}, s.Type) {
			t.Errorf("type %q", s.Type)
		}
		if other, ok := types[s.Flag]; ok && other != s.Type {
			t.Errorf("of type %s here and %s in another family", s.Type, other)
		}
		types[s.Flag] = s.Type
		for _, word := range s.Values {
			for _, r := range recipes(family) {
				if err := s.Of(r.Body).Set(word); err != nil {
					t.Errorf("completed by %q: %v", word, err)
				}
			}
		}
		if _, ok := takes[key]; !ok {
			t.Error("has no values in this test")
		}
	})
	for key := range takes {
		if !seen[key] {
			t.Errorf("no setting %s", key)
		}
	}
}

// What a setting says of a recipe sets it to what it is.
func TestSettingStringIsWhatSetTakes(t *testing.T) {
	each(t, func(t *testing.T, key string, family *recipe.Family, s recipe.Setting) {
		for _, r := range recipes(family) {
			before := body(t, r)
			v := s.Of(r.Body)
			said := v.String()
			if err := v.Set(said); err != nil {
				t.Fatalf("recipe %s: %v", r.Name, err)
			}
			if after := body(t, r); after != before || v.String() != said {
				t.Errorf("recipe %s: Set(%q) makes it\n%s, was\n%s", r.Name, said, after, before)
			}
			for _, good := range takes[key].good {
				if err := v.Set(good); err != nil {
					t.Fatal(err)
				}
				if now := s.Of(r.Body).String(); now != good {
					t.Errorf("recipe %s: set to %q it is %q", r.Name, good, now)
				}
				if err := r.Check(); err != nil {
					t.Errorf("recipe %s: set to %q: %v", r.Name, good, err)
				}
			}
		}
	})
}

// A wrong value is an error that names it, and changes nothing.
func TestSettingRefuses(t *testing.T) {
	each(t, func(t *testing.T, key string, family *recipe.Family, s recipe.Setting) {
		for _, r := range recipes(family) {
			before := body(t, r)
			for _, bad := range takes[key].bad {
				err := s.Of(r.Body).Set(bad)
				if err == nil {
					t.Errorf("%q: accepted", bad)
				} else if says := err.Error(); !strings.HasPrefix(says, bad) && !strings.HasPrefix(says, fmt.Sprintf("%q", bad)) {
					t.Errorf("%q: %v", bad, err)
				} else if s.Type != recipe.ListType && !strings.Contains(says, ", want ") {
					t.Errorf("%q: %v: it does not say what was expected", bad, err)
				}
			}
			if after := body(t, r); after != before {
				t.Errorf("a refused value makes %s\n%s, was\n%s", r.Name, after, before)
			}
		}
	})
}

// A setting that says what of the data is read is no part of a run's identity;
// every other one is.
func TestSettingsAndIdentity(t *testing.T) {
	each(t, func(t *testing.T, key string, family *recipe.Family, s recipe.Setting) {
		for _, r := range recipes(family) {
			before, err := r.Identity("0123456789")
			if err != nil {
				t.Fatal(err)
			}
			v := s.Of(r.Body)
			was := v.String()
			at := slices.IndexFunc(takes[key].good, func(good string) bool { return good != was && good != "none" })
			if err := v.Set(takes[key].good[at]); err != nil {
				t.Fatal(err)
			}
			after, err := r.Identity("0123456789")
			if err != nil {
				t.Fatal(err)
			}
			if (after == before) != s.Free {
				t.Errorf("recipe %s: %s at %q, %s at %q; free: %v", r.Name, before, was, after, v.String(), s.Free)
			}
			if !strings.HasSuffix(after, " on data 01234567") {
				t.Errorf("identity %q does not name the data", after)
			}
		}
	})
}

func TestLists(t *testing.T) {
	for text, list := range map[string][]string{
		"": nil, "a": {"a"}, "a,b": {"a", "b"}, `"a,b",c`: {"a,b", "c"}, `"say ""x""",y`: {`say "x"`, "y"}, `" a",b`: {" a", "b"},
	} {
		if got := recipe.JoinList(list); got != text {
			t.Errorf("%q is written %s, want %s", list, got, text)
		}
		if got, err := recipe.SplitList(text); err != nil || !slices.Equal(got, list) {
			t.Errorf("%s is read %q, %v, want %q", text, got, err, list)
		}
	}
	if _, err := recipe.SplitList(`"a`); err == nil {
		t.Error("a quote that nothing ends is accepted")
	}
}

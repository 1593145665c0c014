package sentences

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"
)

const conllu = "# sent_id = 1\n# text = She can't go.\n" +
	"1\tShe\tshe\tPRON\tPRP\t_\t4\tnsubj\t_\t_\n" +
	"2-3\tcan't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n" +
	"2\tca\tcan\tAUX\tMD\t_\t4\taux\t_\t_\n" +
	"3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_\n" +
	"4\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_\n" +
	"4.1\tgone\tgo\tVERB\tVBN\t_\t_\t_\t_\t_\n" +
	"5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_\n\n" +
	"1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_\n"

// read reads a file that a test holds.
func read(t *testing.T, text string, c Config) *Set {
	t.Helper()
	s, err := Read(strings.NewReader(text), "test", c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// show writes sentences on one line: words with the tags of a column.
func show(s *Set, column int) string {
	var all []string
	for _, of := range s.Sentences() {
		var list []string
		for i, w := range of.Words {
			list = append(list, w+"/"+of.Tags[column][i])
		}
		all = append(all, strings.Join(list, " "))
	}
	return strings.Join(all, " | ")
}

func TestFormats(t *testing.T) {
	const paris = "We/O saw/O New/B-loc York/I-loc ./O | Bob/B-per left/O ./O"
	for name, c := range map[string]struct {
		text   string
		config Config
		format Format
		want   string
		notes  int
	}{
		"conllu":              {conllu, Config{}, CoNLLU, "She/PRON ca/AUX n't/PART go/VERB ./PUNCT | Yes/INTJ", 0},
		"conllu xpos":         {conllu, Config{Columns: []string{"XPOS"}}, CoNLLU, "She/PRP ca/MD n't/RB go/VB ./. | Yes/UH", 0},
		"crlf, mark":          {"\ufeff" + strings.ReplaceAll(conllu, "\n", "\r\n"), Config{}, CoNLLU, "She/PRON ca/AUX n't/PART go/VERB ./PUNCT | Yes/INTJ", 0},
		"iob2 by tabs":        {"We\tO\nsaw\tO\nNew\tB-loc\nYork\tI-loc\n.\tO\n\t\nBob\tB-per\nleft\tO\n.\tO\n", Config{}, Columns, paris, 0},
		"iob1 by blanks":      {"We O\nsaw O\nNew I-loc\nYork I-loc\n. O\n   \nBob I-per\nleft O\n. O\n\n\n", Config{}, Columns, paris, 0},
		"bioes":               {"We O\nsaw O\nNew B-loc\nYork E-loc\n. O\n\nBob S-per\nleft O\n. O\n", Config{}, Columns, paris, 0},
		"four columns":        {"-DOCSTART- -X- O O\n\nWe PRP I-NP O\nsaw VBD I-VP O\nNew NNP I-NP I-loc\nYork NNP I-NP I-loc\n. . O O\n\nBob NNP I-NP I-per\nleft VBD I-VP O\n. . O O\n", Config{}, Columns, paris, 0},
		"a column by number":  {"We PRP O\n. . O\n", Config{Columns: []string{"2"}}, Columns, "We/PRP ./.", 0},
		"illegal":             {"We O\nsaw B-loc\nNew I-loc\nYork I-per\n. O\n\nBob B-loc\nAnn B-per", Config{}, Columns, "We/O saw/B-loc New/I-loc York/B-per ./O | Bob/B-loc Ann/B-per", 1},
		"hash tags":           {"#go\tO\n# O\n", Config{}, Columns, "", 0},
		"json tokens":         {`{"tokens":["We","saw","New","York","."],"ner_tags":["O","O","B-loc","I-loc","O"]}` + "\n\n" + `{"tokens":["Bob","left","."],"ner_tags":["B-per","O","O"]}`, Config{}, TokensJSON, paris, 0},
		"json spans":          {`{"text":"We saw New York. Bob left.","spans":[{"start":7,"end":15,"label":"loc"},{"start":17,"end":20,"label":"per"}]}`, Config{}, SpansJSON, paris, 0},
		"doccano":             {`{"id":1,"text":"We saw New York. Bob left.","label":[[7,15,"loc"],[17,20,"per"]]}`, Config{}, SpansJSON, paris, 0},
		"offsets are letters": {`{"text":"😀é We saw New York.","entities":[{"start":10,"end":18,"label":"loc"}]}`, Config{}, SpansJSON, "😀/O é/O We/O saw/O New/B-loc York/I-loc ./O", 0},
		"a span cuts a word":  {`{"text":"We saw New Yorkers.","entities":[[7,15,"loc"]]}`, Config{}, SpansJSON, "We/O saw/O New/B-loc Yorkers/I-loc ./O", 1},
		"overlapping":         {`{"text":"We saw New York.","entities":[[7,15,"loc"],[11,15,"city"]]}`, Config{}, SpansJSON, "We/O saw/O New/B-loc York/I-loc ./O", 1},
		"across a full stop":  {`{"text":"See Yahoo! Inc. now.","entities":[[4,15,"org"]]}`, Config{}, SpansJSON, "See/O Yahoo/B-org !/I-org Inc./I-org now/O ./O", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "hash tags" {
				if _, err := Read(strings.NewReader(c.text), "test", c.config); err == nil || !strings.Contains(err.Error(), "line 2: 1 cells") {
					t.Errorf("%v, want an error about line 2", err)
				}
				return
			}
			s := read(t, c.text, c.config)
			if got := show(s, 0); got != c.want || s.Format() != c.format {
				t.Errorf("%s: %s, want %s: %s", s.Format(), got, c.format, c.want)
			}
			if len(s.notes) != c.notes {
				t.Errorf("notes %q, want %d", s.notes, c.notes)
			}
		})
	}
}

// Several columns are read at once, and a file packed by gzip as the one in it.
func TestColumnsAndGzip(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(conllu))
	z.Close()
	s, err := Read(&packed, "test.gz", Config{Columns: []string{"upos", "xpos"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := show(s, 1); got != "She/PRP ca/MD n't/RB go/VB ./. | Yes/UH" {
		t.Error(got)
	}
	if names := s.Columns(); names[0].Name != "upos" || names[1].Name != "xpos" || !slices.IsSorted(names[1].Tags) {
		t.Errorf("columns %+v", names)
	}
	if again := read(t, conllu, Config{Columns: []string{"upos", "xpos"}}); again.Fingerprint() != s.Fingerprint() {
		t.Error("the packed file has another fingerprint")
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "the file is empty",
		" \n\n":                   "the file is empty",
		"# only a comment here\n": "the file has no sentences",
		"word\n":                  `line 1: "word" has one cell, want a word and its tags`,
		"a\tO\nb\tO\tX\n":         "line 2: 3 cells, the first word of the file has 2",
		"a\tO\nb\t\n":             `line 2: word "b" has no tag`,
		"a\tO\n\tO\n":             "line 2: a word without a letter",
		"a\tO\n\xff\tO\n":         "line 2: not UTF-8",
		"a\x00\tO\n":              "bytes of 0",
		strings.Replace(conllu, "3\tn't", "7\tn't", 1): `line 6: word number "7", want 3`,
		`{"a":1}`:                            "line 1: an object without tokens or text",
		`{"tokens":["a","b"],"tags":["O"]}`:  "line 1: tags: 1 tags for 2 tokens",
		`{"tokens":["a"],"ner_tags":[3]}`:    "line 1: ner_tags: want a list of names",
		`{"tokens":["a"]}`:                   "line 1: no list of tags",
		`{"tokens":[""],"tags":["O"]}`:       `line 1: token 0 is "", want a word`,
		`{"text":"abc","spans":[[0,9,"x"]]}`: "line 1: spans 0: characters 0 to 9 of a text of 3",
		`{"text":"abc","spans":[[0,3]]}`:     "line 1: spans 0: a list of 2, want begin, end and label",
		`{"text":"a b","spans":[[1,2,"x"]]}`: `line 1: " ", bytes 1 to 2, holds no word`,
		`{"text":"a","spans":[]}` + "\n" + `{"tokens":["a"],"tags":["O"]}`: "line 2: an object of JSON tokens in a file of JSON spans",
		`{"text":"a"`:                           "line 1: want a JSON object",
		strings.Repeat("w O\n", MaxWords+1):     "line 1: a sentence of 5001 words",
		strings.Repeat("x", maxWord+1) + " O\n": "line 1: a word of 4097 bytes",
	} {
		_, err := Read(strings.NewReader(text), "test", Config{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "sentences: test: ") {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
	for column, want := range map[string]string{"pos": `"pos", want upos, xpos, feats, deprel or lemma`, "upos,upos": "column upos is asked for twice"} {
		_, err := Read(strings.NewReader(conllu), "test", Config{Columns: strings.Split(column, ",")})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", column, err, want)
		}
	}
	if _, err := Read(strings.NewReader(`{"text":"abcd","spans":[[0,2,"x"]]}`), "test", Config{Strict: true}); err == nil || !strings.Contains(err.Error(), `span "ab" cuts the word "abcd"`) {
		t.Errorf("strict: %v", err)
	}
}

// Equal sentences are never divided, and the report counts what it says.
func TestReport(t *testing.T) {
	var text strings.Builder
	for i := range 40 {
		fmt.Fprintf(&text, "Paris %s\nis O\nno%d O\n\n", []string{"B-loc", "B-per"}[i%2], i%20)
	}
	s := read(t, text.String(), Config{})
	r := Inspect(s)
	train, validation := r.Split(0.25, 1)
	if len(train) != 30 || len(validation) != 10 || r.Duplicates != 20 {
		t.Errorf("%d to train on, %d held out, %d duplicates; want 30, 10 and 20", len(train), len(validation), r.Duplicates)
	}
	in := map[string]bool{}
	for _, i := range train {
		in[strings.Join(s.Sentences()[i].Words, " ")] = true
	}
	for _, i := range validation {
		if in[strings.Join(s.Sentences()[i].Words, " ")] {
			t.Errorf("sentence %d is held out and trained on", i)
		}
	}
	var b strings.Builder
	if _, err := r.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"40 sentences of 120 words", "Paris: loc 20, per 20", "20 sentences repeat an earlier one", "33.3 % of their words"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("report lacks %q:\n%s", want, b.String())
		}
	}
}

// FuzzRead reads what nobody wrote: no panic, and what it takes it takes whole.
func FuzzRead(f *testing.F) {
	for _, s := range []string{conllu, "a O\nb B-x\n\nc I-x\n", "a\tO\n", `{"tokens":["a"],"tags":["O"]}`,
		`{"text":"a b😀 c","spans":[[0,3,"x"],{"start":4,"end":5,"label":["y"]}]}`, "\x1f\x8b\x08", "\ufeffa b\r\rc d"} {
		f.Add(s, "")
		f.Add(s, "xpos")
	}
	f.Fuzz(func(t *testing.T, text, column string) {
		var c Config
		if column != "" {
			c.Columns = strings.Split(column, ",")
		}
		s, err := Read(strings.NewReader(text), "fuzz", c)
		if err != nil {
			return
		}
		for _, of := range s.Sentences() {
			if len(of.Words) == 0 || len(of.Tags) != len(s.Columns()) {
				t.Fatalf("sentence %+v", of)
			}
			for k, tags := range of.Tags {
				if len(tags) != len(of.Words) {
					t.Fatalf("%d tags for %d words", len(tags), len(of.Words))
				}
				for _, tag := range tags {
					if !slices.Contains(s.Columns()[k].Tags, tag) {
						t.Fatalf("tag %q is none of %q", tag, s.Columns()[k].Tags)
					}
				}
			}
		}
		r := Inspect(s)
		if train, validation := r.Split(0.3, 1); len(train)+len(validation) != len(s.Sentences()) {
			t.Fatal("sentences are lost")
		}
	})
}

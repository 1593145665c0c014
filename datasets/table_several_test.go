package datasets

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSplitLabels(t *testing.T) {
	for _, c := range []struct {
		cell, multi string
		want        []string
		ok          bool
	}{
		{"a;b", ";", []string{"a", "b"}, true},
		{" a ; b;", ";", []string{"a", "b"}, true},
		{"", ";", nil, true},
		{"a, b", ",", []string{"a", "b"}, true},
		{"one two", " ", []string{"one", "two"}, true},
		{"a||b", "||", []string{"a", "b"}, true},
		{`["a", "b c"]`, "list", []string{"a", "b c"}, true},
		{`["a;b"]`, ";", []string{"a;b"}, true}, // a list is one whatever separates others
		{`['a', "it's"]`, "list", []string{"a", "it's"}, true},
		{`['it\'s', 'b']`, "list", []string{"it's", "b"}, true},
		{`["\u00e9"]`, "list", []string{"é"}, true},
		{`['a' 'b']`, "list", []string{"a", "b"}, true}, // as numpy writes it
		{"[1, 2]", "list", []string{"1", "2"}, true},
		{"[1, null]", "list", []string{"1"}, true},
		{"[a, b]", "list", []string{"a", "b"}, true},
		{"[]", "list", nil, true},
		{"[]", ";", nil, true},
		{"", "list", nil, true},
		{"a", "list", nil, false},
		{`["a", {"b": 1}]`, "list", nil, false},
		{`["a"`, "list", nil, false},
		{`["a" b]`, "list", nil, false},
	} {
		got, ok := SplitLabels(c.cell, c.multi)
		if ok != c.ok || !slices.Equal(got, c.want) {
			t.Errorf("%q by %q: %q %v, want %q %v", c.cell, c.multi, got, ok, c.want, c.ok)
		}
	}
}

func TestLooksSeveral(t *testing.T) {
	for _, c := range []struct {
		classes []string
		multi   string
	}{
		{[]string{"a", "b", "a;b"}, ";"},
		{[]string{"x;y", "y;z", "z;x"}, ";"},
		{[]string{"red|blue", "blue", "red", "red|green", "green"}, "|"},
		{[]string{`["a","b"]`, `["b"]`}, MultiList},
		{[]string{"['a', 'b']", "[]"}, MultiList},
		{[]string{"positive", "negative"}, ""},
		{[]string{"arts/crafts", "health/beauty", "food"}, ""},
		{[]string{"Dallas, Texas", "Paris, France"}, ""},
		{nil, ""},
	} {
		multi, example, ok := LooksSeveral(c.classes)
		if multi != c.multi || ok != (c.multi != "") || ok && !slices.Contains(c.classes, example) {
			t.Errorf("%q: %q, such as %q, want %q", c.classes, multi, example, c.multi)
		}
	}
}

// The same labels are read from each format, whatever writes them.
func TestSeveralLabels(t *testing.T) {
	for _, c := range []struct{ name, text, multi string }{
		{"a.csv", "text,tags\none,b;a\ntwo,\nthree,a;a\nfour,NA\n", ";"},
		{"a.tsv", "text\ttags\none\tb|a\ntwo\t\nthree\ta\nfour\tNA\n", "|"},
		{"b.csv", "text,tags\none,\"['b', 'a']\"\ntwo,[]\nthree,\"[\"\"a\"\"]\"\nfour,null\n", MultiList},
		{"a.jsonl", `{"text":"one","tags":["b","a"]}` + "\n" + `{"text":"two","tags":[]}` + "\n" + `{"text":"three","tags":["a"]}` + "\n" + `{"text":"four","tags":null}` + "\n", ";"},
		{"b.jsonl", `{"text":"one","tags":"b;a"}` + "\n" + `{"text":"two","tags":""}` + "\n" + `{"text":"three","tags":"a"}` + "\n" + `{"text":"four"}` + "\n", ";"},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := OpenTableFS(fstest.MapFS{c.name: {Data: []byte(c.text)}}, c.name, TableConfig{Multi: c.multi})
			if err != nil {
				t.Fatal(err)
			}
			set, err := table.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(set.Classes, []string{"a", "b"}) || len(set.Examples) != 3 || set.Skipped != 1 {
				t.Fatalf("%+v", set)
			}
			want := [][]int{{0, 1}, {}, {0}}
			n := 0
			for m, err := range table.Marked(t.Context()) {
				if err != nil || m.Label != -1 || m.Labels == nil || !slices.Equal(m.Labels, want[n]) || !slices.Equal(set.Marks[n].Labels, want[n]) {
					t.Errorf("row %d: %+v (loaded %+v), %v, want %v", n, m, set.Marks[n], err, want[n])
				}
				n++
			}
			if s, err := table.Scan(t.Context()); err != nil || !slices.Equal(s.Counts, []int{2, 1}) {
				t.Errorf("%+v, %v", s, err)
			}
			if !strings.Contains(strings.Join(set.Notes, "\n"), `1 row has no label in column "tags"`) {
				t.Errorf("notes %q", set.Notes)
			}
		})
	}
}

func TestSeveralLabelsRefused(t *testing.T) {
	for _, c := range []struct {
		name, text string
		cfg        TableConfig
		want       string
	}{
		{"a.csv", "text,tags\none,a\ntwo,b\n", TableConfig{Multi: MultiList}, "is no list of labels"},
		{"a.csv", "text,tags\none,a;b\n", TableConfig{Multi: "\n"}, "cannot be separated"},
		{"a.csv", "text,tags\none,a;b\n", TableConfig{Multi: "[]"}, "cannot be separated"},
		{"a.csv", "text,tags\none,a;b\n", TableConfig{Multi: "1"}, "cannot be separated by the number"},
		{"a.csv", "text,tags\none,a;b\n", TableConfig{Multi: ";", Score: "tags"}, "labels or a number"},
		{"a.csv", "text,tags\none,\ntwo,\n", TableConfig{Multi: ";"}, "no row has a label"},
		{"a.csv", "text,tags\none,a;c\n", TableConfig{Multi: ";", Classes: []string{"a", "b"}}, `"c" is none of the classes`},
		{"a.jsonl", `{"text":"one","tags":["a"]}`, TableConfig{Label: "tags"}, "--multi list"},
		{"a.csv", "text,stars\none,many\n", TableConfig{Score: "stars"}, "is no number"},
		{"a.csv", "text,stars\none,\"1,234\"\n", TableConfig{Score: "stars"}, "may be 1234 or 1.234"},
		{"a.csv", "text,other,label\none,two,x\n", TableConfig{Text: "text", Pair: "text"}, "second texts and another"},
		{"a.csv", "text,other,label\none,two,x\n", TableConfig{Pair: "third"}, `"third"`},
	} {
		table, err := OpenTableFS(fstest.MapFS{c.name: {Data: []byte(c.text)}}, c.name, c.cfg)
		if err == nil {
			_, err = table.Scan(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q with %+v: %v, want %q", c.text, c.cfg, err, c.want)
		}
	}
}

func TestNumbersAndPairs(t *testing.T) {
	for _, c := range []struct {
		row     string
		decimal string
		want    float64
	}{{"4.5", "", 4.5}, {"-3", "", -3}, {`"1,5"`, "comma", 1.5}, {`"$1,500.25"`, "", 1500.25}, {`"1,5"`, "", 1.5}, {"1e3", "", 1000}} {
		data := "first,second,score\na man,a dog," + c.row + "\nx,,2\ny,z,NA\n"
		table, err := OpenTableFS(fstest.MapFS{"a.csv": {Data: []byte(data)}}, "a.csv", TableConfig{Text: "first", Pair: "second", Score: "score", Decimal: c.decimal})
		if err != nil {
			t.Fatal(err)
		}
		set, err := table.Load(t.Context())
		if err != nil {
			t.Errorf("%s: %v", c.row, err)
			continue
		}
		if len(set.Examples) != 1 || set.Skipped != 2 || set.Marks[0].Value != c.want || set.Marks[0].Pair != "a dog" || set.Examples[0].Label != -1 || set.Classes != nil {
			t.Errorf("%s: %+v", c.row, set)
		}
	}
}

// The columns of a pair are not taken for each other.
func TestPairIsNotTheText(t *testing.T) {
	table, err := OpenTableFS(fstest.MapFS{"a.csv": {Data: []byte("text,other,same\nan apple a day,a much longer sentence about apples,yes\na bus,a much longer sentence about trains,no\n")}}, "a.csv", TableConfig{Pair: "text"})
	if err != nil {
		t.Fatal(err)
	}
	if column, err := table.TextColumn(); err != nil || column != "other" {
		t.Errorf("the text is in %q, %v", column, err)
	}
}

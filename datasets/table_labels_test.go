package datasets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// Numbers in the column of labels are those that the file's own description
// names, whatever the order of the classes that are asked for.
func TestDescribedNames(t *testing.T) {
	const reversed = `{"info": {"features": {"label": {"names": ["positive", "negative"], "_type": "ClassLabel"}}}}`
	const short = `{"info": {"features": {"label": {"names": ["pos", "neg"], "_type": "ClassLabel"}}}}`
	rows := []hubRow{{"lovely", 0}, {"dreadful", 1}, {"unlabelled", -1}}
	for _, c := range []struct {
		meta    string
		classes []string // asked for
		want    []string
	}{
		{reversed, nil, []string{"positive", "negative"}},
		{reversed, []string{"negative", "positive"}, []string{"positive", "negative"}},
		{reversed, []string{"Negative", "other", "Positive"}, []string{"Positive", "Negative"}},
		{short, []string{"negative", "positive"}, []string{"positive", "negative"}},
	} {
		table, err := openParquet(parquetFile(t, rows, parquet.KeyValueMetadata("huggingface", c.meta)), TableConfig{Classes: c.classes})
		if err != nil {
			t.Fatal(err)
		}
		set, err := table.Load(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range set.Examples {
			got = append(got, set.Classes[e.Label])
		}
		if !slices.Equal(got, c.want) || set.Skipped != 1 {
			t.Errorf("%s by %q: %q and %d skipped, want %q and 1", c.meta, c.classes, got, set.Skipped, c.want)
		}
	}
	for name, c := range map[string]struct {
		rows    []hubRow
		classes []string
		want    string
	}{
		"a number beyond the names": {[]hubRow{{"a", 0}, {"b", 7}}, nil, `7 is none of the numbers that the file's own description names`},
		"other names":               {rows, []string{"ham", "spam"}, `"positive" is none of the classes "ham", "spam"`},
	} {
		table, err := openParquet(parquetFile(t, c.rows, parquet.KeyValueMetadata("huggingface", reversed)), TableConfig{Classes: c.classes})
		if err == nil {
			_, err = table.Load(context.Background())
		}
		if !errors.Is(err, ErrLabel) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Marks of a missing value are no class unless they are asked for.
func TestMissingLabels(t *testing.T) {
	for _, mark := range []string{"", " ", "nan", "NaN", "NA", "N/A", "#N/A", "<NA>", "NULL", "None", `\N`, "NaT", "?"} {
		content := "text,label\na,yes\nb,no\nc," + mark + "\n"
		set, err := load(t, "a.csv", content, TableConfig{})
		if err != nil {
			t.Fatalf("%q: %v", mark, err)
		}
		if !slices.Equal(set.Classes, []string{"no", "yes"}) || set.Skipped != 1 {
			t.Errorf("%q: classes %q, %d skipped", mark, set.Classes, set.Skipped)
		}
		if told := slices.ContainsFunc(set.Notes, func(n string) bool { return strings.Contains(n, "--missing") }); told != (strings.TrimSpace(mark) != "") {
			t.Errorf("%q: notes %q", mark, set.Notes)
		}
		if _, err := load(t, "a.csv", content, TableConfig{Strict: true}); !errors.Is(err, ErrEmptyCell) {
			t.Errorf("%q, strict: %v", mark, err)
		}
	}
	for name, cfg := range map[string]TableConfig{"by the marks": {Missing: []string{}}, "by the classes": {Classes: []string{"favor", "none"}}} {
		set, err := load(t, "a.csv", "text,label\na,favor\nb,none\n", cfg)
		if err != nil || !slices.Equal(set.Classes, []string{"favor", "none"}) || len(set.Examples) != 2 {
			t.Errorf("%s: %+v, %v", name, set, err)
		}
	}
	set, err := load(t, "a.csv", "text,label\na,x\nb,y\nc,-9\n", TableConfig{Missing: []string{"-9"}})
	if err != nil || !slices.Equal(set.Classes, []string{"x", "y"}) {
		t.Errorf("marks of one's own: %+v, %v", set, err)
	}
	_, err = load(t, "a.csv", "text,label\na,x\nb,none\n", TableConfig{})
	if !errors.Is(err, ErrLabel) || !strings.Contains(err.Error(), `"none" 1; --missing`) {
		t.Errorf("one class left: %v", err)
	}
}

// Labels that differ in how accents are encoded, or in spaces, are one class.
func TestOneSpelling(t *testing.T) {
	set, err := load(t, "a.csv", "text,label\na,caf\u00e9\nb,cafe\u0301\nc, th\u00e9\u00a0\nd,the\u0301\n", TableConfig{})
	if err != nil || !slices.Equal(set.Classes, []string{"caf\u00e9", "th\u00e9"}) {
		t.Fatalf("%+v, %v", set, err)
	}
	if !slices.ContainsFunc(set.Notes, func(n string) bool { return strings.Contains(n, "accents") }) {
		t.Errorf("notes %q", set.Notes)
	}
}

func load(t *testing.T, name, content string, cfg TableConfig) (*Set, error) {
	t.Helper()
	table, err := openText(name, content, cfg)
	if err != nil {
		return nil, err
	}
	return table.Load(context.Background())
}

// A key that is seen first after the rows by which columns are guessed is a column
// where it is needed, and told where it is not.
func TestLateKeys(t *testing.T) {
	var b strings.Builder
	for i := range 1500 {
		if i < 1200 {
			fmt.Fprintf(&b, `{"text":"film %d"}`+"\n", i)
		} else {
			fmt.Fprintf(&b, `{"text":"film %d","label":%d,"more":1}`+"\n", i, i%2)
		}
	}
	for name, cfg := range map[string]TableConfig{"guessed": {}, "named": {Label: "label"}} {
		table, err := openText("a.jsonl", b.String(), cfg)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		set, err := table.Load(context.Background())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(set.Examples) != 300 || set.Skipped != 1200 || !strings.Contains(strings.Join(table.Doubts(), "; "), `"label" is seen first on line 1201`) {
			t.Errorf("%s: %d examples, %q", name, len(set.Examples), table.Doubts())
		}
	}
	table, err := openText("a.jsonl", b.String(), TableConfig{Unlabelled: true})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := table.Scan(context.Background()); err != nil || !strings.Contains(strings.Join(s.Notes, "; "), `the key "label" is seen first on line 1201`) {
		t.Errorf("unlabelled: %+v, %v", s, err)
	}
}

// What Python writes for missing numbers is named.
func TestBareWords(t *testing.T) {
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		_, err := load(t, "a.jsonl", `{"text":"a NaN","label":1}`+"\n"+`{"text":"b","label":1,"x":`+word+"}\n", TableConfig{})
		if err == nil || !strings.Contains(err.Error(), "line 2: "+word+" is no JSON") || !strings.Contains(err.Error(), "null") {
			t.Errorf("%s: %v", word, err)
		}
	}
}

package datasets

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A quote that takes in lines which look like rows is an error that names its line,
// and one around a text of several lines is none.
func TestSwallowingQuotes(t *testing.T) {
	reviews := func(at int, line string) string {
		content := "text,label\n"
		for i := range 30 {
			if i == at {
				content += line + "\n"
				continue
			}
			content += fmt.Sprintf("film number %d,%s\n", i, []string{"pos", "neg"}[i%2])
		}
		return content
	}
	numbers := "a,b,c\n1,2,3\n4,5,6\n\"7,8,9\n1,2,3\n4,5,\"6\n7,8,9\n"
	for name, c := range map[string]struct {
		content string
		quotes  Quotes
		line    int // 0: it is read
	}{
		"closed later":              {reviews(4, "\"Great, the critics said,neg\nfine,pos\nan \"odd\" one,pos"), QuotesLazy, 6},
		"closed by another":         {reviews(4, "\"Great movie,neg\nfine,pos\n\"odd\",pos"), QuotesLazy, 6},
		"never closed":              {reviews(4, "\"Great movie,neg"), QuotesLazy, 6},
		"in the first row":          {reviews(0, "\"Great movie,neg\nfine,pos\nodd\",pos"), QuotesStrict, 2},
		"numbers":                   {numbers, QuotesStrict, 4},
		"a text of several lines":   {reviews(4, "\"Great, really.\nFine, too,\nand so on: a, b\",pos"), QuotesStrict, 0},
		"a quoted table":            {reviews(4, "\"He wrote:\nyes, no\nno, never\",pos"), QuotesStrict, 0},
		"a text in the last column": {"id,text\n1,fine\n2,odd\n3,\"two\nlines\"\n4,good\n", QuotesStrict, 0},
		"taken for text":            {reviews(4, "\"Great movie,neg"), QuotesNone, 0},
	} {
		table, err := openText("a.csv", c.content, TableConfig{Quotes: c.quotes})
		if err == nil {
			for _, e := range table.Rows(context.Background()) {
				err = e
			}
		}
		switch {
		case c.line == 0 && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.line > 0 && (!errors.Is(err, ErrQuotes) || !strings.Contains(err.Error(), fmt.Sprintf("line %d:", c.line))):
			t.Errorf("%s: %v, want one about line %d", name, err, c.line)
		}
	}
}

// The delimiter is the one by which the lines agree, and told where it is not the
// usual one or another might be.
func TestGuessComma(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		columns []string
		told    bool
	}{
		"commas in brackets":  {"size (m2, gross);price (EUR, net)\n215,2;380597,7\n259,2;426793,6\n", []string{"size (m2, gross)", "price (EUR, net)"}, true},
		"commas in texts":     {"text;label\nso, so;1\nfine, really, fine;0\n", []string{"text", "label"}, true},
		"semicolons in texts": {"text,label\nso; so,1\nfine; really; fine,0\n", []string{"text", "label"}, false},
		"a comma in a name":   {"a, b;c\n1;2\n3;4\n", []string{"a, b", "c"}, true},
		"quoted names":        {"\"a;b\",c\n1,2\n", []string{"a;b", "c"}, false},
		"bars":                {"a|b|c\n1|2|3\n", []string{"a", "b", "c"}, true},
		"quoted cells":        {"text,label\n\"a;b;c\",1\n\"d;e;f\",0\n", []string{"text", "label"}, false},
		"one row":             {"a;b\n1,5;2,5", []string{"a", "b"}, true},
	} {
		table, err := openText("a.csv", c.content, TableConfig{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := table.Columns(); fmt.Sprint(got) != fmt.Sprint(c.columns) || (len(table.Doubts()) > 0) != c.told {
			t.Errorf("%s: columns %q, told %q", name, got, table.Doubts())
		}
	}
	table, err := openText("a.csv", "a;b,c\n1;2,3\n", TableConfig{Comma: ','})
	if err != nil || len(table.Columns()) != 2 || table.Columns()[0] != "a;b" || table.Doubts() != nil {
		t.Errorf("a delimiter that was named: %v, %v", table, err)
	}
	if _, err := openText("a.csv", "a,b\n1,2\n", TableConfig{Comma: '"'}); !errors.Is(err, ErrConfig) {
		t.Errorf("a quote for the delimiter: %v", err)
	}
}

// Lines may end in carriage returns alone, and lines of spaces are no rows.
func TestLineEnds(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r"} {
		for _, quotes := range []Quotes{QuotesStrict, QuotesNone} {
			set, err := load(t, "a.csv", strings.ReplaceAll("text,label\na,x\n  \nb,y\n", "\n", end), TableConfig{Quotes: quotes})
			if err != nil || len(set.Examples) != 2 || set.Examples[1].Text != "b" || set.Examples[1].ID != "4" {
				t.Errorf("%q, %s: %+v, %v", end, quotes, set, err)
			}
		}
		set, err := load(t, "a.jsonl", strings.ReplaceAll("{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}\n", "\n", end), TableConfig{})
		if err != nil || len(set.Examples) != 2 {
			t.Errorf("JSON lines, %q: %+v, %v", end, set, err)
		}
	}
}

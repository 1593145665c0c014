package datasets

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// What programs and people make of CSV.
func TestDialects(t *testing.T) {
	rows := strings.Repeat("good film,pos\nbad film,neg\n", 10)
	quoted := strings.Repeat(`pos, "good, film"`+"\n"+`neg, "bad, film"`+"\n", 10)
	escaped := strings.Repeat(`"good \"film\", yes",pos`+"\n"+`"bad\\",neg`+"\n", 10)
	for name, c := range map[string]struct {
		file string
		cfg  TableConfig
		rows int
		text string // of the first row
		says string // in guesses or notes
	}{
		"a note to Excel":           {"sep=;\r\ntext;label\r\n" + strings.ReplaceAll(rows, ",", ";"), TableConfig{}, 20, "good film", "';'"},
		"a note to Excel, quoted":   {"\"sep=|\"\ntext|label\n" + strings.ReplaceAll(rows, ",", "|"), TableConfig{}, 20, "good film", "'|'"},
		"a note to Excel, no more":  {"sep=;\ntext,label\n" + rows, TableConfig{Comma: ','}, 20, "good film", ""},
		"a column named sep":        {"sep=1,label,text\n" + strings.Repeat("1,pos,good film\n2,neg,bad film\n", 10), TableConfig{}, 20, "good film", ""},
		"delimiters at the ends":    {"text,label\n" + strings.ReplaceAll(rows, "\n", ",\n"), TableConfig{}, 20, "good film", "20 rows end in more delimiters than the header"},
		"the same without quotes":   {"text,label\n" + strings.ReplaceAll(rows, "\n", ",,\n"), TableConfig{Quotes: QuotesNone}, 20, "good film", ""},
		"headers among the rows":    {"text,label\n" + rows + "\ufefftext,label\n" + rows, TableConfig{}, 40, "good film", "1 row repeats the header"},
		"the end by DOS's mark":     {"text,label\n" + rows + "\x1a", TableConfig{}, 20, "good film", ""},
		"spaces before quotes":      {"label, text\n" + quoted, TableConfig{}, 20, "good, film", ""},
		"backslashes, by the rows":  {"text,label\n" + escaped, TableConfig{}, 20, `good "film", yes`, "--quotes strict"},
		"backslashes, as asked":     {"text,label\n" + escaped, TableConfig{Quotes: QuotesBackslash}, 20, `good "film", yes`, ""},
		"backslashes that are text": {"text,label\n" + strings.Repeat(`"C:\dir\",pos`+"\n"+`"a ""b""",neg`+"\n", 10), TableConfig{}, 20, `C:\dir\`, ""},
		"names in two encodings":    {"te\u200bxt,labe\u0301\n" + rows, TableConfig{Label: "lab\u00e9"}, 20, "good film", ""},
		"names that differ in case": {"text,label,Label\n" + strings.ReplaceAll(rows, "\n", ",x\n"), TableConfig{}, 20, "good film", `"label" and "Label" differ in case alone`},
		"texts that mean none":      {"text,label\n" + rows + "nan,pos\nNULL,neg\n", TableConfig{}, 22, "good film", `texts that read "NULL" 1, "nan" 1 are taken as texts`},
		"texts told to mean none":   {"text,label\n" + rows + "nan,pos\nNULL,neg\n", TableConfig{Missing: []string{"nan", "null"}}, 20, "good film", "2 rows are passed over"},
	} {
		table, err := openText("a.csv", c.file, c.cfg)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		set, err := table.Load(context.Background())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(set.Examples) != c.rows || set.Examples[0].Text != c.text || len(set.Classes) != 2 {
			t.Errorf("%s: %d rows of %q, the first %+v", name, len(set.Examples), set.Classes, set.Examples[0])
		}
		if says := strings.Join(append(table.Guesses(), set.Notes...), "; "); !strings.Contains(says, c.says) {
			t.Errorf("%s: %q lacks %q", name, says, c.says)
		}
	}
}

// Lines above the header, and a header that is none, are errors that say so.
func TestNoHeader(t *testing.T) {
	rows := strings.Repeat("1,good film,pos\n2,bad film,neg\n", 10)
	for name, c := range map[string]struct{ file, says string }{
		"a title":               {"Sales report\n\nid,text,label\n" + rows, `the table seems to begin with the line "id,text,label"`},
		"comments":              {"# made, by me\nid,text,label\n" + rows, "delete what stands above it"},
		"another delimiter":     {"Title\nid;text;label\n" + strings.ReplaceAll(rows, ",", ";"), `"id;text;label"`},
		"a row in its place":    {"a film,pos\n" + strings.Repeat("a fine film,pos\na dull film,neg\n", 10), `the first line should name the columns, and has "pos"`},
		"cells that are short":  {"id,text,label\n" + rows + "3,good film\n", "cells are missing at its end"},
		"headers, strictly":     {"id,text,label\n" + rows + "id,text,label\n", "repeats the header"},
		"rows in an object":     {`{"data": [{"text": "good", "label": 1}]}` + "\n", `jq -c '.data[]'`},
		"columns in an object":  {`{"body": {"0": "good"}, "stars": {"0": 1}}` + "\n", `to_json(orient="records", lines=True)`},
		"single quotes":         {"text,label\n'good, film',pos\n'bad, film',neg\n", "of single ones around cells make double ones"},
		"Python's dictionaries": {"{'text': 'good', 'label': 1}\n", "json.dumps"},
	} {
		file := "a.csv"
		if strings.HasPrefix(c.file, "{") {
			file = "a.jsonl"
		}
		table, err := openText(file, c.file, TableConfig{Strict: true})
		if err == nil {
			_, err = table.Load(context.Background())
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// Backslashes are read the same however the text comes.
func TestDoubled(t *testing.T) {
	const text = `a,"b \"c\" \\ \n","\\",\"d` + "\n" + `"e\`
	want, err := io.ReadAll(&doubled{r: strings.NewReader(text)})
	if err != nil || string(want) != `a,"b ""c"" \ \n","\",\"d`+"\n"+`"e\` {
		t.Errorf("%s, %v", want, err)
	}
	for name, r := range map[string]io.Reader{"a byte at a time": iotest.OneByteReader(strings.NewReader(text)), "the end with the last": iotest.DataErrReader(strings.NewReader(text))} {
		var got bytes.Buffer
		for d, b, err := (&doubled{r: r}), make([]byte, 8), error(nil); err != io.EOF; {
			var n int
			n, err = d.Read(b[:1+got.Len()%7])
			got.Write(b[:n])
			if err != nil && err != io.EOF {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s: %s", name, got.String())
		}
	}
	// What they shrink does not count towards the largest row.
	var b strings.Builder
	b.WriteString("text,label\n")
	cell := strings.Repeat(`\\`, 1<<19)
	for i := range 40 {
		fmt.Fprintf(&b, "\"%s\",%d\n", cell, i%2)
	}
	table, err := openText("a.csv", b.String(), TableConfig{Quotes: QuotesBackslash})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := table.Scan(context.Background()); err != nil || s.Rows != 40 {
		t.Errorf("%+v, %v", s, err)
	}
}

package datasets

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// openText opens a table held in memory.
func openText(name, content string, cfg TableConfig) (*Table, error) {
	return OpenTableFS(fstest.MapFS{name: {Data: []byte(content)}}, name, cfg)
}

func packed(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

func encoded(s string, e interface{ String(string) (string, error) }) string {
	out, err := e.String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func TestTableLoad(t *testing.T) {
	two := []Example{{Text: "good film", Label: 1, ID: "2"}, {Text: "bad film", Label: 0, ID: "3"}}
	negPos := []string{"neg", "pos"}
	for _, c := range []struct {
		name, file, content string
		cfg                 TableConfig
		classes             []string
		want                []Example
	}{
		{"csv", "a.csv", "text,label\ngood film,pos\nbad film,neg\n", TableConfig{}, negPos, two},
		{"columns named", "a.csv", "x,y z,text\ngood film,pos,a b c\nbad film,neg,d e f\n", TableConfig{Text: "x", Label: "y z"}, negPos, two},
		{"windows line ends", "a.csv", "text,label\r\ngood film,pos\r\nbad film,neg\r\n", TableConfig{}, negPos, two},
		{"no last line end", "a.csv", "text,label\ngood film,pos\nbad film,neg", TableConfig{}, negPos, two},
		{"byte-order mark", "a.csv", "\xef\xbb\xbftext,label\ngood film,pos\nbad film,neg\n", TableConfig{}, negPos, two},
		{"byte-order mark, quoted", "a.csv", "\xef\xbb\xbf\"text\",label\ngood film,pos\nbad film,neg\n", TableConfig{}, negPos, two},
		{"gzip", "a.csv.gz", packed("text,label\ngood film,pos\nbad film,neg\n"), TableConfig{}, negPos, two},
		{"gzip under a plain name", "a.csv", packed("text,label\ngood film,pos\nbad film,neg\n"), TableConfig{}, negPos, two},
		{"semicolons", "a.csv", "text;label\ngood film;pos\nbad film;neg\n", TableConfig{}, negPos, two},
		{"tsv", "a.tsv", "text\tlabel\ngood film\tpos\nbad film\tneg\n", TableConfig{}, negPos, two},
		{"tsv of commas", "a.tsv", "text,label\ngood film,pos\nbad film,neg\n", TableConfig{}, negPos, two},
		{"spaces around labels", "a.csv", "text,label\ngood film, pos\nbad film,neg \n", TableConfig{}, negPos, two},
		{"utf-16", "a.csv", encoded("text,label\ngood film,pos\nbad film,neg\n", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()), TableConfig{}, negPos, two},
		{"utf-16 big endian", "a.csv", encoded("text,label\ngood film,pos\nbad film,neg\n", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()), TableConfig{Encoding: "utf-16"}, negPos, two},
		{"quotes inside quotes", "a.csv", "text,label\n\"He said \"\"hi, you\"\"\",b\n\"two\r\nlines\",a\nx,b\n", TableConfig{}, []string{"a", "b"},
			[]Example{{"He said \"hi, you\"", 1, "2", 0}, {"two\nlines", 0, "3", 0}, {"x", 1, "5", 0}}},
		{"lazy quotes", "a.tsv", "text\tlabel\n\"a \\\"b\\\" c\"\t1\nsay \"hi\"\t0\n", TableConfig{Quotes: QuotesLazy}, []string{"0", "1"},
			[]Example{{`a \"b\" c`, 1, "2", 0}, {`say "hi"`, 0, "3", 0}}},
		{"no quotes", "a.tsv", "text\tlabel\n\"open\t1\nsay \"hi\"\t0\n", TableConfig{Quotes: QuotesNone}, []string{"0", "1"},
			[]Example{{`"open`, 1, "2", 0}, {`say "hi"`, 0, "3", 0}}},
		{"windows-1252", "a.csv", encoded("text,label\ncafé “fin”,1\nx,0\n", charmap.Windows1252.NewEncoder()), TableConfig{Encoding: "windows-1252"}, []string{"0", "1"},
			[]Example{{"café “fin”", 1, "2", 0}, {"x", 0, "3", 0}}},
		{"numbers sorted by value", "a.csv", "review,stars\na,10\nb,9\nc,1.0\nd,1\n", TableConfig{}, []string{"1", "9", "10"},
			[]Example{{"a", 2, "2", 0}, {"b", 1, "3", 0}, {"c", 0, "4", 0}, {"d", 0, "5", 0}}},
		{"json lines", "a.jsonl", `{"text": "good film", "label": "pos"}` + "\r\n\n" + ` { "label":"neg" , "extra":[1,{"a":"]"}], "text":"b\u00e4d" }` + "\n", TableConfig{}, negPos,
			[]Example{{"good film", 1, "1", 0}, {"bäd", 0, "3", 0}}},
		{"json booleans", "a.jsonl", `{"text":"a","label":true}` + "\n" + `{"text":"b","label":false}`, TableConfig{}, []string{"false", "true"},
			[]Example{{"a", 1, "1", 0}, {"b", 0, "2", 0}}},
		{"json numbers", "a.ndjson", `{"text":"a","label":1.0}` + "\n" + `{"text":"b","label":0}` + "\n" + `{"text":"c","label":1}`, TableConfig{}, []string{"0", "1"},
			[]Example{{"a", 1, "1", 0}, {"b", 0, "2", 0}, {"c", 1, "3", 0}}},
		{"classes by name", "a.csv", "text,label\na,Pos\nb,neg\n", TableConfig{Classes: []string{"pos", "neg", "other"}}, []string{"pos", "neg", "other"},
			[]Example{{"a", 0, "2", 0}, {"b", 1, "3", 0}}},
		{"classes by number", "a.csv", "text,label\na,1\nb,0\n", TableConfig{Classes: negPos}, negPos,
			[]Example{{"a", 1, "2", 0}, {"b", 0, "3", 0}}},
		{"classes by truth", "a.csv", "text,label\na,True\nb,False\n", TableConfig{Classes: negPos}, negPos,
			[]Example{{"a", 1, "2", 0}, {"b", 0, "3", 0}}},
		{"unlabelled", "a.csv", "id,text\n1,a\n2,b\n", TableConfig{Unlabelled: true}, nil,
			[]Example{{"a", -1, "2", 0}, {"b", -1, "3", 0}}},
		{"empty rows skipped", "a.csv", "text,label\na,1\n,\n ,1\nb,\n\nc,0\n", TableConfig{}, []string{"0", "1"},
			[]Example{{"a", 1, "2", 0}, {"c", 0, "7", 0}}},
		{"pandas index", "a.csv", ",text,label\n0,a,1\n1,b,0\n", TableConfig{}, []string{"0", "1"},
			[]Example{{"a", 1, "2", 0}, {"b", 0, "3", 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := openText(c.file, c.content, c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			set, err := table.Load(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, set.Examples); diff != "" {
				t.Errorf("Load (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.classes, set.Classes); diff != "" {
				t.Errorf("classes (-want +got):\n%s", diff)
			}
			for range 2 { // the sequence restarts
				var got []Example
				for e, err := range table.Examples(context.Background()) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, e)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("Examples (-want +got):\n%s", diff)
				}
			}
			s, err := table.Scan(context.Background())
			if err != nil || s.Rows != len(c.want) || s.Skipped != set.Skipped {
				t.Errorf("Scan = %+v, %v", s, err)
			}
		})
	}
}

// Only an encoding that reads the whole file is proposed.
func TestEncodingError(t *testing.T) {
	for content, want := range map[string]string{
		"text,label\ncaf\xe9,1\n":              "windows-1252",
		"text,label\nx,0\n\x93caf\xe9\x94,1\n": "windows-1252",
		"text,label\ncafé,0\ncaf\xe9,1\n":      "",
	} {
		table, err := openText("a.csv", content, TableConfig{})
		if err == nil {
			_, err = table.Load(context.Background())
		}
		var got *EncodingError
		if !errors.As(err, &got) || got.Seems != want {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}

// TestTableMistakes has the mistakes of users; each answer names the place
// and says what to do.
func TestTableMistakes(t *testing.T) {
	latin := encoded("text,label\nok,0\ncafé,1\n", charmap.Windows1252.NewEncoder())
	for _, c := range []struct {
		name, file, content string
		cfg                 TableConfig
		is                  error
		want                []string
	}{
		{"wrong column", "a.csv", "review,stars\na,1\nb,2\n", TableConfig{Text: "reveiw"}, ErrNoColumn, []string{`"reveiw"`, `did you mean "review"?`, `"review", "stars"`}},
		{"wrong column, far off", "a.csv", "review,stars\na,1\nb,2\n", TableConfig{Label: "banana"}, ErrNoColumn, []string{`"banana"`, `"review", "stars"`}},
		{"wrong target", "a.csv", "a,b\n1,2\n", TableConfig{Target: "B"}, ErrNoColumn, []string{`did you mean "b"?`}},
		{"no text to guess", "a.csv", "a,b,c\n1,2,3\n", TableConfig{}, ErrNoColumn, []string{"which column is the text", `"a", "b", "c"`}},
		{"no header", "a.csv", "I liked this film a great deal indeed,1\nbad,0\n", TableConfig{}, ErrHeader, []string{"first line should name the columns", "I liked", "add a line above it"}},
		{"one column", "a.csv", "text\ngood film\n", TableConfig{}, ErrHeader, []string{`"text" is the only column`, "label"}},
		{"ragged", "a.csv", "text,label\na,1\n\nb, and c,0\n", TableConfig{}, nil, []string{"line 4", "has 3 cells", "header 2", "quotes around it"}},
		{"ragged short", "a.csv", "text,label\na,1\nb\n", TableConfig{}, nil, []string{"line 3", "has 1 cell,"}},
		{"ragged without quoting", "a.tsv", "text\tlabel\na\t1\nb\n", TableConfig{Quotes: QuotesNone}, nil, []string{"line 3", "has 1 cell,"}},
		{"bare quote", "a.csv", "text,label\na,1\nsay \"hi\",0\n", TableConfig{}, nil, []string{"line 3", "doubled"}},
		{"quotes not doubled", "a.csv", "text,label\na,1\n\"say \"hi\" now\",0\n", TableConfig{}, nil, []string{"line 3", "doubled"}},
		{"quote never closed", "a.csv", "text,label\na,1\n\"open,0\nb,1\n", TableConfig{}, nil, []string{"line 3", "doubled"}},
		{"empty file", "a.csv", "", TableConfig{}, nil, []string{"empty"}},
		{"blank file", "a.csv", "\n\n \n", TableConfig{}, nil, []string{"empty"}},
		{"empty jsonl", "a.jsonl", "", TableConfig{}, nil, []string{"empty"}},
		{"header only", "a.csv", "text,label\n", TableConfig{}, nil, []string{"header but no rows", "a row below it"}},
		{"empty text", "a.csv", "text,label\na,1\n  ,0\n", TableConfig{Strict: true}, nil, []string{"line 3", `"text" is empty`, "passed over"}},
		{"empty label", "a.csv", "text,label\na,1\nb,\n", TableConfig{Strict: true}, nil, []string{"line 3", `"label" is empty`}},
		{"all empty", "a.csv", "text,label\n,1\n,\n", TableConfig{}, nil, []string{"none of the 2 rows"}},
		{"missing key", "a.jsonl", `{"text":"a","label":1}` + "\n" + `{"text":"b"}`, TableConfig{Strict: true}, nil, []string{"line 2", `"label" is empty`}},
		{"one class", "a.csv", "text,label\na,1\nb,1\n", TableConfig{}, ErrLabel, []string{`every row has the label "1"`, `"label"`}},
		{"neither class", "a.csv", "text,label\na,pos\nb,neutral\n", TableConfig{Classes: []string{"neg", "pos"}}, ErrLabel, []string{"line 3", `"neutral"`, `"neg", "pos"`}},
		{"number of no class", "a.csv", "text,label\na,1\nb,2\n", TableConfig{Classes: []string{"neg", "pos"}}, ErrLabel, []string{"line 3", `"2"`}},
		{"numbers are names", "a.csv", "text,label\na,1\nb,0\n", TableConfig{Classes: []string{"1", "2"}}, ErrLabel, []string{"line 3", `"0"`}},
		{"too many classes", "a.csv", "text,label\na,1\nb,2\nc,3\n", TableConfig{MaxClasses: 2}, ErrLabel, []string{"line 4", "more than 2", "round them"}},
		{"one column twice", "a.csv", "text,label\na,1\n", TableConfig{Text: "label", Label: "label"}, ErrConfig, []string{"both"}},
		{"two columns of a name", "a.csv", "text,text\na,1\n", TableConfig{}, nil, []string{"columns 1 and 2", `"text"`, "rename"}},
		{"latin-1", "a.csv", latin, TableConfig{}, ErrEncoding, []string{"line 3", `"text"`, "0xE9", "Windows-1252", "iconv"}},
		{"latin-1 in the header", "a.csv", "texte,caf\xe9\na,1\n", TableConfig{}, ErrEncoding, []string{"line 1", "0xE9"}},
		{"latin-1 in jsonl", "a.jsonl", "{\"text\":\"caf\xe9\",\"label\":1}\n", TableConfig{}, ErrEncoding, []string{"line 1", "0xE9"}},
		{"mixed encodings", "a.csv", "text,label\ncafé,0\ncaf\xe9,1\n", TableConfig{}, ErrEncoding, []string{"line 3", "mixed"}},
		{"unknown encoding", "a.csv", "text,label\na,1\n", TableConfig{Encoding: "ebcdic"}, ErrConfig, []string{"ebcdic", "iconv"}},
		{"binary", "a.csv", strings.Repeat("\x01\x00\x00\x00\x05", 100), TableConfig{}, ErrEncoding, []string{"not text"}},
		{"excel", "a.csv", "PK\x03\x04...", TableConfig{}, nil, []string{"Excel", "CSV"}},
		{"json as csv", "a.csv", `{"text":"a","label":1}` + "\n", TableConfig{}, nil, []string{"holds JSON", ".jsonl"}},
		{"csv as parquet", "a.parquet", "text,label\na,1\n", TableConfig{}, nil, []string{".parquet", "rename"}},
		{"xz", "a.csv.xz", "\xfd7zXZ\x00", TableConfig{}, nil, []string{"packed by xz", "unpack"}},
		{"web page", "a.csv", "<!DOCTYPE html><html>", TableConfig{}, nil, []string{"web page"}},
		{"unknown name", "a.txt", "text,label\na,1\n", TableConfig{}, nil, []string{".csv", ".jsonl"}},
		{"json array", "a.json", `[{"text":"a","label":1}]`, TableConfig{}, nil, []string{"line 1", "jq -c '.[]'"}},
		{"json over lines", "a.json", "{\n\"text\":\"a\",\n\"label\":1\n}\n", TableConfig{}, nil, []string{"line 1", "jq -c ."}},
		{"json broken", "a.jsonl", `{"text":"a","label":1}` + "\n" + `{"text":"a","label":}`, TableConfig{}, nil, []string{"line 2", "column 21"}},
		{"json text on a line", "a.jsonl", "hello\n", TableConfig{}, nil, []string{"line 1", "expected a JSON object"}},
		{"json list for a text", "a.jsonl", `{"text":["a"],"label":1}`, TableConfig{}, nil, []string{"line 1", `"text" holds a list`}},
		{"json key twice", "a.jsonl", `{"text":"a","text":"b","label":1}`, TableConfig{}, nil, []string{"line 1", `"text" twice`}},
		{"gzip cut off", "a.csv.gz", packed(strings.Repeat("text,label\n", 100))[:40], TableConfig{}, ErrDamaged, []string{"unexpected EOF", "downloaded"}},
		{"quotes unknown", "a.csv", "text,label\na,1\n", TableConfig{Quotes: "some"}, ErrConfig, []string{"strict, lazy, backslash or none"}},
		{"huge row", "a.csv", "text,label\na,1\n\"" + strings.Repeat("a\n", MaxRow/2+1<<17), TableConfig{}, errTooLarge, []string{"never closed"}},
		{"huge line", "a.jsonl", `{"text":"` + strings.Repeat("a", MaxRow+1<<17), TableConfig{}, errTooLarge, []string{"line 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := openText(c.file, c.content, c.cfg)
			if err == nil {
				_, err = table.Load(context.Background())
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range append(c.want, "datasets: table "+c.file) {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %q is not %q", err, c.is)
			}
			if len(err.Error()) > 500 {
				t.Errorf("error of %d bytes: %.600q", len(err.Error()), err)
			}
		})
	}
}

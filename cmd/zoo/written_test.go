package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/parquet-go/parquet-go"
)

// randomTable has cells of what means something in some format.
func randomTable(rng *rand.Rand) (columns []string, rows [][]cell) {
	words := []string{"a", "film", "good", "é", "e\u0301", "電影", "\u00a0", " ", "  ", ",", ";", "\t", "|", "\"", "\"\"", "'", "\\", "\\\"", "\n", "\r", "{", "}", "[", "#", "=", "-", "1.5", "1,5", "0", "NA", "null", "\ufeff", "😀", "\x1a", "\u2028", "sep=;"}
	for i := range 2 + rng.IntN(4) {
		columns = append(columns, fmt.Sprint([]string{"text", "größe", "a b", "x;y", "p|q", "it's"}[rng.IntN(6)], i))
	}
	for range 1 + rng.IntN(30) {
		row := make([]cell, len(columns))
		for i := range row {
			var b strings.Builder
			for range rng.IntN(6) {
				b.WriteString(words[rng.IntN(len(words))])
			}
			// A reader of CSV gives a line end within quotes as LF, however it is written.
			row[i].text = b.String()
			for strings.Contains(row[i].text, "\r\n") {
				row[i].text = strings.ReplaceAll(row[i].text, "\r\n", "\n")
			}
		}
		rows = append(rows, row)
	}
	return columns, rows
}

// ambiguous reports whether a cell has lines that may be rows: the reader refuses some of
// these tables, for a quote that is never closed looks the same.
func ambiguous(rows [][]cell, comma string) bool {
	for _, row := range rows {
		for _, c := range row {
			if strings.Contains(c.text, "\n") && strings.Contains(c.text, comma) {
				return true
			}
		}
	}
	return false
}

// Any table that the project writes reads back as it was.
func TestWrittenTablesReadBack(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 200
	}
	rng := rand.New(rand.NewPCG(21, 22))
	dir, refused := t.TempDir(), 0
	for range n {
		columns, rows := randomTable(rng)
		for _, ext := range []string{"csv", "tsv", "jsonl"} {
			var b bytes.Buffer
			var w rowWriter
			switch ext {
			case "jsonl":
				w = &jsonWriter{to: &b, columns: columns}
			case "tsv":
				w = newTableWriter(&b, '\t')
			default:
				w = newTableWriter(&b, ',')
			}
			err := w.header(columns, nil)
			for _, row := range rows {
				if err == nil {
					err = w.row(row, nil, nil)
				}
			}
			if err == nil {
				err = w.flush()
			}
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, "a."+ext)
			if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			table, err := datasets.OpenTable(name, datasets.TableConfig{})
			if errors.Is(err, datasets.ErrQuotes) && ambiguous(rows, map[string]string{"csv": ",", "tsv": "\t"}[ext]) {
				refused++
				continue
			}
			if err != nil {
				t.Fatalf("%v\n%q", err, b.String())
			}
			if !slices.Equal(table.Columns(), columns) {
				t.Fatalf("%s: columns %q, want %q", ext, table.Columns(), columns)
			}
			at := 0
			for row, err := range table.Rows(context.Background()) {
				if err != nil {
					t.Fatalf("%v\n%q", err, b.String())
				}
				for i, c := range rows[at] {
					if row.Cells[i] != c.text {
						t.Fatalf("%s, row %d: %q, want %q\n%q", ext, at, row.Cells[i], c.text, b.String())
					}
				}
				at++
			}
			if at != len(rows) {
				t.Fatalf("%s: %d rows of %d\n%q", ext, at, len(rows), b.String())
			}
		}
	}
	if t.Logf("%d of %d tables are refused for lines in a cell that look like rows", refused, 3*n); 20*refused > 3*n {
		t.Error("these are more than a few")
	}
}

// house is a row in Parquet.
type house struct {
	Size  *float64  `parquet:"size,optional"`
	Rooms int64     `parquet:"rooms"`
	Store string    `parquet:"store,dict"`
	Sold  time.Time `parquet:"sold,timestamp(microsecond)"`
	New   bool      `parquet:"new"`
	Text  string    `parquet:"text"`
	Label int32     `parquet:"label"`
	Price float64   `parquet:"price"`
}

// houses writes the same rows in each format, and returns the files.
func houses(t *testing.T) []string {
	t.Helper()
	var records []house
	var tables [2]strings.Builder
	var lines strings.Builder
	for i, comma := range []string{",", "\t"} {
		tables[i].WriteString(strings.Join([]string{"size", "rooms", "store", "sold", "new", "text", "label", "price"}, comma) + "\n")
	}
	for i := range 160 {
		size := float64(i*7%37) + 0.5
		h := house{Rooms: int64(i % 5), Store: []string{"north", "süd", "a \"b\""}[i%3], Sold: time.Date(2024, time.Month(1+i%12), 1+i%28, i%24, 0, 0, 250000000, time.UTC), New: i%2 == 0,
			Text: fmt.Sprintf("a %s film, number %d", []string{"good", "bad"}[i%2], i), Label: int32(i % 2), Price: 10*size + float64(i%3)/8}
		cell, value := "", "null"
		if i%9 > 0 {
			h.Size, cell, value = &size, fmt.Sprint(size), fmt.Sprint(size)
		}
		records = append(records, h)
		when := h.Sold.Format("2006-01-02T15:04:05.999Z07:00")
		for k, comma := range []string{",", "\t"} {
			fmt.Fprintln(&tables[k], strings.Join([]string{cell, fmt.Sprint(h.Rooms), `"` + strings.ReplaceAll(h.Store, `"`, `""`) + `"`, when, fmt.Sprint(h.New), `"` + h.Text + `"`, fmt.Sprint(h.Label), fmt.Sprint(h.Price)}, comma))
		}
		fmt.Fprintf(&lines, `{"size":%s,"rooms":%d,"store":%s,"sold":%q,"new":%v,"text":%q,"label":%d,"price":%v}`+"\n", value, h.Rooms, jsonOf(h.Store), when, h.New, h.Text, h.Label, h.Price)
	}
	var packed bytes.Buffer
	if err := parquet.Write(&packed, records, parquet.MaxRowsPerRowGroup(50)); err != nil {
		t.Fatal(err)
	}
	return []string{write(t, "h.csv", tables[0].String()), write(t, "h.tsv", tables[1].String()), write(t, "h.jsonl", lines.String()), write(t, "h.parquet", packed.String())}
}

// The same rows give the same model, whatever format they are in.
func TestFormatsGiveTheSameModel(t *testing.T) {
	files := houses(t)
	for _, train := range [][]string{
		{"train", "mlp", "--target", "price", "--ignore", "text,label"},
		{"train", "tfidf", "--text", "text", "--label", "label", "--cache", "none"},
	} {
		var want string
		for i, file := range files {
			out := filepath.Join(t.TempDir(), "m")
			o := must(t, runZoo(append(slices.Clone(train), "--data", file, "--out", out)...))
			var model []byte
			for _, name := range []string{"model.safetensors", "config.json"} {
				b, err := os.ReadFile(filepath.Join(out, name))
				if err != nil {
					t.Fatal(err)
				}
				model = append(model, b...)
			}
			if i == 0 {
				want = string(model)
			} else if string(model) != want {
				t.Errorf("%s: %s gives another model than %s:\n%s", train[1], filepath.Base(file), filepath.Base(files[0]), o.stderr)
			}
			if train[1] == "mlp" {
				for _, says := range []string{`column "size": numbers, 18 missing`, `column "sold": times`, `column "store": 3 categories`, `column "new": truth values`} {
					if !strings.Contains(o.stderr, says) {
						t.Errorf("%s: lacks %q:\n%s", filepath.Base(file), says, o.stderr)
					}
				}
			}
		}
	}
}

package datasets

import (
	"archive/tar"
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// allocated returns the bytes allocated since the program began, by whatever
// goroutine.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// bounded fails where f allocates out of proportion to an input of n bytes,
// which gzip may have shrunk a thousandfold.
func bounded(t *testing.T, n int, f func()) {
	before := allocated()
	f()
	if got, most := allocated()-before, uint64(96<<20+8000*n); got > most {
		t.Fatalf("%d bytes allocated for an input of %d", got, n)
	}
}

func FuzzIMDB(f *testing.F) {
	f.Add(gz(tarball(reviews)))
	f.Add(tarball(reviews))
	f.Add(gz(tarball(reviews))[:200])
	f.Add(gz(withMember(tar.Header{Name: "../x"}, "x")))
	f.Add(gz(withMember(tar.Header{Name: "aclImdb/x", Size: 1 << 40}, "x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, len(b), func() {
			parts, err := loadArchive(b, Train, Test, Unsup)
			if err == nil && (len(parts) != 3 || len(parts[0]) < 2 || len(parts[2]) < 1) {
				t.Errorf("%d parts and no error", len(parts))
			}
		})
	})
}

// fuzzFrame reads every column that can be a target, and the cells of the others one
// by one: they give the same inputs.
func fuzzFrame(t *testing.T, table *Table) {
	ctx := context.Background()
	for _, target := range table.Columns()[:min(len(table.Columns()), 3)] {
		frame, err := table.Frame(ctx, FrameConfig{Target: target})
		if err != nil {
			continue
		}
		rows := make([]int, frame.Rows())
		for i := range rows {
			rows[i] = i
		}
		features, err := FitFeatures(frame, rows, FeatureConfig{MinCount: 1})
		if err != nil {
			continue
		}
		at := 0
		want, got := make([]float32, features.Inputs()), make([]float32, features.Inputs())
		for row, err := range table.SelectRows(ctx, features.Columns()...) {
			if err != nil || at == len(frame.Lines) {
				break
			}
			if row.Line != frame.Lines[at] {
				continue
			}
			features.EncodeRow(want, frame, at)
			at++
			if _, err := features.Encode(got, row.Cells); err != nil || !slices.Equal(want, got) {
				t.Errorf("line %d, %q: %v, %v; want %v", row.Line, row.Cells, got, err, want)
			}
		}
	}
}

// fuzzTable reads a table in every way.
func fuzzTable(t *testing.T, name string, b []byte, cfg TableConfig) {
	bounded(t, len(b), func() {
		ctx := context.Background()
		table, err := openText(name, string(b), cfg)
		if err != nil {
			return
		}
		last := 0
		for row, err := range table.Rows(ctx) {
			if err != nil {
				break
			}
			if len(row.Cells) < len(table.Columns()) || row.Line <= last {
				t.Errorf("a row of line %d with %d cells after line %d, of %d columns", row.Line, len(row.Cells), last, len(table.Columns()))
			}
			last = row.Line
		}
		fuzzFrame(t, table)
		set, err := table.Load(ctx)
		if err != nil {
			return
		}
		for _, e := range set.Examples {
			if e.Text == "" || e.Label < 0 || e.Label >= len(set.Classes) {
				t.Errorf("example %+v with the classes %q", e, set.Classes)
			}
		}
		n := 0
		for e, err := range table.Examples(ctx) {
			if err != nil || e != set.Examples[n] {
				t.Fatalf("example %d is %+v (%v), and was %+v", n, e, err, set.Examples[n])
			}
			n++
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"text,label\na,1\nb,0\n", "\xef\xbb\xbftext;label\r\n\"a \"\"b\"\"\";1\r\nb;0\r\n", "text\tlabel\n\"a\nb\"\t1\nc\t0",
		"x,y,z\n\"$2,100\",2024-01-02,yes\n$5,2024-01-03,no\n", "a;b\n1,5;1.234\n-;2.345\n", "t,y\n10:30,1\n1:05 PM,2\n",
		"text,label\na\n", "text,label\n\"a,1\n", "text,label\ncaf\xe9,1\n", "\xff\xfet\x00e\x00", packed("text,label\na,1\nb,0\n"), ",\n,", "text,label\ra,1\r",
		"sep=;\ntext;label\na;1\nb;0\n", "text,label\n\"a \\\"b\\\"\",1\n\"c\\\\\",0\n", "text,label\na,1,\ntext,label\nb,0,,\n\x1a", "label, text\n1, \"a, b\"\n0, \"c\"\n",
		"x,y\n12 kg,20240131\n3 kg,20240201\n", "x,y\nPT5H,1\n36:15:00,2\n1 days 02:03:04,3\n", "x,y\n24-01-31,1\nMon Jan  1 00:00:00 2024,2\n2024\u5e741\u67082\u65e5,3\n", "x,y\n\uff11\uff12,1\n-999,2\n",
	} {
		for how := range uint8(5) {
			f.Add([]byte(s), how)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, how uint8) {
		fuzzTable(t, "a.csv", b, TableConfig{
			Quotes:   []Quotes{QuotesStrict, QuotesLazy, QuotesNone, "", QuotesBackslash}[how%5],
			Strict:   how&16 == 0,
			Encoding: []string{"", "windows-1252", "utf-16", "iso-8859-1"}[how>>6],
		})
	})
}

func FuzzTSV(f *testing.F) {
	for _, s := range []string{
		"text\tlabel\na\t1\nb\t0\n", "\xef\xbb\xbftext\tlabel\r\n\"a \"\"b\"\"\t\"\t1\r\nb\t0", "text\tlabel\n\"a\nb\"\t1\nc\t0",
		"text\tlabel\na\n", "text\tlabel\n\"a\t1\n", "text\tlabel\ncaf\xe9\t1\n", "\xff\xfet\x00e\x00", packed("text\tlabel\na\t1\nb\t0\n"), "\t\n\t", "text\tlabel\ra\t1\r",
	} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(s), uint8(1))
		f.Add([]byte(s), uint8(2))
	}
	f.Fuzz(func(t *testing.T, b []byte, how uint8) {
		fuzzTable(t, "a.tsv", b, TableConfig{
			Quotes:   []Quotes{QuotesStrict, QuotesLazy, QuotesNone, "", QuotesBackslash}[how%5],
			Strict:   how&16 == 0,
			Encoding: []string{"", "windows-1252", "utf-16", "iso-8859-1"}[how>>6],
		})
	})
}

func FuzzJSONL(f *testing.F) {
	for _, s := range []string{
		`{"text":"a","label":1}` + "\n" + `{"label":0,"text":"b"}`, `{"text":"\u00e4\ud800","label":true}`, `[{"text":"a"}]`, "{}\n{}\n",
		`{"text":{"a":["]}",{}]},"label":null}`, `{"text":"a","text":"b"}`, "{\"text\":\"caf\xe9\"}", packed(`{"text":"a","label":"x"}`), `{"":"","text":"` + "\x00" + `"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { fuzzTable(t, "a.jsonl", b, TableConfig{}) })
}

func FuzzParquet(f *testing.F) {
	good := parquetFile(f, []hubRow{{"a film", 0}, {"b", 1}, {"a film", 1}})
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(bytes.Replace(good, []byte("label"), []byte("lobel"), -1))
	f.Add(parquetFile(f, []hubRow{{"a film", 0}, {"b", 1}}, parquet.Compression(&parquet.Brotli)))
	f.Add(parquetFile(f, []hubRow{{"a film", 0}, {"b", 1}}, parquet.Compression(&parquet.Lz4Raw), parquet.DataPageVersion(2)))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzTable(t, "a.parquet", b, TableConfig{}) })
}

// TestTablesBroken breaks small tables at random with the bytes that mean
// something in them: what the fuzz targets do, in the time that a test has.
func TestTablesBroken(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	n := 3000
	if testing.Short() {
		n = 300
	}
	const alphabet = "\",;\t\n\r {}[]:\\u0\x00\xe9\xc3\xa9atrueX"
	files := map[string]string{
		"a.csv":     "text,label,x\n\"a \"\"b\"\", c\",pos,1\nd,neg,2\n\"e\nf\",pos,\n",
		"b.tsv":     "text\tlabel\na b\t1\n\"c\"\t0\n",
		"c.jsonl":   `{"text":"a \"b\" \u00e4","label":true,"x":[1,{"y":"]"}]}` + "\n" + `{"label":false,"text":"c"}` + "\n",
		"d.parquet": string(parquetFile(t, []hubRow{{"a film", 0}, {"b", 1}, {"a film", 1}})),
	}
	names := slices.Sorted(maps.Keys(files))
	for range n {
		name := names[rng.IntN(len(names))]
		b := []byte(files[name])
		for range 1 + rng.IntN(4) {
			i := rng.IntN(len(b))
			c := alphabet[rng.IntN(len(alphabet))]
			switch rng.IntN(4) {
			case 0:
				b = slices.Delete(b, i, min(len(b), i+1+rng.IntN(3)))
			case 1:
				b = slices.Insert(b, i, c)
			case 2:
				b[i] = c
			case 3:
				b[i] = byte(rng.Uint32())
			}
			if len(b) == 0 {
				b = []byte{c}
			}
		}
		cfg := TableConfig{
			Quotes:   []Quotes{QuotesStrict, QuotesLazy, QuotesNone}[rng.IntN(3)],
			Strict:   rng.IntN(2) != 0,
			Encoding: []string{"", "", "", "windows-1252", "utf-16"}[rng.IntN(5)],
		}
		fuzzTable(t, name, b, cfg)
		if t.Failed() {
			t.Fatalf("%s with %+v: %q", name, cfg, b)
		}
	}
}

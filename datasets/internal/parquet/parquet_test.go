package parquet

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
)

// record has a column for each type and encoding that is read. parquet-go, an
// independent implementation, writes it.
type record struct {
	Text   string   `parquet:"text"`
	Label  int64    `parquet:"label"`
	Dict   string   `parquet:"dict,dict"`
	Maybe  *string  `parquet:"maybe,optional"`
	Delta  int64    `parquet:"delta,delta"`
	Delta3 int32    `parquet:"delta3,delta"`
	Length string   `parquet:"length,delta"`
	DictN  int64    `parquet:"dictn,dict"`
	Small  uint8    `parquet:"small"`
	Big    uint64   `parquet:"big"`
	Float  float32  `parquet:"float"`
	Double float64  `parquet:"double"`
	Bool   bool     `parquet:"bool"`
	Fixed  [3]byte  `parquet:"fixed"`
	List   []string `parquet:"list,list"`
	Last   *int64   `parquet:"last,optional,dict"`
}

func records(n int) []record {
	out := make([]record, n)
	for i := range out {
		r := &out[i]
		r.Text = strings.Repeat(fmt.Sprintf("text %d ", i), 1+i%50)
		r.Label = int64(i%3 - 1)
		r.Dict = fmt.Sprint("class ", i%7)
		if i%5 > 0 {
			s := fmt.Sprint("maybe ", i)
			r.Maybe = &s
			v := int64(i % 11)
			r.Last = &v
		}
		r.Delta = int64(i*i) * int64(1-2*(i%2)) << (i % 40)
		r.Delta3 = math.MaxInt32 * int32(1-2*(i%2))
		r.Length = strings.Repeat("x", i%9)
		r.DictN = int64(i % 300)
		r.Small = uint8(i)
		r.Big = math.MaxUint64 - uint64(i)
		r.Float = float32(i) / 3
		r.Double = float64(i) / 3
		r.Bool = i%3 == 0
		r.Fixed = [3]byte{byte('a' + i%26), 'b', 'c'}
		r.List = []string{"a", "b"}
	}
	return out
}

// cells are what the columns should read as.
func (r record) cells() []string {
	maybe, last := "null", "null"
	if r.Maybe != nil {
		maybe, last = *r.Maybe, fmt.Sprint(*r.Last)
	}
	return []string{r.Text, fmt.Sprint(r.Label), r.Dict, maybe, fmt.Sprint(r.Delta), fmt.Sprint(r.Delta3), r.Length,
		fmt.Sprint(r.DictN), fmt.Sprint(r.Small), fmt.Sprint(r.Big), strconv.FormatFloat(float64(r.Float), 'g', -1, 32),
		strconv.FormatFloat(r.Double, 'g', -1, 64), fmt.Sprint(r.Bool), string(r.Fixed[:]), "nested", last}
}

func write(t testing.TB, rows []record, group int, options ...pq.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pq.NewGenericWriter[record](&b, options...)
	for len(rows) > 0 {
		n := min(group, len(rows))
		if _, err := w.Write(rows[:n]); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readAll reads every column that can be read.
func readAll(b []byte) (map[string][]string, error) {
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for i, name := range f.Names() {
		c, err := f.Column(i)
		if err != nil {
			continue
		}
		for {
			cell, ok, err := c.Next()
			if err == io.EOF {
				break
			} else if err != nil {
				return nil, err
			}
			if !ok {
				cell = "null"
			}
			out[name] = append(out[name], cell)
		}
	}
	return out, nil
}

func TestRead(t *testing.T) {
	rows := records(1000)
	for _, codec := range []compress.Codec{&pq.Uncompressed, &pq.Snappy, &pq.Gzip, &pq.Zstd, &pq.Brotli, &pq.Lz4Raw} {
		for _, version := range []int{1, 2} {
			for _, page := range []int{200, 1 << 20} {
				t.Run(fmt.Sprintf("%v/v%d/%d", codec, version, page), func(t *testing.T) {
					b := write(t, rows, 300, pq.Compression(codec), pq.DataPageVersion(version), pq.PageBufferSize(page))
					f, err := Open(bytes.NewReader(b), int64(len(b)))
					if err != nil {
						t.Fatal(err)
					}
					if f.Rows() != int64(len(rows)) {
						t.Errorf("%d rows of %d", f.Rows(), len(rows))
					}
					got, err := readAll(b)
					if err != nil {
						t.Fatal(err)
					}
					for i, name := range f.Names() {
						if name == "list" {
							if _, err := f.Column(i); err == nil {
								t.Error("a list was read")
							}
							continue
						}
						if len(got[name]) != len(rows) {
							t.Fatalf("column %s: %d values", name, len(got[name]))
						}
						for j, r := range rows {
							if want := r.cells()[i]; got[name][j] != want {
								t.Fatalf("column %s, row %d: %q, want %q", name, j, got[name][j], want)
							}
						}
					}
				})
			}
		}
	}
}

func TestReadOther(t *testing.T) {
	type other struct {
		Prefix string  `parquet:"prefix,delta"`
		Float  float32 `parquet:"float,split"`
		Double float64 `parquet:"double,split"`
	}
	_ = other{}
	schema := pq.NewSchema("other", pq.Group{
		"prefix": pq.Encoded(pq.String(), &pq.DeltaByteArray),
		"split":  pq.Encoded(pq.Leaf(pq.DoubleType), &pq.ByteStreamSplit),
		"length": pq.Encoded(pq.String(), &pq.DeltaLengthByteArray),
		"rle":    pq.Encoded(pq.Leaf(pq.BooleanType), &pq.RLE),
	})
	var b bytes.Buffer
	w := pq.NewGenericWriter[any](&b, schema)
	var want [4][]string // in the order of the names
	for i := range 500 {
		s := fmt.Sprintf("prefix %d", i/3)
		x := float64(i) / 7
		row := pq.Row{
			pq.ValueOf(s).Level(0, 0, 0), pq.ValueOf(s).Level(0, 0, 1),
			pq.ValueOf(i%4 == 0).Level(0, 0, 2), pq.ValueOf(x).Level(0, 0, 3),
		}
		if _, err := w.WriteRows([]pq.Row{row}); err != nil {
			t.Fatal(err)
		}
		for j, v := range []string{s, s, fmt.Sprint(i%4 == 0), strconv.FormatFloat(x, 'g', -1, 64)} {
			want[j] = append(want[j], v)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := readAll(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"length", "prefix", "rle", "split"} {
		if fmt.Sprint(got[name]) != fmt.Sprint(want[i]) {
			t.Errorf("column %s: %.200q\nwant %.200q", name, got[name], want[i])
		}
	}
}

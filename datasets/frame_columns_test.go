package datasets

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// Columns of types that are not read are passed over with a note, and are errors for
// those who ask for them.
func TestUnreadColumns(t *testing.T) {
	type row struct {
		Tags  []string `parquet:"tags,list"`
		Image []byte   `parquet:"image"`
		X     float64  `parquet:"x"`
		Index int64    `parquet:"__index_level_0__"`
		Y     float64  `parquet:"y"`
	}
	var rows []row
	for i := range 30 {
		rows = append(rows, row{[]string{"a"}, []byte{0xff, byte(i), 0xd8}, float64(i % 7), int64(i * 7 % 30), float64(i)})
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	table, err := openParquet(b.Bytes(), TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := table.Frame(context.Background(), FrameConfig{Target: "y"})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Columns) != 1 || f.Columns[0].Name != "x" || len(f.Notes) != 3 {
		t.Errorf("%q", f.Describe())
	}
	for _, name := range []string{"tags", "image"} {
		if _, err := table.Frame(context.Background(), FrameConfig{Target: "y", Features: []string{name}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s, asked for: %v", name, err)
		}
	}
	f, err = frameOf(t, "a.jsonl", `{"x":1,"tags":["a"],"y":1}`+"\n"+`{"x":2,"tags":["b"],"y":3}`, FrameConfig{Target: "y"})
	if err != nil || len(f.Columns) != 1 || !strings.Contains(strings.Join(f.Notes, ""), "lists or objects") {
		t.Errorf("JSON: %+v, %v", f, err)
	}
}

// An index that a program wrote is no feature, shuffled or not.
func TestIndexColumns(t *testing.T) {
	for _, name := range []string{"", "Unnamed: 0", "index", "id", "level_0", "...1"} {
		content := name + ",x,y\n"
		for i := range 30 {
			content += fmt.Sprintf("%d,%d,%d\n", i*7%30, i%5, i)
		}
		f, err := frameOf(t, "a.csv", content, FrameConfig{Target: "y"})
		if err != nil || len(f.Columns) != 1 || len(f.Notes) != 1 {
			t.Errorf("%q: %+v, %v", name, f, err)
		}
	}
}

// Equal rows are found by value in every column.
func TestEqualRows(t *testing.T) {
	f, err := frameOf(t, "a.csv", "x,c,y\n1,a,2\n1.0,a,2\n1,b,2\n,a,2\nNA,a,2.0\n1,a,3\n", FrameConfig{Target: "y", Features: []string{"x", "c"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Equal(); !slices.Equal(got, []int{0, 0, 2, 3, 3, 5}) {
		t.Errorf("%v", got)
	}
}

// Rows are drawn at random, so many of them and the same again.
func TestRowsDrawn(t *testing.T) {
	content := "x,y\n"
	for i := range 500 {
		content += fmt.Sprintf("%d,%d\n", i%7, i)
	}
	table, err := openText("a.csv", content, TableConfig{Rows: 50})
	if err != nil {
		t.Fatal(err)
	}
	a, err := table.Frame(context.Background(), FrameConfig{Target: "y"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := table.Frame(context.Background(), FrameConfig{Target: "y"})
	if err != nil || a.Rows() != 50 || b.Fingerprint() != a.Fingerprint() || a.Lines[49] < 400 {
		t.Errorf("%d rows to line %d, %v", a.Rows(), a.Lines[49], err)
	}
}

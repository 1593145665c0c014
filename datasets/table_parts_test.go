package datasets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A directory of parts is one table, by the numbers in their names, and what other
// programs leave beside them is passed over.
func TestParts(t *testing.T) {
	part := func(from, to int) *fstest.MapFile {
		var rows []hubRow
		for i := from; i < to; i++ {
			rows = append(rows, hubRow{fmt.Sprint("film ", i), int64(i % 2)})
		}
		return &fstest.MapFile{Data: parquetFile(t, rows)}
	}
	files := fstest.MapFS{
		"d/part.10.parquet": part(30, 40), "d/part.9.parquet": part(20, 30), "d/part.1.parquet": part(0, 20), "d/part.2.parquet": part(0, 0),
		"d/_metadata": {Data: []byte("x")}, "d/.part.1.parquet.crc": {Data: []byte("x")}, "d/_temporary/part.3.parquet": {Data: []byte("x")}, "d/README.md": {Data: []byte("x")},
	}
	table, err := OpenTableFS(files, "d", TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := table.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range set.Examples {
		if e.Text != fmt.Sprint("film ", i) || e.Label != i%2 || e.ID != fmt.Sprint(i+1) {
			t.Fatalf("%d: %+v", i, e)
		}
	}
	if len(set.Examples) != 40 {
		t.Errorf("%d rows", len(set.Examples))
	}
	files["d/part.9.parquet"].Data = files["d/part.9.parquet"].Data[:100]
	if _, err = table.Load(context.Background()); err == nil || !strings.Contains(err.Error(), "part.9.parquet") {
		t.Errorf("damaged: %v", err)
	}
}

// Directories named KEY=VALUE give columns.
func TestPartitions(t *testing.T) {
	files := fstest.MapFS{}
	for _, store := range []string{"3", "10", "a%20b", "__HIVE_DEFAULT_PARTITION__"} {
		files["d/store="+store+"/data_0.parquet"] = &fstest.MapFile{Data: parquetFile(t, []hubRow{{"x", 1}, {"y", 2}})}
	}
	table, err := OpenTableFS(files, "d", TableConfig{Unlabelled: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Columns(); !slices.Equal(got, []string{"text", "label", "store"}) {
		t.Errorf("columns %q", got)
	}
	var got []string
	for row, err := range table.Select(context.Background(), "store", "text") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row.Cells[0]+"/"+row.Cells[1])
	}
	if want := []string{"3/x", "3/y", "10/x", "10/y", "/x", "/y", "a b/x", "a b/y"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	table, err = OpenTableFS(files, "d", TableConfig{Target: "label"})
	if err != nil {
		t.Fatal(err)
	}
	frame, err := table.Frame(context.Background(), FrameConfig{Categorical: []string{"store"}})
	if err != nil || frame.Rows() != 8 || frame.Columns[len(frame.Columns)-1].Name != "store" {
		t.Errorf("%+v, %v", frame, err)
	}
}

// What no table is made of is refused by name.
func TestPartsRefuses(t *testing.T) {
	good := &fstest.MapFile{Data: parquetFile(t, []hubRow{{"x", 1}, {"y", 2}})}
	other := &fstest.MapFile{Data: parquetFile(t, []struct {
		A    float64
		Tags []string
		Y    *int32
	}{{A: 1}})}
	for _, c := range []struct {
		want  string
		files fstest.MapFS
	}{
		{"without Parquet files", fstest.MapFS{"d/a.csv": good}},
		{"test (test-00000-of-00001.parquet)", fstest.MapFS{"d/train-00000-of-00001.parquet": good, "d/test-00000-of-00001.parquet": good}},
		{"part d/b.parquet: has the columns", fstest.MapFS{"d/a.parquet": good, "d/b.parquet": other}},
		{"keys", fstest.MapFS{"d/a=1/a.parquet": good, "d/b=1/b.parquet": good}},
		{"a directory's name says it too", fstest.MapFS{"d/label=1/a.parquet": good}},
	} {
		table, err := OpenTableFS(c.files, "d", TableConfig{})
		if err == nil {
			_, err = table.Load(context.Background())
		}
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "d/test", "test"), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// Recognise tells a directory of parts from IMDB's.
func TestRecogniseParts(t *testing.T) {
	dir := t.TempDir()
	if f, err := Recognise(dir); f != IMDBFormat || err != nil {
		t.Errorf("%s, %v", f, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.parquet"), parquetFile(t, []hubRow{{"x", 1}, {"y", 2}}), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := Recognise(dir); f != Parquet || err != nil {
		t.Errorf("%s, %v", f, err)
	}
}

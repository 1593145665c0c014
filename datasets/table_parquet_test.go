package datasets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// hubRow is the layout of Hugging Face's IMDB.
type hubRow struct {
	Text  string `parquet:"text,dict"`
	Label int64  `parquet:"label"`
}

func parquetFile(t testing.TB, rows any, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch rows := rows.(type) {
	case []hubRow:
		err = parquet.Write(&b, rows, options...)
	case []struct {
		A    float64
		Tags []string
		Y    *int32
	}:
		err = parquet.Write(&b, rows, options...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openParquet(b []byte, cfg TableConfig) (*Table, error) {
	return OpenTableFS(fstest.MapFS{"a.parquet": {Data: b}}, "a.parquet", cfg)
}

func TestParquet(t *testing.T) {
	var rows []hubRow
	var want []Example
	for i := range 2500 { // more than the rows sampled
		rows = append(rows, hubRow{fmt.Sprint("film ", i), int64(i % 2)})
		want = append(want, Example{Text: fmt.Sprint("film ", i), Label: i % 2, ID: fmt.Sprint(i + 1)})
	}
	const meta = `{"info": {"features": {"text": {"dtype": "string"}, "label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}`
	for _, c := range []struct {
		name    string
		options []parquet.WriterOption
		cfg     TableConfig
		classes []string
	}{
		{"snappy", []parquet.WriterOption{parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(1000)}, TableConfig{}, []string{"0", "1"}},
		{"zstd", []parquet.WriterOption{parquet.Compression(&parquet.Zstd)}, TableConfig{Classes: []string{"negative", "positive"}}, []string{"negative", "positive"}},
		{"classes of the hub", []parquet.WriterOption{parquet.KeyValueMetadata("huggingface", meta)}, TableConfig{}, []string{"neg", "pos"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := openParquet(parquetFile(t, rows, c.options...), c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			set, err := table.Load(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, set.Examples); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.classes, set.Classes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParquetMistakes(t *testing.T) {
	good := parquetFile(t, []hubRow{{"a", 0}, {"b", 1}})
	table, err := openParquet(good[:len(good)-3], TableConfig{})
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("cut off: %v, %v", table, err)
	}
	table, err = openParquet(parquetFile(t, []hubRow{{"a", 0}, {"", 1}}), TableConfig{Strict: true})
	if err == nil {
		_, err = table.Load(context.Background())
	}
	if err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("empty text: %v", err)
	}
	if _, err = openParquet(good, TableConfig{Label: "labels"}); !errors.Is(err, ErrNoColumn) || !strings.Contains(err.Error(), `"label"`) {
		t.Errorf("wrong column: %v", err)
	}
	if _, err := openText("a.csv", packed(string(good)), TableConfig{Format: ""}); err == nil || !strings.Contains(err.Error(), "unpack") {
		t.Errorf("packed: %v", err)
	}
}

func TestParquetColumns(t *testing.T) {
	seven := int32(7)
	b := parquetFile(t, []struct {
		A    float64
		Tags []string
		Y    *int32
	}{{1.5, []string{"x"}, &seven}, {-2, nil, nil}})
	table, err := openParquet(b, TableConfig{Target: "Y"})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(table.Columns()); got != "[A Tags Y]" {
		t.Errorf("columns %s", got)
	}
	for _, err := range table.Rows(context.Background()) {
		if err == nil || !strings.Contains(err.Error(), `"Tags" is nested`) {
			t.Errorf("nested: %v", err)
		}
	}
	var got []string
	for row, err := range table.Select(context.Background(), "Y", "A") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %q", row.Line, row.Cells))
	}
	if diff := cmp.Diff([]string{`1 ["7" "1.5"]`, `2 ["" "-2"]`}, got); diff != "" {
		t.Error(diff)
	}
}

// Errors about Parquet count rows, and give no advice that does not apply.
func TestParquetErrors(t *testing.T) {
	table, err := openParquet(parquetFile(t, []hubRow{{"good", 0}, {"caf\xe9 d\xe9j\xe0 vu", 1}}), TableConfig{})
	if err == nil {
		_, err = table.Scan(context.Background())
	}
	var e *EncodingError
	if !errors.As(err, &e) || e.Seems != "" || !strings.Contains(err.Error(), "row 2") || !strings.Contains(err.Error(), "texts in Parquet are UTF-8") {
		t.Errorf("%v", err)
	}
	table, err = openParquet(parquetFile(t, []hubRow{{"1", 0}, {"2", 1}, {"many", 1}}), TableConfig{Target: "label"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Frame(context.Background(), FrameConfig{}); err == nil || !strings.Contains(err.Error(), `row 3: column "text": "many" is not a finite number`) {
		t.Errorf("%v", err)
	}
}

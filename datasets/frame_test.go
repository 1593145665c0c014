package datasets

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
)

func frameOf(t *testing.T, name, content string, cfg FrameConfig) (*Frame, error) {
	t.Helper()
	table, err := openText(name, content, TableConfig{Target: cfg.Target})
	if err != nil {
		return nil, err
	}
	return table.Frame(context.Background(), cfg)
}

const houses = "rooms,colour,price,area\n3,red,100,NA\n2,,90.5,30\n4,blue,,50\n1,red, 70 ,20.5\n"

func TestFrame(t *testing.T) {
	nan := math.NaN()
	want := &Frame{Target: "price", Y: []float64{100, 90.5, 70}, Lines: []int{2, 3, 5}, Dropped: 1, Columns: []FrameColumn{
		{Name: "rooms", Kind: Numeric, Numbers: []float64{3, 2, 1}},
		{Name: "colour", Kind: Categorical, Missing: 1, Codes: []int32{0, -1, 0}, Values: []string{"red"}},
		{Name: "area", Kind: Numeric, Missing: 1, Numbers: []float64{nan, 30, 20.5}},
	}}
	for name, content := range map[string]string{
		"a.csv":   houses,
		"a.tsv":   strings.ReplaceAll(houses, ",", "\t"),
		"bom.csv": "\xef\xbb\xbf" + strings.ReplaceAll(houses, "\n", "\r\n"),
	} {
		got, err := frameOf(t, name, content, FrameConfig{Target: "price"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if want.Fingerprint() != got.Fingerprint() {
			t.Errorf("%s: another fingerprint", name)
		}
	}
	lines := `{"rooms":3,"colour":"red","price":100}` + "\n" + `{"colour":null,"price":90.5,"rooms":2,"area":30}` + "\n" +
		`{"area":50,"rooms":4}` + "\n" + `{"rooms":1,"colour":"red","price":"70","area":20.5}` + "\n"
	got, err := frameOf(t, "a.jsonl", lines, FrameConfig{Target: "price", Features: []string{"rooms", "colour", "area"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Y, got.Y); diff != "" || len(got.Columns) != 3 || got.Dropped != 1 {
		t.Errorf("JSON lines: %s: %+v", diff, got)
	}
}

func TestFrameFromParquet(t *testing.T) {
	type row struct {
		Carat float64 `parquet:"carat"`
		Cut   string  `parquet:"cut"`
		Price *int32  `parquet:"price,optional"`
	}
	price := int32(326)
	var b bytes.Buffer
	if err := parquet.Write(&b, []row{{0.25, "Ideal", &price}, {0.5, "Good", nil}, {1, "Good", &price}}); err != nil {
		t.Fatal(err)
	}
	table, err := openParquet(b.Bytes(), TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := table.Frame(context.Background(), FrameConfig{Target: "price"})
	if err != nil {
		t.Fatal(err)
	}
	if f.Rows() != 2 || f.Dropped != 1 || f.Columns[0].Numbers[1] != 1 || f.Columns[1].Values[1] != "Good" {
		t.Errorf("%+v", f)
	}
}

// What a column is taken for, and what is said about it.
func TestFrameKinds(t *testing.T) {
	column := func(cell func(i int) string) string {
		var b strings.Builder
		b.WriteString("x,other,y\n")
		for i := range 40 {
			fmt.Fprintf(&b, "%s,%d,%d\n", cell(i), i*i, i)
		}
		return b.String()
	}
	texts := column(func(i int) string { return fmt.Sprintf("name %d", i) })
	typo := column(func(i int) string {
		if i == 6 {
			return "1_5"
		}
		return fmt.Sprint(i / 3)
	})
	for name, c := range map[string]struct {
		content string
		cfg     FrameConfig
		kind    FeatureKind // of x; empty: it is passed over
		says    string      // in the note or the error
		fails   bool
	}{
		"numbers":                  {column(func(i int) string { return fmt.Sprint(i % 7) }), FrameConfig{}, Numeric, "", false},
		"numbers as categories":    {column(func(i int) string { return fmt.Sprint(i % 7) }), FrameConfig{Categorical: []string{"x"}}, Categorical, "", false},
		"categories":               {column(func(i int) string { return fmt.Sprint("c", i%7) }), FrameConfig{}, Categorical, "", false},
		"truth":                    {column(func(i int) string { return fmt.Sprint(i%2 == 0) }), FrameConfig{}, Numeric, "", false},
		"many texts":               {texts, FrameConfig{MaxCategories: 20}, "", "40 different texts", false},
		"many texts asked for":     {texts, FrameConfig{MaxCategories: 20, Features: []string{"x", "other"}}, "", "40 different texts", true},
		"many texts as categories": {texts, FrameConfig{MaxCategories: 20, Categorical: []string{"x"}}, Categorical, "", false},
		"a constant":               {column(func(int) string { return "7" }), FrameConfig{}, "", `"7" in every row`, false},
		"a constant, some missing": {column(func(i int) string { return []string{"yes", "NA"}[i%2] }), FrameConfig{}, Numeric, "", false},
		"nothing":                  {column(func(int) string { return "" }), FrameConfig{}, "", "no values", false},
		"nothing, asked for":       {column(func(int) string { return "" }), FrameConfig{Features: []string{"x"}}, "", "no values", true},
		"a mistake among numbers":  {typo, FrameConfig{}, "", `line 8: column "x": "1_5" is not a finite number, as 39 of the column's 40 cells are`, true},
		"a mistake ignored":        {typo, FrameConfig{Ignore: []string{"x"}}, "", "", false},
		"a mistake among many":     {typo, FrameConfig{Categorical: []string{"x"}}, Categorical, "", false},
		"infinity": {column(func(i int) string {
			return []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "1e999"}[i%12]
		}), FrameConfig{}, "", "finite", true},
		"the index pandas writes":    {"," + strings.Replace(column(func(i int) string { return fmt.Sprint(i) }), "x,", "", 1), FrameConfig{}, "", "counts the rows", false},
		"an index asked for":         {strings.Replace(column(func(i int) string { return fmt.Sprint(i) }), "x,", "id,", 1), FrameConfig{Features: []string{"id"}}, Numeric, "", false},
		"a year":                     {strings.Replace(column(func(i int) string { return fmt.Sprint(i) }), "x,", "year,", 1), FrameConfig{}, Numeric, "", false},
		"no such feature":            {texts, FrameConfig{Features: []string{"z"}}, "", `"z"`, true},
		"no such category":           {texts, FrameConfig{Categorical: []string{"z"}}, "", `"z"`, true},
		"no such column to ignore":   {texts, FrameConfig{Ignore: []string{"z"}}, "", `"z"`, true},
		"the target as feature":      {texts, FrameConfig{Features: []string{"y"}}, "", "is the target", true},
		"read and ignored":           {texts, FrameConfig{Features: []string{"x"}, Ignore: []string{"x"}}, "", "both", true},
		"categorical, no feature":    {texts, FrameConfig{Features: []string{"other"}, Categorical: []string{"x"}}, "", "none of the features", true},
		"a target that is no number": {strings.Replace(column(func(i int) string { return fmt.Sprint(i) }), ",36,6", ",36,six", 1), FrameConfig{}, "", `line 8: column "y", the target: "six"`, true},
		"no target at all":           {"x,y\n1,\n2,NA\n", FrameConfig{}, "", `none of the 2 rows`, true},
		"nothing to predict from":    {"x,y\n1,1\n1,2\n", FrameConfig{}, "", `no column to predict "y" from`, true},
		"a short row":                {"x,y\n1,1\n1\n", FrameConfig{}, "", `line 3: has 1 cell`, true},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.Target = "y"
			f, err := frameOf(t, "a.csv", c.content, c.cfg)
			said := ""
			var kind FeatureKind
			if err != nil {
				said = err.Error()
			} else {
				said = strings.Join(f.Notes, "\n")
				for _, column := range f.Columns {
					if column.Name == "x" || column.Name == "id" || column.Name == "year" {
						kind = column.Kind
					}
				}
			}
			if (err != nil) != c.fails || kind != c.kind || !strings.Contains(said, c.says) {
				t.Errorf("kind %q, says %q; want %q and %q", kind, said, c.kind, c.says)
			}
		})
	}
}

func TestFrameStopsWhenCancelled(t *testing.T) {
	table, err := openText("a.csv", houses, TableConfig{Target: "price"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := table.Frame(ctx, FrameConfig{}); err == nil {
		t.Error("read on")
	}
}

func TestSelect(t *testing.T) {
	table, err := openText("a.csv", houses, TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for row, err := range table.Select(context.Background(), "area", "rooms") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(row.Line, row.Cells))
	}
	if diff := cmp.Diff([]string{"2 [NA 3]", "3 [30 2]", "4 [50 4]", "5 [20.5 1]"}, got); diff != "" {
		t.Error(diff)
	}
	for _, err := range table.Select(context.Background(), "rooms", "windows") {
		if err == nil || !strings.Contains(err.Error(), `"windows"`) {
			t.Errorf("error %v", err)
		}
	}
}

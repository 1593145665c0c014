package datasets

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
)

// cells is a CSV of a column x and a target.
func cells(list ...string) string {
	var b strings.Builder
	b.WriteString("x;y\n")
	for i, c := range list {
		fmt.Fprintf(&b, "%s;%d\n", c, i*i)
	}
	return b.String()
}

// A column is what all of its cells are, and numbers have the values that their
// marks say.
func TestReadings(t *testing.T) {
	nan := math.NaN()
	day := func(year, month, day int) float64 {
		return float64(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix()) / 86400
	}
	checkReadings(t, map[string]readingCase{
		"thousands":             {[]string{"2,152", "850", "1,002,592"}, TableConfig{}, Numeric, []float64{2152, 850, 1002592}, ""},
		"thousands in doubt":    {[]string{"2,152", "850", "2,592"}, TableConfig{}, Numeric, []float64{2152, 850, 2592}, "--decimal comma"},
		"told the comma":        {[]string{"2,152", "850", "2,592"}, TableConfig{Decimal: "comma"}, Numeric, []float64{2.152, 850, 2.592}, ""},
		"decimal comma":         {[]string{"2,5", "1.234,75", "7"}, TableConfig{}, Numeric, []float64{2.5, 1234.75, 7}, ""},
		"points in thousands":   {[]string{"2.152", "1.234.567", "7"}, TableConfig{}, Numeric, []float64{2152, 1234567, 7}, ""},
		"points of either kind": {[]string{"2.152", "3.100", "7.250"}, TableConfig{}, Numeric, []float64{2.152, 3.1, 7.25}, "--decimal comma"},
		"told of thousands":     {[]string{"2.152", "3.100", "7"}, TableConfig{Decimal: "comma"}, Numeric, []float64{2152, 3100, 7}, ""},
		"spaces":                {[]string{"1 234", "12\u00a0345,5", "7"}, TableConfig{}, Numeric, []float64{1234, 12345.5, 7}, ""},
		"narrow spaces":         {[]string{"1\u202f234", "12\u202f345,5", "7"}, TableConfig{}, Numeric, []float64{1234, 12345.5, 7}, ""},
		"Swiss":                 {[]string{"1'234.50", "12'345", "7"}, TableConfig{}, Numeric, []float64{1234.5, 12345, 7}, ""},
		"Indian":                {[]string{"1,23,456", "12,34,567.5", "7"}, TableConfig{}, Numeric, []float64{123456, 1234567.5, 7}, ""},
		"dollars":               {[]string{"$2,100", "-$5.50", "($7)", "$ 8"}, TableConfig{}, Numeric, []float64{2100, -5.5, -7, 8}, ""},
		"euros":                 {[]string{"2.100,00 €", "5,50 €", "7 €"}, TableConfig{}, Numeric, []float64{2100, 5.5, 7}, ""},
		"currency by name":      {[]string{"CHF 2'100", "CHF 5.50", "-7 CHF"}, TableConfig{}, Numeric, []float64{2100, 5.5, -7}, ""},
		"percent":               {[]string{"12.5%", "3 %", "-0.5%"}, TableConfig{}, Numeric, []float64{12.5, 3, -0.5}, ""},
		"minus as typeset":      {[]string{"\u22122.5", "3", "4"}, TableConfig{}, Numeric, []float64{-2.5, 3, 4}, ""},
		"minus behind":          {[]string{"2.5-", "3", "4"}, TableConfig{}, Numeric, []float64{-2.5, 3, 4}, ""},
		"marks of missing":      {[]string{"1", "#N/A", "<NA>", "2", "#DIV/0!", "NaT", `\N`}, TableConfig{}, Numeric, []float64{1, nan, nan, 2, nan, nan, nan}, ""},
		"dashes among numbers":  {[]string{"1", "-", "2", "unknown"}, TableConfig{}, Numeric, []float64{1, nan, 2, nan}, `taken for missing: "-" 1, "unknown" 1`},
		"marks of one's own":    {[]string{"1", "none of it", "2"}, TableConfig{Missing: []string{"None of it"}}, Numeric, []float64{1, nan, 2}, ""},
		"truth":                 {[]string{"TRUE", "False", "yes", "N", "1"}, TableConfig{}, Numeric, []float64{1, 0, 1, 0, 1}, ""},
		"dates":                 {[]string{"2024-01-31", "2024/02/01", "2024-03-01T12:00:00Z", "2024-03-01 12:00"}, TableConfig{}, Time, []float64{day(2024, 1, 31), day(2024, 2, 1), day(2024, 3, 1) + 0.5, day(2024, 3, 1) + 0.5}, "1 of its 2 times name no zone"},
		"zones":                 {[]string{"2024-01-01T01:00:00+01:00", "2024-01-01 00:00:00 UTC", "2023-12-31T19:00:00.000-0500"}, TableConfig{}, Time, []float64{day(2024, 1, 1), day(2024, 1, 1), day(2024, 1, 1)}, ""},
		"German dates":          {[]string{"31.12.2023", "1.2.2024", "01.02.2024"}, TableConfig{}, Time, []float64{day(2023, 12, 31), day(2024, 2, 1), day(2024, 2, 1)}, ""},
		"American dates":        {[]string{"12/31/2023", "1/2/2024 1:30 PM", "01/02/24"}, TableConfig{}, Time, []float64{day(2023, 12, 31), day(2024, 1, 2) + 13.5/24, day(2024, 1, 2)}, ""},
		"British dates":         {[]string{"31/12/2023", "1/2/2024", "02/02/2024"}, TableConfig{}, Time, []float64{day(2023, 12, 31), day(2024, 2, 1), day(2024, 2, 2)}, ""},
		"dates in doubt":        {[]string{"01/02/2024", "02/03/2024"}, TableConfig{}, Time, []float64{day(2024, 1, 2), day(2024, 2, 3)}, "--dates dmy"},
		"dates told":            {[]string{"01/02/2024", "02/03/2024"}, TableConfig{Dates: "dmy"}, Time, []float64{day(2024, 2, 1), day(2024, 3, 2)}, ""},
		"months by name":        {[]string{"2 Jan 2024", "02-Feb-2024", "March 3, 2024", "Mon, 04 Mar 2024"}, TableConfig{}, Time, []float64{day(2024, 1, 2), day(2024, 2, 2), day(2024, 3, 3), day(2024, 3, 4)}, ""},
		"months":                {[]string{"2024-01", "2024-02"}, TableConfig{}, Time, []float64{day(2024, 1, 1), day(2024, 2, 1)}, ""},
		"times of day":          {[]string{"10:30", "23:45:00", "00:00"}, TableConfig{}, Numeric, []float64{10.5, 23.75, 0}, ""},
		"dates, some missing":   {[]string{"2024-01-31", "NaT", "-", "2024-02-01"}, TableConfig{}, Time, []float64{day(2024, 1, 31), nan, nan, day(2024, 2, 1)}, `"-" 1`},
		"codes with zeros":      {[]string{"01234", "02345", "10000"}, TableConfig{}, Numeric, []float64{1234, 2345, 10000}, "--categorical"},
		"no dates":              {[]string{"2024-13-01", "a", "b"}, TableConfig{}, Categorical, nil, ""},
		"seasons":               {[]string{"2023-24", "2024-25", "2023-24"}, TableConfig{}, Categorical, nil, ""},
		"ranges":                {[]string{"10-20", "20-30", "10-20"}, TableConfig{}, Categorical, nil, ""},
		"versions":              {[]string{"1.2.3", "1.2.4", "1.2.3"}, TableConfig{}, Categorical, nil, ""},
		"addresses":             {[]string{"10.0.0.1", "10.0.0.2", "10.0.0.1"}, TableConfig{}, Categorical, nil, ""},
		"letters":               {[]string{"A1", "B2", "A1"}, TableConfig{}, Categorical, nil, ""},
	})
}

// readingCase is a column and what it is.
type readingCase struct {
	cells []string
	cfg   TableConfig
	kind  FeatureKind // "" for an error
	want  []float64
	note  string
}

func checkReadings(t *testing.T, cases map[string]readingCase) {
	t.Helper()
	for name, c := range cases {
		c.cfg.Comma = ';'
		table, err := openText("a.csv", cells(c.cells...), c.cfg)
		if err != nil {
			t.Fatal(err)
		}
		f, err := table.Frame(context.Background(), FrameConfig{Target: "y"})
		if c.kind == "" {
			if err == nil {
				t.Errorf("%s: no error: %+v", name, f.Columns)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := f.Columns[0]
		if got.Kind != c.kind {
			t.Errorf("%s: kind %s, want %s", name, got.Kind, c.kind)
		} else if diff := cmp.Diff(c.want, got.Numbers, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if notes := strings.Join(f.Notes, "; "); c.note == "" && notes != "" || !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes %q, want %q", name, notes, c.note)
		}
		// What was learned from the file reads its cells the same one by one.
		features, err := FitFeatures(f, []int{0, 1}, FeatureConfig{MinCount: 1})
		if err != nil {
			t.Fatal(err)
		}
		for i, cell := range c.cells {
			want, got := make([]float32, features.Inputs()), make([]float32, features.Inputs())
			features.EncodeRow(want, f, i)
			if _, err := features.Encode(got, []string{cell}); err != nil || !slices.Equal(want, got) {
				t.Errorf("%s: %q becomes %v, %v; want %v", name, cell, got, err, want)
			}
		}
	}
}

// A column that is mostly numbers or dates is never something else unless that is
// asked for.
func TestMostlyNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		cells []string
		says  string
	}{
		"a word":        {[]string{"1", "2", "3", "many"}, `line 5: column "x": "many" is not a finite number, as 3 of the column's 4 cells are`},
		"half":          {[]string{"1", "2", "lots", "many"}, `"lots"`},
		"currencies":    {[]string{"$1", "€2", "$3"}, "several currencies"},
		"percents":      {[]string{"1%", "2", "3%"}, "percent sign in 2 of its 3"},
		"decimal marks": {[]string{"1.5", "2,5", "3.5"}, `"2,5"`},
		"dates":         {[]string{"2024-01-01", "2024-01-02", "soon"}, `"soon" is no date`},
		"date orders":   {[]string{"31/12/2023", "12/31/2023", "1/1/2024"}, "is no date"},
	} {
		table, err := openText("a.csv", cells(c.cells...), TableConfig{Comma: ';'})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = table.Frame(context.Background(), FrameConfig{Target: "y"}); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "--categorical") {
			t.Errorf("%s: %v, want %s", name, err, c.says)
		}
		if f, err := table.Frame(context.Background(), FrameConfig{Target: "y", Categorical: []string{"x"}}); err != nil || f.Columns[0].Kind != Categorical {
			t.Errorf("%s, as categories: %v", name, err)
		}
	}
}

// New cells are read as the column was, or refused.
func TestReadingOfNewCells(t *testing.T) {
	for _, c := range []struct {
		r    Reading
		cell string
		want float64
		ok   bool
	}{
		{Reading{}, "2,152", 0, false},
		{Reading{}, "$5", 0, false},
		{Reading{Marked: true, Currency: "$"}, "2100", 2100, true},
		{Reading{Marked: true, Currency: "$"}, "€2100", 0, false},
		{Reading{Marked: true, Currency: "$"}, "50 %", 0, false},
		{Reading{Marked: true, Decimal: ","}, "1.234", 1234, true},
		{Reading{Marked: true, Decimal: ","}, "1.234e0", 1.234, true}, // as SelectRows has it of Parquet
		{Reading{Marked: true, Decimal: ","}, "1,5", 1.5, true},
		{Reading{Marked: true}, "1,5", 0, false},
		{Reading{Marked: true, Percent: true}, "0.125", 0, false},
		{Reading{Marked: true, Percent: true}, "12.5 %", 12.5, true},
		{Reading{Dates: "iso"}, "2024-01-02T00:00:00", 19724, true},
		{Reading{Dates: "iso"}, "1704153600000", 0, false},
		{Reading{Dates: "iso"}, "02/01/2024", 0, false},
		{Reading{Dates: "dmy"}, "02/01/2024", 19724, true},
		{Reading{}, "2024-01-02", 0, false},
		{Reading{Clock: true}, "12:30", 12.5, true},
		{Reading{Boolean: true}, "1.0", 1, true},
		{Reading{Boolean: true}, "2", 0, false},
	} {
		got, err := c.r.Number(c.cell)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%+v of %q: %v, %v; want %v, %t", c.r, c.cell, got, err, c.want, c.ok)
		}
	}
}

// Categories are equal by value.
func TestCategoriesByValue(t *testing.T) {
	for cell, want := range map[string]string{
		"3": "3", "3.0": "3", "3.50": "3.5", "+3": "3", "1e2": "100", "-0.0": "0", "TRUE": "true", " True ": "true", "007": "007",
		"cafe\u0301": "caf\u00e9", "North": "North", "12345678901234567890": "12345678901234567890", "\ufeffa": "a"} {
		if got := category(cell); got != want {
			t.Errorf("category(%q) = %q, want %q", cell, got, want)
		}
	}
	f, err := frameOf(t, "a.csv", "store,y\n3,1\n3.0,2\n4,3\n4.00,4\nTRUE,5\ntrue,6\n", FrameConfig{Target: "y", Categorical: []string{"store"}})
	if err != nil {
		t.Fatal(err)
	}
	if c := f.Columns[0]; !slices.Equal(c.Values, []string{"3", "4", "true"}) || !slices.Equal(c.Codes, []int32{0, 0, 1, 1, 2, 2}) {
		t.Errorf("%q by %v", c.Values, c.Codes)
	}
	// An artefact of before still knows its own spelling, and now others.
	old, err := NewFeatures([]Feature{{Column: "store", Kind: Categorical, Categories: []string{"3.0", "4.0"}, Counts: []int{5, 5}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range []string{"4", "4.0", "4.00"} {
		to := make([]float32, 2)
		if s, err := old.Encode(to, []string{cell}); err != nil || s.Unknown != nil || to[1] != 1 {
			t.Errorf("%q: %v, %v, %v", cell, to, s, err)
		}
	}
}

// The same rows are the same frame from every format, and times have one unit
// whatever that of the file.
func TestFormatsAgree(t *testing.T) {
	type milli struct {
		When  time.Time `parquet:"when,timestamp(millisecond)"`
		Sold  int32     `parquet:"sold,date"`
		Grade string    `parquet:"grade"`
		Ok    bool      `parquet:"ok"`
		Cost  int64     `parquet:"cost,decimal(2:18)"`
		Y     float64   `parquet:"y"`
	}
	type nano struct {
		When  time.Time `parquet:"when,timestamp(nanosecond)"`
		Sold  int32     `parquet:"sold,date"`
		Grade string    `parquet:"grade"`
		Ok    bool      `parquet:"ok"`
		Cost  int32     `parquet:"cost,decimal(2:9)"`
		Y     float64   `parquet:"y"`
	}
	var millis []milli
	var nanos []nano
	csv, jsonl := "when,sold,grade,ok,cost,y\n", ""
	for i := range 40 {
		at := time.Date(2024, 1, 1+i, i%24, i, 0, 500e6, time.UTC)
		grade := []string{"a", "b", "c"}[i%3]
		millis = append(millis, milli{at, int32(19000 + i), grade, i%2 == 0, int64(1000 + i), float64(i * i)})
		nanos = append(nanos, nano{at, int32(19000 + i), grade, i%2 == 0, int32(1000 + i), float64(i * i)})
		sold := time.Unix(int64(19000+i)*86400, 0).UTC().Format("2006-01-02")
		csv += fmt.Sprintf("%s,%s,%s,%t,%d.%02d,%d\n", at.Format("2006-01-02 15:04:05.000"), sold, grade, i%2 == 0, (1000+i)/100, (1000+i)%100, i*i)
		jsonl += fmt.Sprintf(`{"when":"%s","sold":"%s","grade":"%s","ok":%t,"cost":%d.%02d,"y":%d}`+"\n", at.Format(time.RFC3339Nano), sold, grade, i%2 == 0, (1000+i)/100, (1000+i)%100, i*i)
	}
	var a, b bytes.Buffer
	if err := parquet.Write(&a, millis); err != nil {
		t.Fatal(err)
	}
	if err := parquet.Write(&b, nanos); err != nil {
		t.Fatal(err)
	}
	want := ""
	for name, content := range map[string]string{"a.csv": csv, "a.tsv": strings.ReplaceAll(csv, ",", "\t"), "a.jsonl": jsonl, "milli.parquet": a.String(), "nano.parquet": b.String()} {
		table, err := OpenTableFS(fstest.MapFS{name: {Data: []byte(content)}}, name, TableConfig{})
		if err != nil {
			t.Fatal(err)
		}
		f, err := table.Frame(context.Background(), FrameConfig{Target: "y"})
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = f.Fingerprint()
		}
		if f.Fingerprint() != want || len(f.Columns) != 5 || f.Columns[0].Kind != Time || f.Columns[1].Kind != Time || f.Columns[4].Numbers[0] != 10 {
			t.Errorf("%s: another frame: %q", name, f.Describe())
		}
	}
}

// Numbers far outside those of training are told.
func TestFar(t *testing.T) {
	f, err := NewFeatures([]Feature{{Column: "x", Kind: Numeric, Scale: 1, Low: 19000, High: 20000}})
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]bool{"19500": false, "25000": false, "1704153600000": true, "-1e6": true} {
		s, err := f.Encode(make([]float32, 1), []string{cell})
		if err != nil || (s.Far != nil) != want {
			t.Errorf("%s: %+v, %v", cell, s, err)
		}
	}
}

package datasets

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// More ways in which people write numbers and times.
func TestReadingsOfStrangers(t *testing.T) {
	nan := math.NaN()
	day := func(year, month, day int) float64 {
		return float64(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix()) / 86400
	}
	checkReadings(t, map[string]readingCase{
		"a unit":                  {[]string{"12 kg", "3.5 kg", "1,200 kg"}, TableConfig{}, Numeric, []float64{12, 3.5, 1200}, ""},
		"a unit, decimal comma":   {[]string{"12,5 m\u00b2", "80 m\u00b2", "1.200,75 m\u00b2"}, TableConfig{}, Numeric, []float64{12.5, 80, 1200.75}, ""},
		"square metres":           {[]string{"12m2", "80 m2", "7.5 m2"}, TableConfig{}, Numeric, []float64{12, 80, 7.5}, ""},
		"money in thousands":      {[]string{"12 k\u20ac", "3.5 k\u20ac"}, TableConfig{}, Numeric, []float64{12, 3.5}, ""},
		"millions of dollars":     {[]string{"$12M", "$3.5M"}, TableConfig{}, Numeric, []float64{12, 3.5}, ""},
		"units that differ":       {[]string{"1.5k", "2M", "1.5k"}, TableConfig{}, Categorical, nil, ""},
		"ordinals":                {[]string{"1st", "2nd", "1st"}, TableConfig{}, Categorical, nil, ""},
		"Arabic digits":           {[]string{"\u0661\u0662", "\u0663\u066b\u0665", "\u0667"}, TableConfig{}, Numeric, []float64{12, 3.5, 7}, ""},
		"full-width digits":       {[]string{"\uff11\uff12", "\uff13\uff0e\uff15"}, TableConfig{}, Numeric, []float64{12, 3.5}, ""},
		"Excel's apostrophe":      {[]string{"'12", "'3.5"}, TableConfig{}, Numeric, []float64{12, 3.5}, ""},
		"money in brackets":       {[]string{"$(12)", "$3.50", "($4)"}, TableConfig{}, Numeric, []float64{-12, 3.5, -4}, ""},
		"blanks":                  {[]string{"12", "(blank)", "No data", "3"}, TableConfig{}, Numeric, []float64{12, nan, nan, 3}, "(blank)"},
		"bare dates":              {[]string{"20240131", "20240201", "20240315", "20240316", "20231231"}, TableConfig{}, Time, []float64{day(2024, 1, 31), day(2024, 2, 1), day(2024, 3, 15), day(2024, 3, 16), day(2023, 12, 31)}, ""},
		"bare dates as floats":    {[]string{"20240131.0", "2.0240201e+07", "20240315", "20240316", "20231231"}, TableConfig{}, Time, []float64{day(2024, 1, 31), day(2024, 2, 1), day(2024, 3, 15), day(2024, 3, 16), day(2023, 12, 31)}, ""},
		"bare dates and times":    {[]string{"20240131120000", "20240201000000", "20240315060000", "20240316000000", "20231231180000"}, TableConfig{}, Time, []float64{day(2024, 1, 31) + 0.5, day(2024, 2, 1), day(2024, 3, 15) + 0.25, day(2024, 3, 16), day(2023, 12, 31) + 0.75}, ""},
		"no bare dates":           {[]string{"20240131", "20240201", "20240315", "20240316", "20241331"}, TableConfig{}, Numeric, []float64{20240131, 20240201, 20240315, 20240316, 20241331}, ""},
		"years first, two digits": {[]string{"24-01-31", "24-02-01", "24-03-15"}, TableConfig{}, Time, []float64{day(2024, 1, 31), day(2024, 2, 1), day(2024, 3, 15)}, "--dates dmy"},
		"years last, two digits":  {[]string{"31-01-24", "01-02-24", "15-03-24"}, TableConfig{}, Time, []float64{day(2024, 1, 31), day(2024, 2, 1), day(2024, 3, 15)}, ""},
		"told of years first":     {[]string{"10-01-11", "10-02-11"}, TableConfig{Dates: "ymd"}, Time, []float64{day(2010, 1, 11), day(2010, 2, 11)}, ""},
		"an old year first":       {[]string{"95-01-31", "95-02-01"}, TableConfig{}, Time, []float64{day(1995, 1, 31), day(1995, 2, 1)}, ""},
		"ISO's basic form":        {[]string{"20240131T120000Z", "20240201T1800", "20240202T000000.5+0100"}, TableConfig{}, Time, []float64{day(2024, 1, 31) + 0.5, day(2024, 2, 1) + 0.75, day(2024, 2, 1) + 23/24. + 0.5/86400}, "1 of its 3 times name no zone"},
		"C's form":                {[]string{"Mon Jan  1 12:00:00 2024", "Tue Jan 02 06:00:00 +0000 2024"}, TableConfig{}, Time, []float64{day(2024, 1, 1) + 0.5, day(2024, 1, 2) + 0.25}, "name no zone"},
		"JavaScript's form":       {[]string{"Tue Jan 02 2024 13:00:00 GMT+0100 (Central European Standard Time)", "Wed Jan 03 2024 00:00:00 GMT+0000 (UTC)"}, TableConfig{}, Time, []float64{day(2024, 1, 2) + 0.5, day(2024, 1, 3)}, ""},
		"Go's form":               {[]string{"2024-01-02 12:00:00 +0000 UTC", "2024-01-03 01:00:00 +0100 CET"}, TableConfig{}, Time, []float64{day(2024, 1, 2) + 0.5, day(2024, 1, 3)}, ""},
		"Java's form":             {[]string{"2024-01-02T13:00+01:00[Europe/Berlin]", "2024-01-03T00:00:00Z[UTC]"}, TableConfig{}, Time, []float64{day(2024, 1, 2) + 0.5, day(2024, 1, 3)}, ""},
		"a Web server's form":     {[]string{"02/Jan/2024:12:00:00 +0000", "03/Jan/2024:00:00:00 +0000"}, TableConfig{}, Time, []float64{day(2024, 1, 2) + 0.5, day(2024, 1, 3)}, ""},
		"Chinese and Korean":      {[]string{"2024\u5e741\u67082\u65e5", "2024\ub144 1\uc6d4 3\uc77c"}, TableConfig{}, Time, []float64{day(2024, 1, 2), day(2024, 1, 3)}, ""},
		"months of Europe":        {[]string{"2. M\u00e4rz 2024", "3 ao\u00fbt 2024", "4 de enero de 2024", "05-Dez-2024"}, TableConfig{}, Time, []float64{day(2024, 3, 2), day(2024, 8, 3), day(2024, 1, 4), day(2024, 12, 5)}, ""},
		"midnight of a day":       {[]string{"2024-01-01 24:00:00", "2024-01-03"}, TableConfig{}, Time, []float64{day(2024, 1, 2), day(2024, 1, 3)}, ""},
		"MySQL's zero":            {[]string{"2024-01-01", "0000-00-00", "2024-01-03"}, TableConfig{}, Time, []float64{day(2024, 1, 1), nan, day(2024, 1, 3)}, "0000-00-00"},
		"durations":               {[]string{"36:15:00", "0:30:00", "120:00:00"}, TableConfig{}, Numeric, []float64{36.25, 0.5, 120}, ""},
		"durations of pandas":     {[]string{"1 days 06:00:00", "0 days 00:30:00", "-1 days +23:00:00"}, TableConfig{}, Numeric, []float64{30, 0.5, -1}, ""},
		"durations of ISO":        {[]string{"PT36H15M", "P1DT30M", "PT90S"}, TableConfig{}, Numeric, []float64{36.25, 24.5, 0.025}, ""},
		"words like durations":    {[]string{"P", "PT", "1 day late", "P"}, TableConfig{}, Categorical, nil, ""},
		"zones by name alone":     {[]string{"2024-01-02 12:00:00 EST", "2024-01-03 12:00:00 CET", "2024-01-02 12:00:00 EST"}, TableConfig{}, Categorical, nil, ""},
		"categories unlike case":  {[]string{"red", "RED", "red"}, TableConfig{}, Categorical, nil, "differ in case alone"},
	})
	for cell, why := range map[string]string{"5": "no number with the unit", "5 lb": "no number with the unit", "five": "not a finite number"} {
		if _, err := (Reading{Marked: true, Unit: "kg"}).Number(cell); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", cell, err)
		}
	}
	for cell, want := range map[string]float64{"14/01/2024": day(2024, 1, 14), "2024-01-14": day(2024, 1, 14), "02/02/2024": day(2024, 2, 2)} {
		if got, err := (Reading{Dates: "iso"}).Number(cell); err != nil || got != want {
			t.Errorf("%q: %v, %v", cell, got, err)
		}
	}
	for _, cell := range []string{"01/02/2024", "24-01-11", "1704067200"} {
		if got, err := (Reading{Dates: "iso"}).Number(cell); err == nil {
			t.Errorf("%q is %v", cell, got)
		}
	}
}

// What may be something else than it is taken for is told.
func TestDoubts(t *testing.T) {
	column := func(cell func(i int) string) string {
		var b strings.Builder
		b.WriteString("created_at;y\n")
		for i := range 60 {
			fmt.Fprintf(&b, "%s;%d\n", cell(i), i*i)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		cell func(i int) string
		says string
	}{
		"seconds":     {func(i int) string { return fmt.Sprint(1704067200 + 86400*i*i) }, "times in seconds since 1970 (2024-01-01 to 2033-07-13)"},
		"nanoseconds": {func(i int) string { return fmt.Sprint(int64(1704067200+86400*i*i) * 1e9) }, "times in nanoseconds"},
		"long codes":  {func(i int) string { return fmt.Sprint(uint64(1<<63) + uint64(i*i*7)) }, "60 of its numbers are beyond 2^53"},
		"a sentinel":  {func(i int) string { return fmt.Sprint(map[bool]int{true: -999, false: i * i % 37}[i%9 == 0]) }, "-999 stands in 7 rows, far from its other values (0 to 36)"},
		"a last date": {func(i int) string {
			return map[bool]string{true: "9999-12-31", false: fmt.Sprintf("2024-01-%02d", 1+i%28)}[i%9 == 0]
		}, "9999-12-31 stands in 7 rows"},
		"various units":   {func(i int) string { return fmt.Sprint(i%20, []string{"k", "M"}[i%2]) }, "have digits and are taken as categories"},
		"mostly one unit": {func(i int) string { return fmt.Sprint(i, map[bool]string{true: "", false: " kg"}[i == 9]) }, `"9" is no number with the unit "kg"`},
	} {
		table, err := openText("a.csv", column(c.cell), TableConfig{Target: "y"})
		if err != nil {
			t.Fatal(err)
		}
		f, err := table.Frame(context.Background(), FrameConfig{})
		got := fmt.Sprint(err)
		if err == nil {
			got = strings.Join(f.Notes, "; ")
		}
		if !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}

// Labels that look alike count as one.
func TestLabelsThatLookAlike(t *testing.T) {
	table, err := openText("a.csv", "text,label\na,very good\nb,very\u00a0good\nc,very  good\nd,very good\u200b\ne,bad\nf,non-fiction\ng,non\u2013fiction\n", TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := table.Scan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%q %v", s.Classes, s.Counts); got != "[\"bad\" \"non-fiction\" \"non\u2013fiction\" \"very good\"] [1 1 1 4]" {
		t.Error(got)
	}
	notes := strings.Join(s.Notes, "; ")
	for _, says := range []string{`labels "very good" that differ only in spaces`, "differ in the kind of dash alone"} {
		if !strings.Contains(notes, says) {
			t.Errorf("notes %q lack %q", notes, says)
		}
	}
}

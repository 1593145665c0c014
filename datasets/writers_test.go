package datasets

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// written is what benchmarks/parquet_writers.py says of a file of its.
type written struct {
	Writer, Options string
	Rows            int
	Columns         map[string]writtenColumn
	Classes         []string
	AnyOrder        bool `json:"any order"`
}

type writtenColumn struct {
	Kind  string
	Cells []*string
}

// same reports whether a cell, ok being false for none, is what was written.
func (c *writtenColumn) same(cell string, ok bool, want *string) bool {
	switch {
	case want == nil:
		return !ok || cell == ""
	case !ok:
		return *want == "" // a null and an empty text are both empty cells
	}
	switch c.Kind {
	case "bytes":
		return hex.EncodeToString([]byte(cell)) == *want
	case "float":
		x, err1 := strconv.ParseFloat(cell, 64)
		y, err2 := strconv.ParseFloat(*want, 64)
		return err1 == nil && err2 == nil && (x == y || float32(x) == float32(y))
	case "decimal", "int":
		x, ok1 := new(big.Rat).SetString(cell)
		y, ok2 := new(big.Rat).SetString(*want)
		return ok1 && ok2 && x.Cmp(y) == 0
	case "ts", "time":
		x, err1 := momentOf(cell)
		y, err2 := momentOf(*want)
		return err1 == nil && err2 == nil && x.Equal(y)
	}
	return cell == *want
}

// momentOf reads ISO 8601; an instant without a zone is in UTC.
func momentOf(s string) (t time.Time, err error) {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "15:04:05.999999999"} {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return t, err
}

// verdict is what a reader made of the columns of a writer's files.
type verdict struct{ right, wrong, refused int }

func (v verdict) String() string {
	s := fmt.Sprintf("%d of %d", v.right, v.right+v.wrong+v.refused)
	if v.wrong > 0 {
		s += fmt.Sprintf(" (%d WRONG)", v.wrong)
	}
	return s
}

// columnReader reads the columns of a file or directory: for each its cells, nil for
// null, or an error.
type columnReader func(t *testing.T, path string) (map[string][]*string, map[string]error, error)

// TestWriters reads the files in $ZOO_PARQUET, which benchmarks/parquet_writers.py has
// written there by the programs that people write Parquet with, and prints how many of
// their columns each reader gives as they were written. The zoo's must give all that
// are no lists or structs.
func TestWriters(t *testing.T) {
	root := os.Getenv("ZOO_PARQUET")
	if root == "" {
		t.Skip("no files in $ZOO_PARQUET")
	}
	readers := []struct {
		name string
		read columnReader
	}{{"zoo", readByTable}, {"parquet-go", readByParquetGo}}
	sums := map[string][]verdict{}
	files := map[string]int{}
	why := map[string]int{}
	names, err := filepath.Glob(filepath.Join(root, "*.expect.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var w written
		if err := json.Unmarshal(b, &w); err != nil {
			t.Fatal(name, err)
		}
		path := strings.TrimSuffix(name, ".expect.json")
		files[w.Writer]++
		if sums[w.Writer] == nil {
			sums[w.Writer] = make([]verdict, len(readers))
		}
		for i, r := range readers {
			v := &sums[w.Writer][i]
			cells, problems, err := r.read(t, path)
			for column, c := range w.Columns {
				if c.Kind == "nested" || c.Kind == "skip" {
					continue
				}
				got, problem := cells[column], cmp.Or(err, problems[column])
				if got == nil && problem == nil {
					problem = errors.New("no such column")
				}
				switch {
				case problem != nil:
					v.refused++
				case w.same(column, got):
					v.right++
					continue
				default:
					v.wrong++
					problem = fmt.Errorf("wrong cells: %.300s", shown(got))
				}
				if r.name == "zoo" {
					t.Errorf("%s (%s, %s), column %s: %v", filepath.Base(path), w.Writer, w.Options, column, problem)
				} else {
					why[fmt.Sprintf("%s: %s (%s): %s: %.90v", r.name, w.Writer, w.Options, column, problem)]++
				}
			}
		}
		if len(w.Classes) > 0 {
			table, err := OpenTable(path, TableConfig{})
			if err != nil || !slices.Equal(table.described, w.Classes) {
				t.Errorf("%s: classes: %v", path, err)
			}
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(why)) {
		t.Logf("%d x %s", why[reason], reason)
	}
	for _, writer := range slices.Sorted(maps.Keys(sums)) {
		t.Logf("| %s | %d | %v | %v |", writer, files[writer], sums[writer][0], sums[writer][1])
	}
}

func shown(cells []*string) string {
	var b strings.Builder
	for _, c := range cells[:min(len(cells), 10)] {
		if c == nil {
			b.WriteString("null ")
		} else {
			fmt.Fprintf(&b, "%.30q ", *c)
		}
	}
	return fmt.Sprintf("%d: %s", len(cells), b.String())
}

// same compares a column, whose rows may be in another order where the writer says so.
func (w *written) same(name string, got []*string) bool {
	c := w.Columns[name]
	if len(got) != len(c.Cells) {
		return false
	}
	want := c.Cells
	if w.AnyOrder {
		order := func(a, b *string) int {
			if a == nil || b == nil {
				return cmp.Compare(btoi(a != nil), btoi(b != nil))
			}
			return cmp.Compare(c.key(*a), c.key(*b))
		}
		got, want = slices.Clone(got), slices.Clone(want)
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
	}
	for i := range got {
		cell, ok := "", got[i] != nil
		if ok {
			cell = *got[i]
		}
		if !c.same(cell, ok, want[i]) {
			return false
		}
	}
	return true
}

// key orders cells alike however they are written.
func (c *writtenColumn) key(cell string) string {
	switch c.Kind {
	case "float", "decimal", "int":
		if x, ok := new(big.Rat).SetString(cell); ok {
			if c.Kind == "float" {
				y, _ := x.Float64()
				x.SetFloat64(float64(float32(y)))
			}
			return new(big.Rat).Add(x, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil))).FloatString(12)
		}
	case "ts", "time":
		if m, err := momentOf(cell); err == nil {
			return m.UTC().Format("2006-01-02T15:04:05.000000000")
		}
	case "bytes":
		if _, err := hex.DecodeString(cell); err != nil || len(cell) < 8 {
			return hex.EncodeToString([]byte(cell))
		}
	}
	return cell
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// readByTable is the zoo's reader.
func readByTable(t *testing.T, path string) (map[string][]*string, map[string]error, error) {
	table, err := OpenTable(path, TableConfig{})
	if err != nil {
		return nil, nil, err
	}
	cells, problems := map[string][]*string{}, map[string]error{}
	for i, name := range table.columns {
		if i < len(table.problems) && table.problems[i] != "" {
			problems[name] = fmt.Errorf("%s", table.problems[i])
			continue
		}
		cells[name] = []*string{}
		err := table.draw(context.Background(), []int{i}, true, func(r Row) (bool, error) {
			cell := strings.Clone(r.Cells[i])
			cells[name] = append(cells[name], &cell)
			return true, nil
		})
		if err != nil && !strings.Contains(err.Error(), "no rows") {
			problems[name] = err
		}
	}
	return cells, problems, nil
}

// writtenParts lists the files of a directory, or the file.
func writtenParts(path string) (names []string, err error) {
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (name == path || strings.HasSuffix(name, ".parquet")) {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

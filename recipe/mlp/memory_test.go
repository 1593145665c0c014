package mlp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
)

// house is a row of a program.
type house struct {
	Size  float64   `json:"size"`
	Town  string    `json:"town"`
	Built time.Time `json:"built"`
	Rooms *int      `json:"rooms"`
	Price float64   `json:"price"`
}

// However rows come from a program, the same model is learned of them.
func TestRowsOfAProgram(t *testing.T) {
	var rows []house
	var b bytes.Buffer
	b.WriteString("size,town,built,rooms,price\n")
	for i := range 80 {
		h := house{Size: 40 + float64(i), Town: []string{"Ulm", "Bonn"}[i%2], Built: time.Date(1950+i, 3, 1, 0, 0, 0, 0, time.UTC), Price: float64(1000*i + 7)}
		rooms := ""
		if i%5 > 0 {
			n := 1 + i%4
			h.Rooms, rooms = &n, fmt.Sprint(n)
		}
		rows = append(rows, h)
		fmt.Fprintf(&b, "%v,%s,%s,%s,%v\n", h.Size, h.Town, h.Built.Format(time.RFC3339), rooms, h.Price)
	}
	learn := func(data *zoo.Rows, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		r, err := zoo.ReadRecipe("mlp")
		if err != nil {
			t.Fatal(err)
		}
		r.SetEpochs(2)
		m, _, err := zoo.Train(context.Background(), r, data, zoo.Run{})
		if err != nil {
			t.Fatal(err)
		}
		if data := m.Artefact.Card.Data; !strings.Contains(data, `80 rows, "price" from 4 columns`) {
			t.Errorf("learned from %q", data)
		}
		return fixture.SHA(t, m)
	}
	path := filepath.Join(t.TempDir(), "houses.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	columns := zoo.TableColumns{Target: "price"}
	want := learn(zoo.OpenTable(path, columns))
	each := func(yield func(house, error) bool) {
		for _, h := range rows {
			if !yield(h, nil) {
				return
			}
		}
	}
	var maps []map[string]any
	for _, h := range rows {
		m := map[string]any{"size": h.Size, "town": h.Town, "built": h.Built, "price": h.Price}
		if h.Rooms != nil {
			m["rooms"] = *h.Rooms
		}
		maps = append(maps, m)
	}
	for name, got := range map[string]string{
		"structs":     learn(zoo.RowsOf(rows, columns)),
		"an iterator": learn(zoo.RowsFrom(each, columns)),
		"a reader":    learn(zoo.ReadTable(bytes.NewReader(b.Bytes()), columns, zoo.DataConfig{Format: "csv"})),
		"embedded":    learn(zoo.OpenTableFS(fstest.MapFS{"houses.csv": {Data: b.Bytes()}}, "houses.csv", columns, zoo.DataConfig{})),
	} {
		if got != want {
			t.Errorf("%s: another model than of the file", name)
		}
	}
	if a, b := learn(zoo.RowsOf(maps, columns)), learn(zoo.RowsOf(maps, columns)); a != b { // the columns come in the order of their names
		t.Error("maps give another model each time")
	}
	broken := errors.New("broken")
	fails := func(yield func(house, error) bool) { yield(house{}, broken) }
	if _, err := zoo.RowsFrom(fails, columns); !errors.Is(err, broken) {
		t.Errorf("an error of the source: %v", err)
	}
	for says, rows := range map[string][]any{"row 2 is a int": {map[string]int{"price": 1}, 3}, "row 1: json": {map[string]float64{"price": math.NaN()}}} {
		if _, err := zoo.RowsOf(rows, columns); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

package fit_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/fit"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
)

// copied are n rows of two classes in twelve phrasings, each of which has one word
// of its class that only it has, and one that all of its class share.
func copied(t testing.TB, n int) string {
	own := [][]string{
		{"invoice", "refund", "charge", "payment", "bill", "receipt"},
		{"parcel", "courier", "tracking", "address", "driver", "package"},
	}
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	table := [][]string{{"text", "label"}}
	for range n {
		k, w := rng.IntN(2), rng.IntN(6)
		table = append(table, []string{fmt.Sprintf("%s about the %s %d is on my desk since %s", own[k][w], []string{"money", "shipment"}[k],
			rng.IntN(10000), []string{"Monday", "Friday", "March"}[rng.IntN(3)]), []string{"billing", "delivery"}[k]})
	}
	return fixture.CSV(t, table)
}

// Of near copies a part has whole wordings and some rows of others, and the search
// says how well each kind is answered.
func TestCopies(t *testing.T) {
	data := fixture.Texts(t, copied(t, 400))
	s, err := fit.New(context.Background(), plain(), data, fit.Config{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var plan bytes.Buffer
	if err := s.WritePlan(&plan); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plan.String(), "near copies") {
		t.Errorf("plan:\n%s", plan.String())
	}
	r := run(t, plain(), data, fit.Config{Seed: 1, Time: none})
	if r.Known == nil || r.Anew == nil || r.Known.Rows+r.Anew.Rows != r.Expected.Rows || r.Known.Rows == 0 || r.Anew.Rows < 40 {
		t.Fatalf("expected %+v, of known wordings %+v, of others %+v", r.Expected, r.Known, r.Anew)
	}
	if r := run(t, plain(), tickets(t, 200), fit.Config{Time: none}); r.Known != nil || r.Anew != nil {
		t.Errorf("without copies: %+v, %+v", r.Known, r.Anew)
	}
}

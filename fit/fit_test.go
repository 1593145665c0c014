package fit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/fit"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
)

// tickets are texts of three classes, of which one in ten has a wrong label.
func tickets(t testing.TB, rows int) *zoo.Texts {
	words := map[string][]string{"billing": {"invoice", "refund", "charge"}, "login": {"password", "account", "code"}, "shipping": {"parcel", "courier", "address"}}
	names := []string{"billing", "login", "shipping"}
	rng := rand.New(rand.NewPCG(uint64(rows), 1))
	table := [][]string{{"text", "label"}}
	for range rows {
		label := names[rng.IntN(3)]
		text := fmt.Sprintf("my %s is %s", words[label][rng.IntN(3)], []string{"wrong", "lost", "late"}[rng.IntN(3)])
		for range 5 { // no near copies
			text += " " + string([]rune{rune('a' + rng.IntN(26)), rune('a' + rng.IntN(26)), rune('a' + rng.IntN(26))})
		}
		if rng.IntN(10) == 0 {
			label = names[rng.IntN(3)]
		}
		table = append(table, []string{text, label})
	}
	return fixture.Texts(t, fixture.CSV(t, table))
}

// plain is the zoo's families without its models, and none is a time in which
// only what costs next to nothing is tried.
func plain() *zoo.Zoo { return &zoo.Zoo{Families: zoo.Families()} }

const none = time.Nanosecond

func run(t testing.TB, z *zoo.Zoo, data *zoo.Texts, c fit.Config) *fit.Result {
	t.Helper()
	r, err := fit.Run(context.Background(), z, data, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// files are what a model is saved as.
func files(t testing.TB, m *zoo.Model) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name()] = string(text)
	}
	return out
}

func TestRun(t *testing.T) {
	data := tickets(t, 400)
	var told []string
	var log bytes.Buffer
	r := run(t, plain(), data, fit.Config{Seed: 4, Time: none, Log: &log, Card: recipe.CardFields{Name: "tickets"},
		Tell: func(o fit.Outcome) error { told = append(told, o.Name); return nil }})
	if len(told) != 11 || !strings.HasPrefix(told[0], "always ") || told[1] != "tfidf --c 1" {
		t.Errorf("tried %q", told)
	}
	if r.Candidates[0].Name != r.Best || r.Candidates[0].Accuracy < 0.88 || r.Candidates[0].Rows != 320 {
		t.Errorf("the best is %s: %+v", r.Best, r.Candidates[0])
	}
	last := r.Candidates[10]
	if !strings.HasPrefix(last.Name, "lstm ") || last.Rows != 0 || last.Note != "not tried: no time for it" {
		t.Errorf("without time: %+v", last)
	}
	for i, o := range r.Candidates[:9] {
		if !(o.Low < o.Accuracy && o.Accuracy < o.High) || i > 1 && o.Rows == 320 && o.Accuracy > r.Candidates[i-1].Accuracy+0.05 {
			t.Errorf("candidate %d: %+v", i, o)
		}
	}
	if r.Expected == nil || r.Expected.Rows != 80 || !(r.Expected.Low < r.Expected.Accuracy && r.Expected.Accuracy < r.Expected.High) {
		t.Errorf("expected accuracy %+v", r.Expected)
	}
	if len(r.Aside) != 80 || !slices.IsSorted(r.Aside) || r.Aside[79] > 399 {
		t.Errorf("set aside: %d", r.Aside)
	}
	card := r.Model.Artefact.Card
	if card.Name != "tickets" || card.Metrics["expected_accuracy"] != r.Expected.Accuracy || len(card.Tables) == 0 {
		t.Errorf("card %q: %v, %d tables", card.Name, card.Metrics, len(card.Tables))
	}
	table := card.Tables[len(card.Tables)-1]
	if len(table.Rows) != 11 || table.Rows[0][0] != r.Best || table.Rows[0][4] != "chosen" {
		t.Errorf("table %+v", table)
	}
	for _, want := range []string{"400", "cross-validation in 5 parts of 320 rows; 80 rows are set aside", "expected accuracy: ", "trained on all 400 rows"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
	// The recipe alone makes the model, from the file.
	own, err := r.Model.Recipe()
	if err != nil {
		t.Fatal(err)
	}
	if again := fixture.Train(t, own, data, zoo.Run{}); fixture.SHA(t, again) != fixture.SHA(t, r.Model) {
		t.Error("the recipe makes another model")
	}
}

// The same seed gives the same files, another one other parts of the data.
func TestSameBytes(t *testing.T) {
	data := tickets(t, 300)
	a := run(t, plain(), data, fit.Config{Seed: 1, Time: none})
	one, two := files(t, a.Model), files(t, run(t, plain(), data, fit.Config{Seed: 1, Time: none}).Model)
	for name := range one {
		if one[name] != two[name] {
			t.Errorf("%s differs:\n%s\n%s", name, one[name], two[name])
		}
	}
	if len(one) < 3 || len(one) != len(two) {
		t.Errorf("%d and %d files", len(one), len(two))
	}
	accuracies := func(r *fit.Result) string {
		list := []string{r.Expected.String()}
		for _, o := range r.Candidates[:9] {
			list = append(list, fmt.Sprintf("%s %v", o.Name, o.Accuracy))
		}
		return strings.Join(list, ", ")
	}
	other := map[string]bool{}
	for seed := range uint64(4) {
		other[accuracies(run(t, plain(), data, fit.Config{Seed: 2 + seed, Time: none}))] = true
	}
	if len(other) < 2 {
		t.Errorf("four other seeds: all the same %v", other)
	}
}

// A search that stopped anywhere, in the middle of a line too, ends as one that
// never did, and measures nothing again.
func TestResume(t *testing.T) {
	data := tickets(t, 200)
	journal := filepath.Join(t.TempDir(), "journal")
	want := run(t, plain(), data, fit.Config{Time: none, Journal: journal})
	whole, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for cut := 0; cut < len(whole); cut += len(whole) / 9 {
		if err := os.WriteFile(journal, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		kept := bytes.Count(whole[:cut], []byte("\n")) - 1 // without the first
		var log bytes.Buffer
		r := run(t, plain(), data, fit.Config{Time: none, Journal: journal, Resume: true, Log: &log})
		if kept > 0 && !strings.Contains(log.String(), fmt.Sprintf("%d measurements are taken over", kept)) {
			t.Errorf("cut at %d of %d: %d lines are whole: %s", cut, len(whole), kept, log.String())
		}
		if got, want := files(t, r.Model), files(t, want.Model); got["card.json"] != want["card.json"] || len(got) != len(want) {
			t.Errorf("cut at %d of %d: another card:\n%s\n%s", cut, len(whole), got["card.json"], want["card.json"])
		}
		again, err := os.ReadFile(journal)
		if err != nil || bytes.Count(again, []byte("\n")) != len(lines)-1 {
			t.Errorf("cut at %d of %d: the journal has %d lines, want %d: %v", cut, len(whole), bytes.Count(again, []byte("\n")), len(lines)-1, err)
		}
		for i := range max(0, kept+1) {
			if !bytes.Equal(bytes.SplitAfter(again, []byte("\n"))[i], lines[i]) {
				t.Errorf("cut at %d of %d: line %d was made again", cut, len(whole), i)
			}
		}
	}
}

// A journal of another search, or one that was not asked for, is an error.
func TestJournalRefuses(t *testing.T) {
	data := tickets(t, 200)
	journal := filepath.Join(t.TempDir(), "journal")
	run(t, plain(), data, fit.Config{Seed: 1, Time: none, Journal: journal})
	for name, c := range map[string]struct {
		config fit.Config
		data   *zoo.Texts
	}{
		"not resumed":  {fit.Config{Seed: 1, Journal: journal}, data},
		"another seed": {fit.Config{Seed: 2, Journal: journal, Resume: true}, data},
		"other data":   {fit.Config{Seed: 1, Journal: journal, Resume: true}, tickets(t, 201)},
	} {
		if _, err := fit.Run(context.Background(), plain(), c.data, c.config); !errors.Is(err, fit.ErrJournal) || !strings.Contains(err.Error(), journal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(journal, []byte("something else\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := run(t, plain(), data, fit.Config{Time: none, Journal: journal, Resume: true}); r.Model == nil {
		t.Error("no model")
	}
}

// Of few rows none is set aside, and the card says so.
func TestFewRows(t *testing.T) {
	r := run(t, plain(), tickets(t, 60), fit.Config{Time: none})
	if r.Expected != nil || r.Candidates[0].Rows != 60 {
		t.Errorf("expected %v, measured on %d rows", r.Expected, r.Candidates[0].Rows)
	}
	card := r.Model.Artefact.Card
	if _, ok := card.Metrics["expected_accuracy"]; ok || !slices.ContainsFunc(card.Limits, func(s string) bool { return strings.Contains(s, "too few rows") }) {
		t.Errorf("card: %v, %q", card.Metrics, card.Limits)
	}
}

// Of much data one part is held out.
func TestLargeData(t *testing.T) {
	var log bytes.Buffer
	r := run(t, plain(), tickets(t, 4000), fit.Config{Time: none, Log: &log})
	if n := r.Candidates[0].Rows; n != 3600 {
		t.Errorf("measured on %d rows", n)
	}
	if !strings.Contains(log.String(), "compared by cross-validation in 5 parts of 3600 rows; 400 rows are set aside") {
		t.Errorf("log:\n%s", log.String())
	}
}

// What cannot be searched is an error that says why.
func TestRefuses(t *testing.T) {
	ctx := context.Background()
	data := tickets(t, 120)
	one := fixture.Texts(t, fixture.Labelled(t, "a,x", "b,x", "c,x"))
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		zoo    *zoo.Zoo
		data   *zoo.Texts
		config fit.Config
		is     error
		says   string
	}{
		"one class":       {plain(), one, fit.Config{}, datasets.ErrLabel, `"x"`},
		"time":            {plain(), data, fit.Config{Time: -1}, zoo.ErrUsage, "-1ns"},
		"no such base":    {plain(), data, fit.Config{Bases: []string{"absent"}}, zoo.ErrUsage, "absent"},
		"a useless base":  {zoo.Default(), data, fit.Config{Bases: []string{"mlp-line"}}, zoo.ErrUsage, "base mlp-line: no family begins"},
		"nothing offered": {&zoo.Zoo{Families: zoo.Families()[:2]}, data, fit.Config{}, zoo.ErrUsage, "no family of the zoo proposes"},
		"told":            {plain(), data, fit.Config{Time: none, Tell: func(fit.Outcome) error { return broken }}, broken, "broken"},
	} {
		if _, err := fit.Run(ctx, c.zoo, c.data, c.config); !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := fit.Run(cancelled, plain(), data, fit.Config{Time: none}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A candidate that fails is passed over; where all do, the first error is told.
func TestFailingCandidates(t *testing.T) {
	failing := func(good bool) *zoo.Zoo {
		z := plain()
		for i, f := range z.Families {
			if f.Key != "linear" && f.Key != "text" {
				continue
			}
			other := *f
			other.Train = func(ctx context.Context, r recipe.Recipe, d recipe.Data, e recipe.Env) (*recipe.Model, train.Result, error) {
				if good && strings.HasPrefix(r.Name, "tfidf") {
					return f.Train(ctx, r, d, e)
				}
				return nil, train.Result{}, errors.New("out of luck")
			}
			z.Families[i] = &other
		}
		return z
	}
	data := tickets(t, 120)
	r := run(t, failing(true), data, fit.Config{})
	if !strings.HasPrefix(r.Best, "tfidf") {
		t.Errorf("the best is %s", r.Best)
	}
	for _, o := range r.Candidates {
		if strings.HasPrefix(o.Name, "nbsvm") && (o.Rows != 0 || o.Note != "failed: out of luck") {
			t.Errorf("%+v", o)
		}
	}
	if _, err := fit.Run(context.Background(), failing(false), data, fit.Config{}); !errors.Is(err, fit.ErrNone) || !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("all fail: %v", err)
	}
}

// Where the label has nothing to do with the text, the card says so.
func TestNothingToLearn(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	table := [][]string{{"text", "label"}}
	for i := range 300 {
		table = append(table, []string{fmt.Sprintf("word%d and word%d", rng.IntN(40), i), []string{"yes", "no"}[rng.IntN(2)]})
	}
	r := run(t, plain(), fixture.Texts(t, fixture.CSV(t, table)), fit.Config{Time: none})
	if !strings.Contains(r.Why, "hardly better than always") {
		t.Errorf("%s: %+v", r.Why, r.Candidates[0])
	}
	if r := run(t, plain(), tickets(t, 200), fit.Config{Time: none}); strings.Contains(r.Why, "hardly better") {
		t.Errorf("%s: %+v", r.Why, r.Candidates[0])
	}
}

package reliability_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/gorgonia-zoo/zoo"
)

var update = flag.Bool("update", false, "write testdata/golden anew from what the program does now")

// goldenRecipes holds a list of goldenRecipe.
const goldenRecipes = "testdata/golden/recipes.json"

// goldenRecipe is a recipe and what follows from it that others keep: cards
// hold its JSON and its commands, checkpoints its identity. A card, a checkpoint
// and a recipe's file of an older program stay good as long as none changes.
type goldenRecipe struct {
	Of             string          `json:"of"`
	Recipe         json.RawMessage `json:"recipe"`
	Identity       string          `json:"identity"`
	IdentityOnData string          `json:"identity_on_data"`
	Command        string          `json:"command"`
	CommandSteps   string          `json:"command_steps"`
}

// goldenData is the fingerprint of some data, goldenSteps a limit of steps.
const (
	goldenData  = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	goldenSteps = 7
)

// readRecipe reads a recipe's JSON and returns what follows from it.
func readRecipe(of string, text []byte) (goldenRecipe, error) {
	r, err := zoo.Families().Parse(text)
	if err != nil {
		return goldenRecipe{}, fmt.Errorf("%s: %w", of, err)
	}
	again, err := json.Marshal(r)
	if err != nil {
		return goldenRecipe{}, fmt.Errorf("%s: %w", of, err)
	}
	g := goldenRecipe{Of: of, Recipe: again}
	var errs [4]error
	g.Identity, errs[0] = r.Identity("")
	g.IdentityOnData, errs[1] = r.Identity(goldenData)
	g.Command, errs[2] = r.Command(0)
	g.CommandSteps, errs[3] = r.Command(goldenSteps)
	if err := errors.Join(errs[:]...); err != nil {
		return g, fmt.Errorf("%s: %w", of, err)
	}
	return g, nil
}

// Every recipe says the same of itself as ever: those with names, those in the
// cards of the table, that of a fine-tuning, and each of them with settings
// changed.
func TestGoldenRecipes(t *testing.T) {
	var have []goldenRecipe
	texts := map[string][]byte{}
	add := func(of string, text []byte) {
		t.Helper()
		if texts[of] != nil {
			t.Fatalf("two recipes are %q", of)
		}
		texts[of] = text
		g, err := readRecipe(of, text)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(g.Recipe, text) {
			t.Errorf("%s: written again it is\n%s\nwant\n%s", of, g.Recipe, text)
		}
		have = append(have, g)
	}
	for _, s := range goldenSources(t) {
		add(s.of, s.text)
	}
	for _, v := range goldenVariants {
		text, err := mergePatch(texts[v.of], v.patch)
		if err != nil {
			t.Fatalf("%s with %s: %v", v.of, v.patch, err)
		}
		// In the form that the program gives it.
		g, err := readRecipe(v.of+" with "+v.patch, text)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(g.Recipe, texts[v.of]) {
			t.Errorf("%s: nothing is changed", g.Of)
		}
		add(g.Of, g.Recipe)
	}
	if *update {
		writeGolden(t, goldenRecipes, have)
		return
	}
	text, err := os.ReadFile(goldenRecipes)
	if err != nil {
		t.Fatal(err)
	}
	var want []goldenRecipe
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if len(have) != len(want) {
		t.Errorf("%d recipes, want %d", len(have), len(want))
	}
	for i, w := range want {
		var compact bytes.Buffer
		if err := json.Compact(&compact, w.Recipe); err != nil {
			t.Fatal(err)
		}
		w.Recipe = compact.Bytes()
		// By its JSON alone, as a card or a file holds it.
		g, err := readRecipe(w.Of, w.Recipe)
		if err != nil {
			t.Error(err)
			continue
		}
		sameRecipe(t, g, w)
		if i < len(have) {
			sameRecipe(t, have[i], w)
		}
	}
}

// sameRecipe compares field by field.
func sameRecipe(t *testing.T, have, want goldenRecipe) {
	t.Helper()
	for _, f := range []struct{ what, have, want string }{
		{"recipe", have.Of, want.Of},
		{"JSON", string(have.Recipe), string(want.Recipe)},
		{"identity", have.Identity, want.Identity},
		{"identity on data", have.IdentityOnData, want.IdentityOnData},
		{"command", have.Command, want.Command},
		{"command with steps", have.CommandSteps, want.CommandSteps},
	} {
		if f.have != f.want {
			t.Errorf("%s: %s is\n%s\nwant\n%s", want.Of, f.what, f.have, f.want)
		}
	}
}

// goldenSource is the JSON of a recipe that the program comes with.
type goldenSource struct {
	of   string
	text []byte
}

// goldenSources returns the recipes with names, those in the cards of the
// table, and that of a fine-tuning.
func goldenSources(t *testing.T) (list []goldenSource) {
	t.Helper()
	encode := func(of string, r zoo.Recipe, err error) []byte {
		t.Helper()
		var text []byte
		if err == nil {
			text, err = json.Marshal(r)
		}
		if err != nil {
			t.Fatalf("%s: %v", of, err)
		}
		list = append(list, goldenSource{of, text})
		return text
	}
	for _, r := range zoo.Recipes() {
		encode(r.Name, r, nil)
	}
	for _, record := range zoo.Models() {
		m, err := zoo.OpenModel(record.Name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Recipe()
		text := encode("the card of "+record.Name, r, err)
		card := m.Artefact.Card.Recipe
		if card.Options["recipe"] != string(text) {
			t.Errorf("the card of %s holds\n%s\nread and written again it is\n%s", record.Name, card.Options["recipe"], text)
		}
		steps, err := m.Steps()
		if err != nil {
			t.Fatal(err)
		}
		if have, err := r.Command(steps); err != nil || have != card.Command {
			t.Errorf("the card of %s holds the command\n%s\nits recipe gives\n%s (%v)", record.Name, card.Command, have, err)
		}
	}
	r, err := zoo.FineTuning("lstm-imdb")
	encode("a fine-tuning of lstm-imdb", r, err)
	return list
}

// mergePatch changes JSON as RFC 7396 says: objects are merged, null removes,
// and anything else replaces.
func mergePatch(text []byte, patch string) ([]byte, error) {
	var values [2]any
	for i, s := range [][]byte{text, []byte(patch)} {
		d := json.NewDecoder(bytes.NewReader(s))
		d.UseNumber() // a seed has more digits than a float64
		if err := d.Decode(&values[i]); err != nil {
			return nil, err
		}
	}
	return json.Marshal(merged(values[0], values[1]))
}

func merged(old, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	object, ok := old.(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	for name, v := range changes {
		if v == nil {
			delete(object, name)
		} else {
			object[name] = merged(object[name], v)
		}
	}
	return object
}

// writeGolden writes indented JSON.
func writeGolden(t *testing.T, path string, v any) {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "\t")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

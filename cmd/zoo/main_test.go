package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// asCommand makes this test program run as the command zoo: tests that kill
// processes start it so.
const asCommand = "ZOO_TEST_AS_COMMAND"

// mounted names a directory to a process of its own that may mount a file
// system there.
const mounted = "ZOO_TEST_MOUNT"

// scratch holds what tests share.
var scratch string

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		if os.Getenv(withFamily) != "" {
			command(larger())
		}
		main()
	}
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "zoo-test-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(scratch)
		if code := m.Run(); code != 0 || os.Getenv(mounted) != "" {
			return code
		}
		return golden.finish()
	}())
}

// outcome is what a command line left.
type outcome struct {
	stdout, stderr string
	code           int
}

// runZoo runs a command line in this process.
func runZoo(args ...string) outcome { return runWith(context.Background(), nil, args...) }

func runWith(ctx context.Context, stdin io.Reader, args ...string) outcome {
	if stdin == nil {
		stdin = strings.NewReader("")
	}
	if args == nil { // else the arguments of the test program are taken
		args = []string{}
	}
	var stdout, stderr bytes.Buffer
	err := run(ctx, standard(), args, stdin, &stdout, &stderr)
	before := stderr.Len()
	o := outcome{code: report(err, &stderr)}
	o.stdout, o.stderr = stdout.String(), stderr.String()
	golden.record(args, o, o.stderr[before:])
	return o
}

// must fails the test where the command line did.
func must(t *testing.T, o outcome) outcome {
	t.Helper()
	if o.code != 0 {
		t.Fatalf("exit code %d: %s", o.code, o.stderr)
	}
	return o
}

// reviews writes a table of made-up reviews whose label follows from their
// words.
func reviews(path string, rows int, seed uint64) error {
	words := [][]string{{"great", "moving", "a joy", "brilliant"}, {"dull", "a mess", "wooden", "tedious"}}
	filler := []string{"the film", "its plot", "that cast", "this ending", "was", "is", "and", "but", "somehow"}
	rng := rand.New(rand.NewPCG(seed, 2))
	table := [][]string{{"review", "sentiment"}}
	for i := range rows {
		var text []string
		for range 3 + rng.IntN(10) {
			text = append(text, filler[rng.IntN(len(filler))])
		}
		text[rng.IntN(len(text))] = words[i%2][rng.IntN(4)]
		table = append(table, []string{strings.Join(text, " "), []string{"positive", "negative"}[i%2]})
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(table); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// recipe is the text of a recipe for reviews.
func recipeJSON(epochs int) string {
	return fmt.Sprintf(`{"name": "small", "about": "made-up reviews", "text": {"data": "made up",
		"model": {"embedding": 8, "hidden": 12, "dropout": {"embedding": 0.2}}, "tokenizer": {"lower": true},
		"vocab": {"max_size": 100}, "validation": 0.2, "max_tokens": 40, "seed": 1, "epochs": %d, "batch": 8,
		"optimizer": {"kind": "adam", "learning_rate": 0.02}, "schedule": {"kind": "linear"}}}`, epochs)
}

// fixture is what most tests need: a table, a recipe, and the model that the
// recipe makes of the table.
type fixture struct{ data, recipe, model, sha string }

var shared = sync.OnceValues(func() (f fixture, err error) {
	f = fixture{filepath.Join(scratch, "reviews.csv"), filepath.Join(scratch, "small.json"), filepath.Join(scratch, "model"), ""}
	if err := reviews(f.data, 120, 1); err != nil {
		return f, err
	}
	if err := os.WriteFile(f.recipe, []byte(recipeJSON(3)), 0o644); err != nil {
		return f, err
	}
	o := runZoo("train", f.recipe, "--data", f.data, "--out", f.model, "--cache", "none", "--json")
	if o.code != 0 {
		return f, fmt.Errorf("zoo train: %s", o.stderr)
	}
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	var done doneAnswer
	err = json.Unmarshal([]byte(lines[len(lines)-1]), &done)
	f.sha = done.SHA256
	return f, err
})

func small(t *testing.T) fixture {
	t.Helper()
	f, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// train is the command line that trains the fixture's recipe on its table.
func (f fixture) train(out string, more ...string) []string {
	return append([]string{"train", f.recipe, "--data", f.data, "--cache", "none", "--out", out}, more...)
}

// object decodes one line of JSON and returns its fields in their order.
func object(t *testing.T, line string) (fields []string, values map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), &values); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	d := json.NewDecoder(strings.NewReader(line))
	d.Token()
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		fields = append(fields, name.(string))
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
	}
	return fields, values
}

// objects does so for each line, all of which must have the same fields; one that
// is wanted with a question mark may be missing.
func objects(t *testing.T, text string, want ...string) (list []map[string]any) {
	t.Helper()
	for line := range strings.Lines(text) {
		fields, values := object(t, line)
		var wanted []string
		for _, name := range want {
			name, optional := strings.CutSuffix(name, "?")
			if !optional || slices.Contains(fields, name) {
				wanted = append(wanted, name)
			}
		}
		if !slices.Equal(fields, wanted) {
			t.Errorf("fields %q, want %q: %s", fields, wanted, line)
		}
		list = append(list, values)
	}
	return list
}

// doneSHA returns the checksum that the last line of train --json states, and
// the lines before it.
func doneSHA(t *testing.T, o outcome) (sha string, epochs string) {
	t.Helper()
	must(t, o)
	text := strings.TrimSuffix(o.stdout, "\n")
	at := strings.LastIndex(text, "\n") + 1
	last := objects(t, text[at:], "done", "out", "sha256", "seconds")[0]
	sha, ok := last["sha256"].(string)
	if last["done"] != true || !ok || len(sha) != 64 {
		t.Fatalf("last line: %s", text[at:])
	}
	return sha, text[:at]
}

// write makes a file of a test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

package weights

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const saveDirEnv = "ZOO_TEST_SAVE_DIR"

// TestMain runs the test binary as a process that saves until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(saveDirEnv); dir != "" {
		t := &testing.B{}
		for i := 1; ; i++ {
			if err := kind(t, i).Save(dir); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
			if i == 1 {
				fmt.Println("saved")
			}
		}
	}
	os.Exit(m.Run())
}

// kind returns an artefact with other files than the one before.
func kind(t testing.TB, i int) *Artefact {
	switch i % 3 {
	case 0:
		return line(t)
	case 1:
		return translator(t, i)
	}
	return toy(t, i)
}

// whole fails unless dir holds one artefact, all of whose parts belong together.
func whole(t *testing.T, dir string) *Artefact {
	t.Helper()
	a, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	switch a.Model {
	case "seq2seq":
		wholeTranslator(t, a)
		return a
	case "mlp":
		if a.Vocab != nil {
			t.Fatal("the vocabulary of another save")
		}
		fallthrough
	default:
		if a.Vocabs != nil || a.Files != nil {
			t.Fatal("files of another save")
		}
	}
	if a.Model == "mlp" {
		return a
	}
	x := tensor(t, a.Weights, "embedding.weight").Data
	n := int(x[7])
	if _, ok := a.Vocab.ID(fmt.Sprintf("bad%d", n)); !ok || !strings.Contains(string(a.Config), fmt.Sprintf(`"hidden":%d,`, n)) {
		t.Fatalf("weights of save %d, config %s", n, a.Config)
	}
	return a
}

// A process that saves over and over is killed at random moments; what it
// leaves is always a whole artefact.
func TestKilledWhileSaving(t *testing.T) {
	kills := 12
	if testing.Short() {
		kills = 3
	}
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	dir := filepath.Join(t.TempDir(), "m")
	for range kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), saveDirEnv+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		said, _ := bufio.NewReader(out).ReadString('\n')
		time.Sleep(time.Duration(r.IntN(20_000)) * time.Microsecond)
		cmd.Process.Kill()
		cmd.Wait()
		if said != "saved\n" {
			t.Fatal(said)
		}
		whole(t, dir)
	}
	// The next save tidies up.
	save(t, line(t), dir)
	only(t, dir, CardFile, MarkdownFile, ConfigFile, WeightsFile)
	only(t, filepath.Dir(dir), "m")
}

// Every state that a kill can leave, one by one: n files have been moved.
func TestEveryInterruption(t *testing.T) {
	for _, c := range []struct{ from, to *Artefact }{
		{toy(t, 1), toy(t, 2)}, {toy(t, 1), line(t)}, {toy(t, 1), translator(t, 2)},
		{translator(t, 1), toy(t, 2)}, {translator(t, 1), line(t)}, {translator(t, 1), translator(t, 2)},
	} {
		to := c.to
		files, err := to.files()
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(files) + 1 {
			dir := filepath.Join(t.TempDir(), "m")
			save(t, c.from, dir)
			if err := stage(dir, nextDir, filepath.Join(dir, nextDir), files); err != nil {
				t.Fatal(err)
			}
			for _, f := range files[:n] {
				if err := move(filepath.Join(dir, nextDir), dir, f.name); err != nil {
					t.Fatal(err)
				}
			}
			if a := whole(t, dir); string(a.Config) != string(to.Config) {
				t.Errorf("%d files moved: config %s, want %s", n, a.Config, to.Config)
			}
			if err := finish(dir); err != nil {
				t.Fatal(err)
			}
			whole(t, dir)
			clean := filepath.Join(t.TempDir(), "clean")
			save(t, to, clean)
			got := content(t, dir)
			if n == len(files) { // moved by hand past the removal of the others
				old, err := c.from.files()
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range old {
					if !slices.ContainsFunc(files, func(g namedFile) bool { return g.name == f.name }) {
						delete(got, f.name)
					}
				}
			}
			if d := cmp.Diff(content(t, clean), got); d != "" {
				t.Errorf("%d files moved, then finished: %s", n, d)
			}
		}
	}
}

// A save that was killed before its new version was complete changes nothing.
func TestInterruptedBeforeItCounts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "m")
	save(t, toy(t, 1), dir)
	files, err := toy(t, 2).files()
	if err != nil {
		t.Fatal(err)
	}
	for n := range files {
		temp, err := createTempDir(dir, nextDir)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range files[:n+1] {
			data := f.data
			if i == n {
				data = data[:len(data)/2]
			}
			if err := writeSynced(filepath.Join(temp, f.name), data); err != nil {
				t.Fatal(err)
			}
		}
		if a := whole(t, dir); !strings.Contains(string(a.Config), `"hidden":1,`) {
			t.Errorf("config %s", a.Config)
		}
	}
	save(t, toy(t, 3), dir)
	only(t, dir, CardFile, MarkdownFile, ConfigFile, WeightsFile, VocabFile)
}

// Readers see whole artefacts while a writer replaces them.
func TestOpenWhileSaving(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "m")
	save(t, line(t), dir)
	var stop atomic.Bool
	done := make(chan error)
	go func() {
		for i := 1; !stop.Load(); i++ {
			if err := kind(t, i).Save(dir); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
		whole(t, dir)
	}
	stop.Store(true)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestSaveKeepsOtherFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "checkpoint"), []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	save(t, toy(t, 1), dir)
	save(t, line(t), dir)
	only(t, dir, CardFile, MarkdownFile, "checkpoint", ConfigFile, WeightsFile)
	whole(t, dir)
}

func TestSaveRefuses(t *testing.T) {
	streamed := toy(t, 1)
	streamed.Weights.data = nil
	nan := toy(t, 1)
	nan.Weights.data[len(nan.Weights.data)-1] = 0x7e
	for _, c := range []struct {
		name string
		a    *Artefact
		want error
		says string
	}{
		{"no weights", &Artefact{}, ErrArtefact, "no weights"},
		{"weights not in memory", streamed, ErrArtefact, "no weights in memory"},
		{"NaN", nan, ErrNotFinite, "embedding.weight"},
		{"no config", with(t, func(a *Artefact) { a.Config = nil }), ErrArtefact, "no config"},
		{"config that is no JSON", with(t, func(a *Artefact) { a.Config = []byte("{") }), ErrArtefact, "config.json"},
		{"config that is a list", with(t, func(a *Artefact) { a.Config = []byte("[]") }), ErrArtefact, "JSON object"},
		{"no model", with(t, func(a *Artefact) { a.Model = "" }), ErrArtefact, "model"},
		{"no name", with(t, func(a *Artefact) { a.Card.Name = "" }), ErrArtefact, "name"},
		{"tokenizer without vocabulary", with(t, func(a *Artefact) { a.Vocab = nil }), ErrArtefact, "tokenizer without"},
		{"class twice", with(t, func(a *Artefact) { a.Classes = []string{"a", "a"} }), ErrArtefact, "classes"},
		{"metric that is NaN", with(t, func(a *Artefact) { a.Card.Metrics["x"] = nanFloat() }), ErrArtefact, "NaN"},
		{"huge description", with(t, func(a *Artefact) { a.Card.Description = strings.Repeat("x", int(MaxJSON)) }), ErrArtefact, "at most 1048576"},
		{"huge config", with(t, func(a *Artefact) {
			a.Config = []byte(`{"x":"` + strings.Repeat("x", int(MaxJSON)) + `"}`)
		}), ErrArtefact, "config.json: malformed artefact: 1"},
		{"control character", with(t, func(a *Artefact) { a.Card.Data = "\x1b[0m" }), ErrArtefact, "control character"},
	} {
		dir := filepath.Join(t.TempDir(), "m")
		err := c.a.Save(dir)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "weights: save "+dir) {
			t.Errorf("%s: got %v, want %v and %q", c.name, err, c.want, c.says)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the directory was made", c.name)
		}
	}
	if _, err := (&Artefact{}).SHA256(); !errors.Is(err, ErrArtefact) {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := line(t).Save(file); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Error(err)
	}
	if err := line(t).Save(filepath.Join(file, "m")); err == nil {
		t.Error("saved inside a file")
	}
	if _, err := OpenDir(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func nanFloat() float64 { zero := 0.0; return zero / zero }

func with(t *testing.T, change func(*Artefact)) *Artefact {
	a := toy(t, 1)
	change(a)
	return a
}

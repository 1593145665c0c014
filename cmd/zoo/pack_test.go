package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever takes a directory takes the file that it was packed into.
func TestPack(t *testing.T) {
	f := small(t)
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.CopyFS("mine", os.DirFS(f.model)); err != nil {
		t.Fatal(err)
	}
	if o := must(t, runZoo("pack", "mine")); !strings.HasPrefix(o.stdout, "mine.zip: ") {
		t.Errorf("%+v", o)
	}
	if o := runZoo("pack", "mine"); o.code != 2 || !strings.Contains(o.stderr, "mine.zip is there already") {
		t.Errorf("over a file that is there: %+v", o)
	}
	must(t, runZoo("pack", "mine.zip", "--out", "again.zip"))
	one, err := os.ReadFile("mine.zip")
	if err != nil {
		t.Fatal(err)
	}
	if two, err := os.ReadFile("again.zip"); err != nil || string(one) != string(two) {
		t.Errorf("packed again it is another file (%v)", err)
	}
	for _, args := range [][]string{
		{"card", "MODEL"}, {"predict", "MODEL", "the film was brilliant"}, {"eval", "MODEL", "--data", f.data, "--cache", "none"},
		{"predict", "MODEL", "--explain", "the film was brilliant"},
	} {
		answer := func(model string) string {
			args := append([]string{}, args...)
			args[1] = model
			return strings.ReplaceAll(must(t, runZoo(args...)).stdout, model, "MODEL")
		}
		want, got := answer("mine"), answer("mine.zip")
		if i := strings.LastIndex(want, " s\n"); args[0] == "eval" && i > 0 { // what it took
			want, got = want[:strings.LastIndex(want[:i], "\n")+1], got[:strings.LastIndex(got[:strings.LastIndex(got, " s\n")], "\n")+1]
		}
		if got != want {
			t.Errorf("%v: %q, of the directory %q", args, got, want)
		}
	}
	must(t, runZoo("export", "mine.zip", "--out", "w.safetensors"))
	if o := must(t, runZoo("finetune", "mine.zip", "--data", f.data, "--cache", "none", "--out", "tuned", "--epochs", "1")); !strings.Contains(o.stdout, "validation_accuracy") {
		t.Errorf("fine-tuned: %+v", o)
	}
	if o := must(t, runZoo("reproduce", "tuned", "--data", f.data, "--cache", "none")); !strings.Contains(o.stdout, "is reproduced") {
		t.Errorf("reproduced: %+v", o)
	}
	if o := runZoo("predict", f.data, "a film"); o.code != 2 || !strings.Contains(o.stderr, "the file that 'zoo pack' made") {
		t.Errorf("a table as a model: %+v", o)
	}
	if err := os.WriteFile(filepath.Join(dir, "cut.zip"), one[:len(one)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	if o := runZoo("predict", "cut.zip", "a film"); o.code != 1 || !strings.Contains(o.stderr, "cut.zip") || !strings.Contains(o.stderr, "no whole ZIP archive") {
		t.Errorf("a file that was cut off: %+v", o)
	}
}

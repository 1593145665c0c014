package reliability_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// training are the packages of which a program that only predicts has no
// function: the loop, and the families' data and settings.
var training = []string{"train.Fit", "train.", "recipe/lstm.", "recipe/linear.", "recipe/mlp.", "recipe/word2vec.", "recipe/finetune."}

// linked builds the program in testdata/link and returns those of training that
// it has symbols of.
func linked(t *testing.T, program string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), program)
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go %s: %v", args[0], err)
		}
		return string(out)
	}
	run("build", "-o", file, "./testdata/link/"+program)
	symbols := run("tool", "nm", file)
	if !strings.Contains(symbols, "zoo/weights.") {
		t.Fatalf("%s: no symbol of weights: nm prints %.200q", program, symbols)
	}
	var found []string
	for _, name := range training {
		if strings.Contains(symbols, " github.com/gorgonia-zoo/zoo/"+name) {
			found = append(found, name)
		}
	}
	return found
}

// A program that only predicts carries no training, though it imports the
// package that can train; one that trains has all of it.
func TestWhoOnlyPredictsLinksNoTraining(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	if found := linked(t, "predict"); len(found) > 0 {
		t.Errorf("a program that only predicts has symbols of %q", found)
	}
	if found := linked(t, "train"); !slices.Equal(found, training) {
		t.Errorf("a program that trains has symbols of %q alone, want %q", found, training)
	}
}

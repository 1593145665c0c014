package reliability_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
)

// training are the packages of which a program that only predicts has no
// function: the loop, and the families' data and settings.
var training = []string{"train.Fit", "train.", "recipe/lstm.", "recipe/linear.", "recipe/mlp.", "recipe/word2vec.", "recipe/finetune."}

// linked builds the program in testdata/link and returns those of training that
// it has symbols of, and the pretrained models that it carries.
func linked(t *testing.T, program string) (found, carried []string) {
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
	for _, name := range training {
		if strings.Contains(symbols, " github.com/gorgonia-zoo/zoo/"+name) {
			found = append(found, name)
		}
	}
	binary, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range zoo.Models() {
		weights, err := os.ReadFile(filepath.Join("..", "pretrained", r.Name, "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(binary, weights) {
			carried = append(carried, r.Name)
		}
	}
	slices.Sort(carried)
	return found, carried
}

// A program that only predicts carries no training and one model, though it imports
// the package that can train and has all; one that trains has all of it.
func TestWhoOnlyPredictsLinksNoTraining(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	if found, models := linked(t, "predict"); len(found) > 0 || !slices.Equal(models, []string{"lstm-imdb"}) {
		t.Errorf("a program that only predicts has symbols of %q and the models %q", found, models)
	}
	if found, models := linked(t, "train"); !slices.Equal(found, training) || len(models) != len(zoo.Models()) {
		t.Errorf("a program that trains has symbols of %q alone, want %q, and the models %q", found, training, models)
	}
}

package recipe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Options of a card's recipe.
const (
	RecipeOption = "recipe"      // the recipe as JSON
	StepsOption  = "steps"       // steps after which training was told to stop, if it was
	DataOption   = "data_sha256" // fingerprint of the data it was trained on
)

// Model is an artefact and what was built from it. What the model can do is an
// interface that Value satisfies.
type Model struct {
	// Artefact is what the model was opened from or is saved as. That of another
	// program's directory has no more than a card; there is none of its files.
	Artefact *weights.Artefact
	Value    any
	// Checksum is the SHA-256 of the weights that other programs wrote; "" for
	// a model with an artefact of its own.
	Checksum string

	families Families
}

// errNoArtefact is returned where only an artefact would do.
var errNoArtefact = errors.New("it was read from a file of another program and has no artefact")

// kind names what the model is.
func (m *Model) kind() string {
	if m.Artefact == nil {
		return "file of another program"
	}
	return m.Artefact.Model
}

// Card begins the card of a model that the recipe made.
func (r Recipe) Card(task string, result train.Result) (weights.Card, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return weights.Card{}, fmt.Errorf("zoo: recipe: %w", err)
	}
	options := map[string]string{RecipeOption: string(text)}
	steps := 0
	if result.Reason == train.StepLimit {
		steps = result.Steps
		options[StepsOption] = strconv.Itoa(steps)
	}
	command, err := r.Command(steps)
	if err != nil {
		return weights.Card{}, err
	}
	return weights.Card{
		Name: r.Name, Task: task, Description: r.About, Licence: "Apache-2.0",
		Recipe: weights.Recipe{Command: command, Seed: *r.Body.SeedPtr(), Options: options},
	}, nil
}

// SHA256 returns the checksum of the weights in hexadecimal.
func (m *Model) SHA256() (string, error) {
	if m.Checksum != "" {
		return m.Checksum, nil
	}
	return m.Artefact.SHA256()
}

// Recipe returns the recipe that made the model.
func (m *Model) Recipe() (Recipe, error) {
	if m.Artefact == nil {
		return Recipe{}, fmt.Errorf("zoo: the model has no recipe: %w", errNoArtefact)
	}
	card := m.Artefact.Card
	text, ok := card.Recipe.Options[RecipeOption]
	if !ok {
		return Recipe{}, fmt.Errorf("zoo: the card of %s has no recipe", card.Name)
	}
	r, err := m.families.Parse([]byte(text))
	if err != nil {
		return r, fmt.Errorf("zoo: the card of %s: recipe: %w", card.Name, err)
	}
	return r, nil
}

// Steps returns the number of optimizer steps after which training was told to
// stop, 0 where it went to the recipe's end. With it as Run.Steps the recipe
// makes the same model again.
func (m *Model) Steps() (int, error) {
	if m.Artefact == nil {
		return 0, fmt.Errorf("zoo: the model has no recipe: %w", errNoArtefact)
	}
	text, ok := m.Artefact.Card.Recipe.Options[StepsOption]
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("zoo: the card of %s: steps %q, want a number of steps", m.Artefact.Card.Name, text)
	}
	return n, nil
}

// Save writes the model into a directory, which the command line takes as a
// MODEL. An existing artefact there is replaced as a whole.
func (m *Model) Save(dir string) error {
	if m.Artefact == nil {
		return fmt.Errorf("zoo: the model cannot be saved: %w", errNoArtefact)
	}
	if err := m.Artefact.Save(dir); err != nil {
		return fmt.Errorf("zoo: %w", err)
	}
	return nil
}

// Pack writes the model as one file, which whatever opens models takes in place
// of a directory.
func (m *Model) Pack(path string) error {
	if m.Artefact == nil || m.Artefact.Weights == nil {
		return fmt.Errorf("zoo: pack: the model cannot be packed: %w", errNoArtefact)
	}
	// The errors of writing would name a temporary file.
	if _, err := os.Stat(filepath.Dir(filepath.Clean(path))); err != nil {
		return fmt.Errorf("zoo: pack: directory of %s: %w", path, err)
	}
	if err := CheckFile(path); err != nil {
		return fmt.Errorf("zoo: pack: %w", err)
	}
	if err := weights.WriteFileAtomic(path, m.Artefact.Pack); err != nil {
		return fmt.Errorf("zoo: %w", err)
	}
	return nil
}

// Export writes the weights to a safetensors file, or in another format that the
// model knows by the path: a file, or a directory of files.
func (m *Model) Export(path string) error {
	if err := m.export(path); err != nil {
		return fmt.Errorf("zoo: export: %w", err)
	}
	return nil
}

func (m *Model) export(path string) error {
	// The errors of writing would name a temporary file.
	if _, err := os.Stat(filepath.Dir(filepath.Clean(path))); err != nil {
		return fmt.Errorf("directory of %s: %w", path, err)
	}
	if e, ok := m.Value.(Exporter); ok {
		if err := e.ExportFile(path); !errors.Is(err, ErrFormat) {
			return err
		}
	}
	if err := CheckFile(path); err != nil {
		return err
	}
	if m.Artefact == nil || m.Artefact.Weights == nil {
		return fmt.Errorf("%s names no format that the model knows, and %w", path, errNoArtefact)
	}
	return weights.WriteFileAtomic(path, func(w io.Writer) error {
		_, err := m.Artefact.Weights.WriteTo(w)
		return err
	})
}

// CheckFile says what an Exporter that writes a file says of a path that is a
// directory.
func CheckFile(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory, want a file", path)
	}
	return nil
}

// Storage returns the type of the given name that weights are rounded to: F32
// where it is empty, F16 or BF16.
func Storage(name string) (weights.DType, error) {
	switch name {
	case "", "F32":
		return weights.F32, nil
	case "F16":
		return weights.F16, nil
	case "BF16":
		return weights.BF16, nil
	}
	return 0, fmt.Errorf("zoo: recipe: storage %q, want F32, F16 or BF16", name)
}

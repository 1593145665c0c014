package zoo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Model is an opened artefact: one of the fields after it is set.
type Model struct {
	Artefact   *weights.Artefact
	Classifier *lstm.Classifier
	Linear     *linear.Classifier
	Word2Vec   *word2vec.Vectors
	Regressor  *mlp.Regressor
	Table      *TableRegressor
}

// OpenModel opens a pretrained model by its name, or the artefact in a
// directory that training wrote.
func OpenModel(name string) (*Model, error) {
	if r, ok := Lookup(name); ok {
		return r.Open()
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsRune(name, filepath.Separator) {
		var names []string
		for _, r := range Models() {
			names = append(names, r.Name)
		}
		return nil, fmt.Errorf("zoo: no model %q: want %s, or a directory that train wrote: %w", name, strings.Join(names, ", "), ErrUsage)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: model: %w: %w", err, ErrUsage)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("zoo: model: %s is a file, want a directory that train wrote: %w", name, ErrUsage)
	}
	a, err := weights.OpenDir(name)
	if err != nil {
		if _, unfinished := os.Stat(filepath.Join(name, "checkpoint", train.CheckpointFile)); unfinished == nil && errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("zoo: model: %s holds a training that has not come to its end, and no model yet: go on with it by --resume", name)
		}
		return nil, fmt.Errorf("zoo: model: %w", err)
	}
	return newModel(a)
}

// newModel builds what the artefact holds.
func newModel(a *weights.Artefact) (m *Model, err error) {
	m = &Model{Artefact: a}
	switch a.Model {
	case lstm.Kind:
		m.Classifier, err = lstm.FromArtefact(a)
	case linear.Kind:
		m.Linear, err = linear.FromArtefact(a)
	case word2vec.Kind:
		m.Word2Vec, err = word2vec.FromArtefact(a)
	case mlp.Kind:
		if a.Preprocess != nil {
			m.Table, err = tableFromArtefact(a)
			break
		}
		m.Regressor, err = mlp.FromArtefact(a)
	default:
		err = fmt.Errorf("zoo: model %q is of a kind that this version does not know", a.Model)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Train runs a recipe and returns the model as Save writes it: its weights
// are already rounded to the type they are stored as. data may be nil for a
// recipe that draws its own. An error tells why training stopped before its
// end; the result is valid then too, and no model is returned.
func Train(ctx context.Context, r Recipe, data *Texts, run Run) (*Model, train.Result, error) {
	if err := r.check(); err != nil {
		return nil, train.Result{}, err
	}
	if r.Line != nil {
		return trainLine(ctx, r, run)
	}
	if r.Table != nil {
		return nil, train.Result{}, fmt.Errorf("zoo: recipe %s trains on the columns of a table, by TrainTable: %w", r.Name, ErrUsage)
	}
	if data == nil {
		return nil, train.Result{}, fmt.Errorf("zoo: recipe %s needs data: %w", r.Name, ErrUsage)
	}
	if r.Linear != nil {
		return trainLinear(ctx, r, data, run)
	}
	if r.Word2Vec != nil {
		return trainWord2Vec(ctx, r, data, run)
	}
	if r.FineTune != nil {
		return trainFineTune(ctx, r, data, run)
	}
	return trainText(ctx, r, data, run)
}

// Save writes the model into a directory, which OpenModel and the command
// line take as a MODEL. An existing artefact there is replaced as a whole.
func (m *Model) Save(dir string) error {
	if err := m.Artefact.Save(dir); err != nil {
		return fmt.Errorf("zoo: %w", err)
	}
	return nil
}

// storage returns the type of the given name.
func storage(name string) (weights.DType, error) {
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

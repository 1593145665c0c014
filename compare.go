package zoo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Export writes the weights to a safetensors file; vectors of words also to one
// of the formats that word2vec.FormatOf finds in the path.
func (m *Model) Export(path string) error {
	// The errors of writing would name a temporary file.
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("zoo: export: %s is a directory, want a file", path)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("zoo: export: directory of %s: %w", path, err)
	}
	if _, _, err := word2vec.FormatOf(path); err == nil && m.Word2Vec != nil {
		if err := m.Word2Vec.WriteFile(path); err != nil {
			return fmt.Errorf("zoo: export: %w", err)
		}
		return nil
	}
	if err := weights.WriteFileAtomic(path, func(w io.Writer) error {
		_, err := m.Artefact.Weights.WriteTo(w)
		return err
	}); err != nil {
		return fmt.Errorf("zoo: export: %w", err)
	}
	return nil
}

// EvaluateRegressor measures a regressor of a line on n fresh points.
func (m *Model) EvaluateRegressor(ctx context.Context) (mse float64, n int, err error) {
	r, err := m.Recipe()
	if err != nil {
		return 0, 0, err
	}
	if r.Line == nil || m.Regressor == nil {
		return 0, 0, fmt.Errorf("zoo: %s learned no line", m.Artefact.Card.Name)
	}
	mse, err = EvaluateLine(ctx, m.Regressor, datasets.Line{Slope: r.Line.Slope, Intercept: r.Line.Intercept}, r.Line.Seed)
	return mse, linePoints, err
}

// Differences says where a model differs from one that the same recipe made:
// the data, the vocabulary, the shapes or the weights.
func (m *Model) Differences(other *Model) []string {
	var lines []string
	a, b := m.Artefact, other.Artefact
	if x, y := a.Card.Recipe.Options[dataOption], b.Card.Recipe.Options[dataOption]; x != y {
		lines = append(lines, fmt.Sprintf("the data differs: its fingerprint is %s, recorded is %s", y, x))
	}
	for _, name := range []string{recipeOption, stepsOption} {
		if x, y := a.Card.Recipe.Options[name], b.Card.Recipe.Options[name]; x != y {
			lines = append(lines, fmt.Sprintf("the %s differs: %q, recorded is %q", name, y, x))
		}
	}
	if !bytes.Equal(a.Config, b.Config) {
		lines = append(lines, fmt.Sprintf("the architecture differs: %s, recorded is %s", b.Config, a.Config))
	}
	if !bytes.Equal(a.Preprocess, b.Preprocess) {
		lines = append(lines, fmt.Sprintf("the scaling of the inputs differs: %.200s, recorded is %.200s", b.Preprocess, a.Preprocess))
	}
	if a.Vocab != nil && b.Vocab != nil {
		if a.Vocab.Len() != b.Vocab.Len() {
			lines = append(lines, fmt.Sprintf("the vocabulary has %d tokens, recorded are %d", b.Vocab.Len(), a.Vocab.Len()))
		}
		for i := range int32(min(a.Vocab.Len(), b.Vocab.Len())) {
			x, _ := a.Vocab.Token(i)
			if y, _ := b.Vocab.Token(i); x != y {
				lines = append(lines, fmt.Sprintf("the vocabulary differs first at %d: %q, recorded is %q", i, y, x))
				break
			}
		}
	}
	for _, info := range a.Weights.Tensors() {
		lines = append(lines, difference(info, a.Weights, b.Weights)...)
	}
	return lines
}

// difference says how a tensor of two files differs, in no line if it does not.
func difference(info weights.Info, a, b *weights.File) []string {
	x, err1 := a.Raw(info.Name)
	y, err2 := b.Raw(info.Name)
	if err1 != nil || err2 != nil || len(x) != len(y) {
		return []string{fmt.Sprintf("%s: not in both, or of another shape", info.Name)}
	}
	if bytes.Equal(x, y) {
		return nil
	}
	v, err1 := a.Tensor(info.Name)
	w, err2 := b.Tensor(info.Name)
	count, most := 0, 0.0
	if err1 != nil || err2 != nil || len(v.Data) != len(w.Data) { // no numbers, or of another type
		for i := range x {
			if x[i] != y[i] {
				count++
			}
		}
		return []string{fmt.Sprintf("%s: %d of %d bytes differ", info.Name, count, len(x))}
	}
	for i := range v.Data {
		if math.Float32bits(v.Data[i]) != math.Float32bits(w.Data[i]) {
			count++
			most = max(most, math.Abs(float64(v.Data[i])-float64(w.Data[i])))
		}
	}
	return []string{fmt.Sprintf("%s: %d of %d numbers differ, by at most %.3g", info.Name, count, len(v.Data), most)}
}

package recipe

import (
	"bytes"
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/weights"
)

// Differences says where a model differs from one that the same recipe made:
// the data, the vocabulary, the shapes or the weights.
func (m *Model) Differences(other *Model) []string {
	if m.Artefact == nil || other.Artefact == nil {
		return []string{"one of the models cannot be compared: " + errNoArtefact.Error()}
	}
	var lines []string
	a, b := m.Artefact, other.Artefact
	if x, y := a.Card.Recipe.Options[DataOption], b.Card.Recipe.Options[DataOption]; x != y {
		lines = append(lines, fmt.Sprintf("the data differs: its fingerprint is %s, recorded is %s", y, x))
	}
	for _, name := range []string{RecipeOption, StepsOption} {
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

package lstm_test

import (
	"context"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
)

// What a recipe says wrongly is found before the data is read, not when all the
// training is done.
func TestRecipeIsCheckedFirst(t *testing.T) {
	data := fixture.Texts(t, fixture.Reviews(t, 20))
	for says, change := range map[string]func(*zoo.Recipe, *zoo.TextRecipe){
		`name "My model", expected lower-case`: func(r *zoo.Recipe, _ *zoo.TextRecipe) { r.Name = "My model" },
		`storage "F8", want F32, F16 or BF16`:  func(_ *zoo.Recipe, b *zoo.TextRecipe) { b.Storage = "F8" },
		"validation is 1":                      func(_ *zoo.Recipe, b *zoo.TextRecipe) { b.Validation = 1 },
		"word_drop is -0.5":                    func(_ *zoo.Recipe, b *zoo.TextRecipe) { b.WordDrop = -0.5 },
		"crop is 1":                            func(_ *zoo.Recipe, b *zoo.TextRecipe) { b.Crop = 1 },
		"max_tokens is -1":                     func(_ *zoo.Recipe, b *zoo.TextRecipe) { b.MaxTokens = -1 },
		"embeddings_std is -1":                 func(_ *zoo.Recipe, b *zoo.TextRecipe) { b.EmbeddingsStd = -1 },
		"batch 0 and epochs 1":                 func(_ *zoo.Recipe, b *zoo.TextRecipe) { b.Batch, b.Epochs = 0, 1 },
	} {
		r, b := fixture.Tiny(t)
		change(&r, b)
		_, result, err := zoo.Train(context.Background(), r, data, zoo.Run{})
		if err == nil || !strings.HasPrefix(err.Error(), "zoo: recipe: ") || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, have %v", says, err)
		}
		if result.Steps != 0 {
			t.Errorf("%s: %d steps before", says, result.Steps)
		}
	}
}

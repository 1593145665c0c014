package zoo_test

import (
	"context"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
)

// What a recipe says wrongly is found before the data is read, not when all the
// training is done.
func TestRecipeIsCheckedFirst(t *testing.T) {
	data := openTexts(t, reviews(t, 20))
	for says, change := range map[string]func(*zoo.Recipe){
		`name "My model", expected lower-case`: func(r *zoo.Recipe) { r.Name = "My model" },
		`storage "F8", want F32, F16 or BF16`:  func(r *zoo.Recipe) { r.Text.Storage = "F8" },
		"validation is 1":                      func(r *zoo.Recipe) { r.Text.Validation = 1 },
		"word_drop is -0.5":                    func(r *zoo.Recipe) { r.Text.WordDrop = -0.5 },
		"crop is 1":                            func(r *zoo.Recipe) { r.Text.Crop = 1 },
		"max_tokens is -1":                     func(r *zoo.Recipe) { r.Text.MaxTokens = -1 },
		"embeddings_std is -1":                 func(r *zoo.Recipe) { r.Text.EmbeddingsStd = -1 },
		"batch 0 and epochs 1":                 func(r *zoo.Recipe) { r.Text.Batch, r.Text.Epochs = 0, 1 },
	} {
		r := tiny(t)
		change(&r)
		_, result, err := zoo.Train(context.Background(), r, data, zoo.Run{})
		if err == nil || !strings.HasPrefix(err.Error(), "zoo: recipe: ") || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, have %v", says, err)
		}
		if result.Steps != 0 {
			t.Errorf("%s: %d steps before", says, result.Steps)
		}
	}
}

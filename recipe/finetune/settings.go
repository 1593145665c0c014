package finetune

import (
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

// settings are what flags change, in the order of a card's command.
func settings() []recipe.Setting {
	const without = "fine-tunes no LSTM"
	share := func(flag, usage, want string, field func(*Recipe) *float64, ok func(float64) bool) recipe.Setting {
		return recipe.Setting{Flag: flag, Usage: usage, Type: recipe.NumberType, Else: without, Of: recipe.Number(field, want, ok)}
	}
	count := func(flag, usage string, least int, field func(*Recipe) *int) recipe.Setting {
		return recipe.Setting{Flag: flag, Usage: usage, Type: recipe.IntType, Else: without, Of: recipe.Int(field, least)}
	}
	part := func(x float64) bool { return x >= 0 && x < 1 }
	const aShare = "a share from 0 to 1"
	validation := share("validation", "share of the texts held out to choose the best epoch and to measure (default: the recipe's)", aShare,
		func(r *Recipe) *float64 { return &r.Validation }, part)
	validation.Of = recipe.Then(validation.Of, func(r *Recipe) {
		if r.Validation == 0 { // nothing to choose epochs by
			r.KeepBest, r.Patience = false, 0
		}
	})
	return []recipe.Setting{
		texts.MultiSetting(func(r *Recipe) *texts.Marking { return &r.Marking }),
		{
			Flag: "unlabelled", Type: recipe.TextType, Else: without,
			Usage: "texts without labels, a .txt file or a table, whose language is learned first; layers are then unfrozen one by one",
			Of: recipe.Then(recipe.Text(func(r *Recipe) *string { return &r.Unlabelled }, ""), func(r *Recipe) {
				r.UnlabelledSHA256 = ""
				r.Unfreeze = r.Unfreeze || r.Unlabelled != ""
			}),
		},
		count("language-epochs", "passes over the texts of --unlabelled, 0 for 3", 0, func(r *Recipe) *int { return &r.LanguageEpochs }),
		{
			Flag: "classes", Type: recipe.TextType, Else: without, Values: []string{"auto", HeadKeep, HeadNew},
			Usage: "keep (the model's classes), new (those of the data), or auto: keep where every label names one of the model's",
			Of:    recipe.Text(func(r *Recipe) *string { return &r.Head }, "keep, new or auto", "auto", HeadKeep, HeadNew),
		},
		{
			Flag: "freeze", Type: recipe.ListType, Else: without, Values: []string{EmbeddingLayer, RNNLayer, EmbeddingLayer + "," + RNNLayer},
			Usage: "parts that keep their weights: of an LSTM embedding (the known words; new ones are trained) and rnn, of an encoder embedding and layers",
			Of:    recipe.List(func(r *Recipe) *[]string { return &r.Freeze }, "embedding, rnn or embedding,rnn", EmbeddingLayer, RNNLayer),
		},
		share("layer-decay", "factor of the learning rate from each layer to the one below, 1 for none (default: the recipe's)", aShare,
			func(r *Recipe) *float64 { return &r.LayerDecay }, func(x float64) bool { return x >= 0 && x <= 1 }),
		{
			Flag: "unfreeze", Type: recipe.BoolType, Else: without,
			Usage: "train the top layer first, and one more layer from each epoch on",
			Of:    recipe.Bool(func(r *Recipe) *bool { return &r.Unfreeze }),
		},
		{
			Flag: "class-weights", Type: recipe.TextType, Else: without, Values: []string{BalancedClasses},
			Usage: "balanced: rare classes count as much as frequent ones",
			Of:    recipe.Text(func(r *Recipe) *string { return &r.ClassWeights }, "balanced", "", BalancedClasses),
		},
		{
			Flag: "embeddings", Type: recipe.TextType, Else: without,
			Usage: "vectors of words that MODEL began from, and new words begin from too: a model, a file, or none (default: those of MODEL where they come with this program)",
			Of: recipe.Then(recipe.Text(func(r *Recipe) *string { return &r.Embeddings }, ""), func(r *Recipe) {
				r.EmbeddingsSHA256, r.EmbeddingsScale = "", 0
			}),
		},
		count("new-words", "at most so many words of the data are added to the vocabulary (default: the recipe's)", 0, func(r *Recipe) *int { return &r.NewWords }),
		count("min-count", "words that occur fewer times are not added (default: the recipe's)", 0, func(r *Recipe) *int { return &r.MinCount }),
		count("max-tokens", "cut training texts at so many tokens, 0 for never", 0, func(r *Recipe) *int { return &r.MaxTokens }),
		share("word-drop", "share of words made unknown in training (default: the recipe's)", aShare, func(r *Recipe) *float64 { return &r.WordDrop }, part),
		validation,
		count("batch", "texts in a step (default: the recipe's)", 1, func(r *Recipe) *int { return &r.Batch }),
		share("learning-rate", "of the top layer (default: the recipe's)", "a number above 0",
			func(r *Recipe) *float64 { return &r.Optimizer.LearningRate }, func(x float64) bool { return x > 0 }),
		count("patience", "stop after so many epochs without improvement on validation, 0 for never (default: the recipe's)", 0, func(r *Recipe) *int { return &r.Patience }),
	}
}

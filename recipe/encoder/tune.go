package encoder

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Tune trains an encoder further, with a linear layer over its vectors, to
// classify texts (Devlin et al. 2019, arXiv:1810.04805).
type Tune struct {
	// Base is the encoder, or a classifier around one: a name of the table, or a
	// directory. BaseSHA256 is the checksum of its weights; an empty one is
	// filled in, another demanded.
	Base       string `json:"base"`
	BaseSHA256 string `json:"base_sha256,omitempty"`

	// Freeze lists what keeps the base's weights: "embedding" the tables of the
	// input layer, "layers" all layers above it, which leaves the linear one.
	Freeze []string `json:"freeze,omitempty"`
	// LayerDecay multiplies the learning rate once for each layer below the
	// linear one (Howard and Ruder 2018, arXiv:1801.06146); 0 means 1.
	LayerDecay float64 `json:"layer_decay,omitempty"`
	// Unfreeze trains the linear layer alone in the first epoch and one more
	// layer in each that follows.
	Unfreeze bool `json:"unfreeze,omitempty"`
	// WarmUp is the share of all steps over which the learning rate rises.
	WarmUp float64 `json:"warm_up,omitempty"`

	ClassWeights string  `json:"class_weights,omitempty"` // balanced, or none
	Dropout      float64 `json:"dropout,omitempty"`       // in the encoder: of states, and of the attention's probabilities
	HeadDropout  float64 `json:"head_dropout,omitempty"`  // of the vector before the linear layer
	Validation   float64 `json:"validation"`              // share of the distinct texts held out, of each class
	MaxTokens    int     `json:"max_tokens,omitempty"`    // cut of texts, special tokens included; 0 means the base's
	MicroTokens  int     `json:"micro_tokens,omitempty"`  // a batch of more is read in parts; see encoder.TrainerConfig
	Storage      string  `json:"storage,omitempty"`       // F32, F16 (default), I8: what the weights are rounded to at the end

	// MinSteps adds epochs where the data is so small that those of the recipe
	// make fewer steps. Training turns it into Epochs.
	MinSteps int `json:"min_steps,omitempty"`

	texts.Marking // several labels, numbers and pairs, which are read as one
	recipe.Training
}

// What Tune.Freeze lists.
const (
	embeddingPart = "embedding"
	layersPart    = "layers"
)

// mostEpochs bounds what MinSteps adds: of very few texts more passes teach no more.
const mostEpochs = 20

// epochsFor is how many passes a training makes over data of so many batches.
func (r *Tune) epochsFor(batches int) int {
	return max(r.Epochs, min(mostEpochs, (r.MinSteps+batches-1)/batches))
}

// SetEpochs sets the epochs, whatever the size of the data.
func (r *Tune) SetEpochs(n int) { r.Epochs, r.MinSteps = n, 0 }

// Check implements recipe.Body.
func (r *Tune) Check() error {
	if r.Base == "" {
		return fmt.Errorf("zoo: recipe: base is empty, want the name or directory of an encoder")
	}
	for _, f := range []struct {
		name string
		v    float64
	}{{"validation", r.Validation}, {"dropout", r.Dropout}, {"head_dropout", r.HeadDropout}, {"warm_up", r.WarmUp}} {
		if !(f.v >= 0 && f.v < 1) {
			return fmt.Errorf("zoo: recipe: %s is %v, want 0 <= x < 1", f.name, f.v)
		}
	}
	for i, name := range r.Freeze {
		if name != embeddingPart && name != layersPart || slices.Contains(r.Freeze[:i], name) {
			return fmt.Errorf("zoo: recipe: freeze %q, want %s and %s, each at most once", r.Freeze, embeddingPart, layersPart)
		}
	}
	switch {
	case !(r.LayerDecay >= 0 && r.LayerDecay <= 1):
		return fmt.Errorf("zoo: recipe: layer_decay is %v, want 0 < x <= 1, or 0 for 1", r.LayerDecay)
	case r.ClassWeights != "" && r.ClassWeights != balanced:
		return fmt.Errorf("zoo: recipe: class_weights %q, want %s or none", r.ClassWeights, balanced)
	case r.MaxTokens < 0 || r.MaxTokens > 0 && r.MaxTokens < 3:
		return fmt.Errorf("zoo: recipe: max_tokens is %d, want 0 for the base's, or 3 or more", r.MaxTokens)
	case r.MicroTokens < 0:
		return fmt.Errorf("zoo: recipe: micro_tokens is %d, want 0 for a batch at once, or more", r.MicroTokens)
	case r.MinSteps < 0:
		return fmt.Errorf("zoo: recipe: min_steps is %d, want 0 or more", r.MinSteps)
	case r.Validation == 0 && (r.KeepBest || r.Patience > 0):
		return fmt.Errorf("zoo: recipe: keep_best and patience need a validation part, and validation is 0")
	}
	_, err := storage(r.Storage, weights.F16)
	return err
}

// decayed tells whether weight decay applies to a parameter: not to biases,
// normalisations and tables, of which a batch reads a few rows.
func decayed(name string) bool {
	return !strings.HasSuffix(name, ".bias") && !strings.Contains(name, "LayerNorm") && !strings.HasPrefix(name, "embeddings.")
}

// scale is the multiplier of a parameter's learning rate, 0 for one that is
// frozen.
func (r *Tune) scale(c encoder.Config, name string) float32 {
	depth := c.Depth(name)
	if depth > 0 && depth <= c.Layers && slices.Contains(r.Freeze, layersPart) || depth > c.Layers && slices.Contains(r.Freeze, embeddingPart) {
		return 0
	}
	decay, scale := r.LayerDecay, 1.0
	if decay == 0 {
		decay = 1
	}
	for range depth {
		scale *= decay
	}
	return float32(scale)
}

// tuned ends the names of fine-tuned models.
const tuned = "-finetuned"

// ofEncoders is what can be fine-tuned.
const ofEncoders = "an encoder of texts (" + encoder.Kind + "), such as minilm"

// TuneFamily returns the family of fine-tuned encoders.
func TuneFamily() *recipe.Family {
	return &recipe.Family{
		Key:      "encoder_finetune",
		New:      func() recipe.Body { return new(Tune) },
		Settings: tuneSettings(),
		Blank: func(b recipe.Body) {
			r := b.(*Tune)
			r.BaseSHA256, r.MinSteps = "", 0
		},
		Source:     func(b recipe.Body) *recipe.Source { return labelledSource(b.(*Tune).Marking) },
		Train:      tune,
		Candidates: tuneCandidates,
		Tuning: &recipe.Tuning{
			Of: ofEncoders,
			Tunes: func(value any) bool {
				switch value.(type) {
				case *Encoder, *Classifier, *Answerer:
					return true
				}
				return false
			},
			Base:  func(b recipe.Body) *string { return &b.(*Tune).Base },
			Plain: func(base string) recipe.Body { return plainTune(base) },
			Recipe: func(m *recipe.Model, base string, _ recipe.Env) (recipe.Recipe, error) {
				name := strings.TrimSuffix(m.Artefact.Card.Name, tuned)
				body := plainTune(base)
				sum, err := m.SHA256()
				body.BaseSHA256 = sum
				return recipe.Recipe{Name: cleanName(name) + tuned, About: name + " fine-tuned to classify other data", Body: body}, err
			},
		},
	}
}

// cleanName makes a recipe's name of a directory's.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-._"); name == "" {
		return encoder.Kind
	}
	return name
}

// plainTune returns the settings that a tuning begins with; docs/LOG.md has how
// they were chosen.
func plainTune(base string) *Tune {
	return &Tune{
		Base: base, LayerDecay: 0.9, WarmUp: 0.1, Dropout: 0.1, HeadDropout: 0.1, Validation: 0.1, Storage: "F16", MinSteps: 240,
		Training: recipe.Training{
			Seed: 1, Epochs: 3, Batch: 32, ClipNorm: 1, KeepBest: true,
			Optimizer: recipe.Optimizer{Kind: "adamw", LearningRate: 2e-4, WeightDecay: 0.01},
			Schedule:  recipe.Schedule{Kind: "linear"},
		},
	}
}

func tuneSettings() []recipe.Setting {
	const without = "is not fine-tuned from another model"
	number := func(flag, usage, want string, field func(*Tune) *float64, ok func(float64) bool) recipe.Setting {
		return recipe.Setting{Flag: flag, Usage: usage, Type: recipe.NumberType, Else: without, Of: recipe.Number(field, want, ok)}
	}
	count := func(flag, usage string, least int, field func(*Tune) *int) recipe.Setting {
		return recipe.Setting{Flag: flag, Usage: usage, Type: recipe.IntType, Else: without, Of: recipe.Int(field, least)}
	}
	const aShare = "a share from 0 to 1"
	part := func(x float64) bool { return x >= 0 && x < 1 }
	validation := number("validation", "share of the texts held out to choose the best epoch and to measure (default: the recipe's)", aShare, func(r *Tune) *float64 { return &r.Validation }, part)
	validation.Of = recipe.Then(validation.Of, func(r *Tune) {
		if r.Validation == 0 { // nothing to choose epochs by
			r.KeepBest, r.Patience = false, 0
		}
	})
	marking := func(r *Tune) *texts.Marking { return &r.Marking }
	return []recipe.Setting{
		texts.MultiSetting(marking), texts.TargetSetting(marking), texts.PairSetting(marking),
		{
			Flag: "freeze", Type: recipe.ListType, Else: without, Values: []string{embeddingPart, layersPart, embeddingPart + "," + layersPart},
			Usage: "of an encoder, parts that keep their weights: embedding (the tables of the input layer), layers (those above it)",
			Of:    recipe.List(func(r *Tune) *[]string { return &r.Freeze }, "embedding, layers or embedding,layers", embeddingPart, layersPart),
		},
		number("layer-decay", "factor of the learning rate from each layer to the one below, 1 for none (default: the recipe's)", aShare, func(r *Tune) *float64 { return &r.LayerDecay }, func(x float64) bool { return x >= 0 && x <= 1 }),
		{Flag: "unfreeze", Usage: "train the top layer first, and one more layer from each epoch on", Type: recipe.BoolType, Else: without,
			Of: recipe.Bool(func(r *Tune) *bool { return &r.Unfreeze })},
		{
			Flag: "class-weights", Type: recipe.TextType, Else: without, Values: []string{balanced},
			Usage: "balanced: rare classes count as much as frequent ones",
			Of:    recipe.Text(func(r *Tune) *string { return &r.ClassWeights }, balanced, "", balanced),
		},
		count("max-tokens", "cut training texts at so many tokens, 0 for never", 0, func(r *Tune) *int { return &r.MaxTokens }),
		number("dropout", "of an encoder: share of its states that each step drops (default: the recipe's)", aShare, func(r *Tune) *float64 { return &r.Dropout }, part),
		validation,
		count("batch", "texts in a step (default: the recipe's)", 1, func(r *Tune) *int { return &r.Batch }),
		count("micro-tokens", "of an encoder: read a batch in parts of so many tokens, which takes less memory, 0 for at once", 0, func(r *Tune) *int { return &r.MicroTokens }),
		number("learning-rate", "of the top layer (default: the recipe's)", "a number above 0", func(r *Tune) *float64 { return &r.Optimizer.LearningRate }, func(x float64) bool { return x > 0 }),
		count("patience", "stop after so many epochs without improvement on validation, 0 for never (default: the recipe's)", 0, func(r *Tune) *int { return &r.Patience }),
	}
}

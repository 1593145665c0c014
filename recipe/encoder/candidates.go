package encoder

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

// operations is about how many of them two cores do in a second.
const operations = 100e9

// reading is about how many seconds an encoder takes to read the texts: each of
// a text's pieces, about 1.3 to a word and two more, meets every weight of the
// layers.
func reading(e *encoder.Encoder, c *texts.Corpus) float64 {
	pieces := 0
	for _, t := range c.Texts {
		pieces += min(13*len(t)/10+2, e.Settings().MaxTokens)
	}
	n := e.Network().Config()
	layer := 4*n.Hidden*n.Hidden + 2*n.Hidden*n.Intermediate
	return float64(pieces) * float64(2*n.Layers*layer) / operations
}

// probeCandidates is a linear layer over each base that is an encoder.
func probeCandidates(ctx context.Context, data recipe.Data, bases []recipe.Base, _ recipe.Env) (all []recipe.Candidate, err error) {
	set, ok := data.(*texts.Set)
	if !ok {
		return nil, nil
	}
	part, err := set.Labelled(ctx, words)
	if err != nil {
		return nil, err
	}
	for _, base := range bases {
		e, ok := base.Model.Value.(*Encoder)
		if !ok {
			continue
		}
		r := minilmLinear()
		b := r.Body.(*Probe)
		name := r.Name
		if base.Name != b.Base {
			name = "linear on " + base.Name
		}
		b.Base = base.Name
		b.Layers = min(b.Layers, e.Network().Config().Layers+1)
		solving := float64(1e-6 * float64(len(part.Texts)*len(part.Classes)*e.Dim()))
		all = append(all, recipe.Candidate{Recipe: r, Name: name, Kind: name, General: true, Seconds: 0.5 + reading(e.Encoder, part.Corpus) + solving})
	}
	return all, nil
}

// fewTexts is how many texts are too few to hold some out of a fine-tuning that is
// compared with others: docs/LOG.md has what a tenth of them is worth.
const fewTexts = 2000

// tuneCandidates goes on from each base that is an encoder: for as many epochs as
// its recipe says, and for a third where there is no time for these.
func tuneCandidates(ctx context.Context, data recipe.Data, bases []recipe.Base, env recipe.Env) (all []recipe.Candidate, err error) {
	set, ok := data.(*texts.Set)
	if !ok {
		return nil, nil
	}
	part, err := set.Labelled(ctx, words)
	if err != nil {
		return nil, err
	}
	u := TuneFamily().Tuning
	for _, base := range bases {
		var e *encoder.Encoder
		switch v := base.Model.Value.(type) {
		case *Encoder:
			e = v.Encoder
		case *Classifier:
			e = v.Encoder
		default:
			continue
		}
		name := "finetune " + base.Name
		once := reading(e, part.Corpus)
		for _, short := range []bool{true, false} {
			r, err := u.Recipe(base.Model, base.Name, env)
			if err != nil {
				return nil, err
			}
			b := r.Body.(*Tune)
			if len(part.Texts) < fewTexts {
				b.Validation, b.KeepBest, b.Patience = 0, false, 0
			}
			batches := max(1, len(part.Texts)/b.Batch)
			b.Epochs, b.MinSteps = b.epochsFor(batches), 0
			if short && b.Epochs == 1 {
				continue
			} else if short {
				b.Epochs = (b.Epochs + 2) / 3
			}
			// A step reads forward, and back for the texts and for the weights.
			all = append(all, recipe.Candidate{Recipe: r, Name: fmt.Sprintf("%s --epochs %d", name, b.Epochs), Kind: name, General: true, Short: short,
				Seconds: 1 + float64(float64(3*b.Epochs)*once)})
		}
	}
	return all, nil
}

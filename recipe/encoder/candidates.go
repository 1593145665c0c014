package encoder

import (
	"context"

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

// tuneCandidates goes on from each base that is an encoder.
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
		r, err := u.Recipe(base.Model, base.Name, env)
		if err != nil {
			return nil, err
		}
		b := r.Body.(*Tune)
		batches := max(1, len(part.Texts)/b.Batch)
		b.Epochs, b.MinSteps = max(b.Epochs, (b.MinSteps+batches-1)/batches), 0
		name := "finetune " + base.Name
		// A step reads forward, and back for the texts and for the weights.
		all = append(all, recipe.Candidate{Recipe: r, Name: name, Kind: name, General: true, Seconds: 1 + float64(float64(3*b.Epochs)*reading(e, part.Corpus))})
	}
	return all, nil
}

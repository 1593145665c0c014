package encoder

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/linear"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Probe learns a linear layer over the vectors of an encoder that stays as it
// is (a linear probe; Alain and Bengio 2016, arXiv:1610.01644): each text is
// read once, and a solver finds the one minimum in seconds.
type Probe struct {
	// Base is the encoder: a name of the table, or a directory. BaseSHA256 is
	// the checksum of its weights; an empty one is filled in, another demanded.
	Base       string `json:"base"`
	BaseSHA256 string `json:"base_sha256,omitempty"`

	// Layers makes features of the states after so many of the encoder's last
	// layers, side by side; see encoder.Settings. 0: of the vector that the
	// encoder gives.
	Layers int `json:"layers,omitempty"`

	// C are the strengths that are tried, the larger the less is penalised, until
	// two in a row are worse than the best. The
	// one with the least cross-entropy on the rows held out, at the temperature
	// that fits them best, is kept; the layer is then learned from all rows.
	C            []float64 `json:"c"`
	ClassWeights string    `json:"class_weights,omitempty"` // balanced, or none
	Validation   float64   `json:"validation"`              // share of the distinct texts held out, of each class
	// Storage is what the weights are rounded to: F32, F16 or I8; empty: I8 for
	// an encoder that is kept so, else F16. It is filled in.
	Storage string `json:"storage,omitempty"`
	Seed    uint64 `json:"seed"` // of the choice of the rows held out
}

// balanced is the value of Probe.ClassWeights by which each class counts as
// much.
const balanced = "balanced"

// SeedPtr implements recipe.Body.
func (r *Probe) SeedPtr() *uint64 { return &r.Seed }

// BySteps implements recipe.Body: a solver finds the weights.
func (r *Probe) BySteps() *recipe.Training { return nil }

// Check implements recipe.Body.
func (r *Probe) Check() error {
	if r.Base == "" {
		return fmt.Errorf("zoo: recipe: base is empty, want the name or directory of an encoder")
	}
	if !(r.Validation >= 0 && r.Validation < 1) {
		return fmt.Errorf("zoo: recipe: validation is %v, want 0 <= x < 1", r.Validation)
	}
	if r.Layers < 0 {
		return fmt.Errorf("zoo: recipe: layers is %d, want 0 or more", r.Layers)
	}
	if r.ClassWeights != "" && r.ClassWeights != balanced {
		return fmt.Errorf("zoo: recipe: class_weights %q, want %s or none", r.ClassWeights, balanced)
	}
	if len(r.C) == 0 || len(r.C) > 1 && r.Validation == 0 {
		return fmt.Errorf("zoo: recipe: c %v with a validation of %v, want one number, or several and rows held out to choose by", r.C, r.Validation)
	}
	for _, c := range r.C {
		if !(c > 0 && c < 1e12) {
			return fmt.Errorf("zoo: recipe: c %v, want positive numbers", r.C)
		}
	}
	_, err := storage(r.Storage, weights.F16)
	return err
}

// minilmLinear is the recipe of that name.
func minilmLinear() recipe.Recipe {
	return recipe.Recipe{
		Name:  "minilm-linear",
		About: "logistic regression on the vectors of a general encoder, which stays as it is: seconds, for any texts of English",
		Body: &Probe{
			Base: "minilm", Layers: 4, C: []float64{0.0001, 0.001, 0.01, 0.1, 1}, Validation: 0.1, Seed: 1,
		},
	}
}

func probeSettings() []recipe.Setting {
	const without = "learns no layer over an encoder"
	return []recipe.Setting{
		{
			Flag: "base", Type: recipe.TextType, Else: without,
			Usage: "encoder that texts are read by: a model or a directory (default: the recipe's)",
			Of:    recipe.Then(recipe.Text(func(r *Probe) *string { return &r.Base }, ""), func(r *Probe) { r.BaseSHA256 = "" }),
		},
		{
			Flag: "class-weights", Type: recipe.TextType, Else: without, Values: []string{balanced},
			Usage: "balanced: rare classes count as much as frequent ones",
			Of:    recipe.Text(func(r *Probe) *string { return &r.ClassWeights }, balanced, "", balanced),
		},
		{
			Flag: "validation", Type: recipe.NumberType, Else: without,
			Usage: "share of the texts held out to choose by and to measure (default: the recipe's)",
			Of: recipe.Then(recipe.Number(func(r *Probe) *float64 { return &r.Validation }, "a share from 0 to 1",
				func(x float64) bool { return x >= 0 && x < 1 }), func(r *Probe) {
				if r.Validation == 0 && len(r.C) > 1 { // nothing to choose by: the middle one
					r.C = r.C[len(r.C)/2:][:1]
				}
			}),
		},
	}
}

// probing is one run of a Probe.
type probing struct {
	Probe
	run        recipe.Run
	classifier *encoder.Classifier
	part       texts.Part
	vectors    [][]float32
	lengths    []int
	learn      []int
	held       []int
}

// probe trains by a recipe on the training part of the data. What it reports is
// one epoch, whose steps are the solver's.
func probe(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	if env.Steps > 0 || env.Resume {
		return nil, none, fmt.Errorf("zoo: recipe %s is solved, not trained by steps: there are none to stop after and nothing to resume: %w", whole.Name, recipe.ErrUsage)
	}
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, none, err
	}
	p := &probing{Probe: *whole.Body.(*Probe), run: env.Run}
	whole.Body = &p.Probe
	base, dtype, err := p.base(env)
	if err != nil {
		return nil, none, err
	}
	tokenizer := tokenize.Config{Lower: true}
	raw, err := p.read(ctx, set, tokenizer)
	if err != nil {
		return nil, none, err
	}
	if p.classifier, err = encoder.NewClassifier(base, p.part.Classes); err != nil {
		return nil, none, err
	}
	if err := env.Record(train.Event{Kind: train.KindStart, Epoch: 1}); err != nil {
		return nil, none, err
	}
	rate, err := p.embed(ctx, base, raw)
	if err != nil {
		return nil, none, err
	}
	fingerprint, err := p.part.Fingerprint()
	if err != nil {
		return nil, none, err
	}
	card, err := whole.Card("text classification", train.Result{})
	if err != nil {
		return nil, none, err
	}
	card.Data = set.Describe("", len(raw), len(p.part.Classes))
	card.Recipe.Options[recipe.DataOption] = fingerprint
	metrics := train.Metrics{}
	best := p.C[0]
	steps := 0
	temperature := 1.0
	if len(p.held) > 0 {
		e, c, n, err := p.choose(ctx)
		if err != nil {
			return nil, none, err
		}
		best, steps, temperature = c, n, e.FitTemperature()
		e = e.At(temperature)
		metrics["accuracy"], metrics["loss"] = e.Accuracy, e.Loss
		card.Metrics = map[string]float64{
			"validation_accuracy": e.Accuracy, "validation_loss": e.Loss, "validation_calibration_error": e.Calibration}
		baselines, err := linear.MeasureBaselines(ctx, p.part.Corpus, tokenizer, p.learn, p.held)
		if err != nil {
			return nil, none, err
		}
		baselines.Tell(env.Run, &card, e.Accuracy)
	}
	all := make([]int, len(raw))
	for i := range all {
		all[i] = i
	}
	solver, err := p.solver(all)
	if err != nil {
		return nil, none, err
	}
	n, err := solver.Fit(ctx, p.classifier, best)
	if err != nil {
		return nil, none, err
	}
	steps += n
	env.Logf("C is %g; the layer is learned from all %d texts", best, len(raw))
	if err := p.classifier.RoundHead(dtype); err != nil {
		return nil, none, err
	}
	if err := p.classifier.SetTemperature(temperature); err != nil {
		return nil, none, err
	}
	a, err := p.classifier.Artefact(card, dtype)
	if err != nil {
		return nil, none, err
	}
	record := train.Record{Epoch: 1, Step: steps, Loss: p.evaluate(all).Loss, Validation: metrics, TokensPerSecond: rate}
	result := train.Result{Reason: train.Finished, Epochs: 1, Steps: steps, History: []train.Record{record}}
	if err := env.Record(train.Event{Kind: train.KindEpoch, Epoch: 1, Step: steps, Loss: record.Loss, Record: &record}); err != nil {
		return nil, result, err
	}
	m := &recipe.Model{Artefact: a, Value: &Classifier{p.classifier}}
	return m, result, env.Record(train.Event{Kind: train.KindDone, Epoch: 1, Step: steps, Result: &result})
}

// base opens the encoder, notes or demands its checksum, and rounds it to what
// it will be stored as.
func (p *probing) base(env recipe.Env) (*encoder.Encoder, weights.DType, error) {
	m, err := env.Open(p.Base)
	if err != nil {
		return nil, 0, err
	}
	e, ok := m.Value.(*Encoder)
	if !ok {
		return nil, 0, fmt.Errorf("zoo: recipe: the base %s is a model of kind %q, want an encoder such as minilm: %w", p.Base, m.Artefact.Model, recipe.ErrUsage)
	}
	sum, err := m.SHA256()
	if err != nil {
		return nil, 0, err
	}
	if p.BaseSHA256 != "" && p.BaseSHA256 != sum {
		return nil, 0, fmt.Errorf("zoo: recipe: the base %s has the weights %.12s, the recipe was made with %.12s: name the directory of that model as the base", p.Base, sum, p.BaseSHA256)
	}
	p.BaseSHA256 = sum
	own := weights.F16
	if w := m.Artefact.Weights; w != nil {
		for _, t := range w.Tensors() {
			if t.DType == weights.I8 {
				own = weights.I8
			}
		}
	}
	dtype, err := storage(p.Storage, own)
	if err != nil {
		return nil, 0, err
	}
	p.Storage = dtype.String()
	if err := e.Round(dtype); err != nil || p.Layers == 0 {
		return e.Encoder, dtype, err
	}
	s := e.Settings()
	s.Layers, s.Normalize = p.Layers, false
	wide, err := e.With(s)
	return wide, dtype, err
}

// read reads the data, reports on it and splits it.
func (p *probing) read(ctx context.Context, set *texts.Set, tokenizer tokenize.Config) (raw []string, err error) {
	if p.part, raw, err = set.Raw(ctx, tokenizer); err != nil {
		return nil, err
	}
	report := texts.Inspect(p.part.Corpus)
	report.Skipped = set.Skipped(ctx)
	p.learn, p.held = report.Split(p.part.Corpus, p.Validation, p.Seed)
	if len(p.held) == 0 && p.Validation > 0 {
		return nil, fmt.Errorf("zoo: data: of %d texts none can be held out for validation: each class needs two different texts; add texts, or hold out none (validation 0)", len(raw))
	}
	report.AdviseClasses(p.ClassWeights != "", true)
	report.AdviseRows()
	return raw, p.run.TellReport(report)
}

// embed reads every text once, and says how fast.
func (p *probing) embed(ctx context.Context, base *encoder.Encoder, raw []string) (tokensPerSecond float64, err error) {
	began := time.Now()
	tokens, cut := 0, 0
	const block = 1 << 11
	for from := 0; from < len(raw); from += block {
		all, err := base.Embed(ctx, raw[from:min(from+block, len(raw))])
		if err != nil {
			return 0, err
		}
		for _, v := range all {
			p.vectors, p.lengths = append(p.vectors, v.Vector), append(p.lengths, v.Tokens)
			if tokens += v.Tokens; v.Truncated {
				cut++
			}
		}
	}
	seconds := time.Since(began).Seconds()
	p.run.Logf("%d texts of %d word pieces read by %s in %.1f s; %d cut at %d", len(raw), tokens, p.Base, seconds, cut, base.Settings().MaxTokens)
	return float64(tokens) / seconds, nil
}

// solver returns the problem of the chosen rows.
func (p *probing) solver(rows []int) (*encoder.Probe, error) {
	vectors, labels := make([][]float32, len(rows)), make([]int32, len(rows))
	counts := make([]int, len(p.part.Classes))
	for i, at := range rows {
		vectors[i], labels[i] = p.vectors[at], p.part.Labels[at]
		counts[labels[i]]++
	}
	var classWeights []float32
	if p.ClassWeights == balanced {
		for _, n := range counts {
			classWeights = append(classWeights, float32(float64(len(rows))/(float64(len(counts))*float64(max(1, n)))))
		}
	}
	return encoder.NewProbe(vectors, labels, len(p.part.Classes), classWeights)
}

// choose tries every C on the rows held out.
func (p *probing) choose(ctx context.Context) (best *classify.Evaluation, c float64, steps int, err error) {
	solver, err := p.solver(p.learn)
	if err != nil {
		return nil, 0, 0, err
	}
	least, worse := 0.0, 0
	for _, tried := range slices.Sorted(slices.Values(p.C)) {
		n, err := solver.Fit(ctx, p.classifier, tried)
		if err != nil {
			return nil, 0, 0, err
		}
		steps += n
		e := p.evaluate(p.held)
		fitted := e.CrossEntropy(e.FitTemperature())
		p.run.Logf("C %g: accuracy %.4f and loss %.4f on the %d texts held out (%d steps)", tried, e.Accuracy, fitted, len(p.held), n)
		if best == nil || fitted < least {
			best, c, least, worse = e, tried, fitted, 0
		} else if worse++; worse == 2 { // it only gets worse from here
			break
		}
	}
	return best, c, steps, nil
}

// evaluate measures the classifier on rows.
func (p *probing) evaluate(rows []int) *classify.Evaluation {
	logits, lengths, labels := make([][]float64, len(rows)), make([]int, len(rows)), make([]int32, len(rows))
	for i, at := range rows {
		logits[i], lengths[i], labels[i] = p.classifier.Logits(p.vectors[at]), p.lengths[at], p.part.Labels[at]
	}
	return classify.Evaluate(answers(logits, lengths, labels), 1)
}

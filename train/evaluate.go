package train

import (
	"context"
	"fmt"
	"math"
)

// average takes the weights into the average when that is due, once a step.
func (r *run) average(epochEnd bool) {
	if !r.cfg.Average.due(r.Step, epochEnd) || r.AveragedAt == r.Step {
		return
	}
	r.catchUp()
	w := r.cfg.Average.weight(r.Averages)
	for i, t := range r.targets {
		if r.mean[i] != nil {
			mix(r.mean[i], t.param.Data(), w)
		}
	}
	r.Averages++
	r.AveragedAt = r.Step
}

// swap exchanges the weights with their average, where there is one.
func (r *run) swap() {
	if r.Averages == 0 {
		return
	}
	for i, t := range r.targets {
		if r.mean[i] != nil {
			swap(t.param.Write(), r.mean[i])
		}
	}
}

// evaluate measures the model and keeps its weights if it is the best so far.
// It changes the state only when it succeeds.
func (r *run) evaluate(ctx context.Context) (Metrics, error) {
	r.catchUp()
	if name := r.firstNotFinite(); name != "" {
		return nil, r.at(fmt.Errorf("weights of %s are %w; a lower learning rate or ClipNorm may help", name, ErrNotFinite))
	}
	if r.cfg.Evaluate == nil {
		return nil, nil
	}
	r.swap()
	defer r.swap()
	metrics, err := r.cfg.Evaluate(ctx)
	if err != nil {
		return nil, fmt.Errorf("train: evaluation after step %d: %w", r.Step, err)
	}
	name := r.cfg.Monitor.Metric
	if name == "" {
		return metrics, nil
	}
	value, ok := metrics[name]
	if !ok {
		return nil, fmt.Errorf("train: evaluation gives no metric %q to monitor, only: %v", name, metrics)
	}
	tie := metrics[r.cfg.Monitor.Tie]
	if math.IsNaN(tie) || math.IsInf(tie, 0) {
		tie = math.MaxFloat64
	}
	r.Stale++
	if r.cfg.Monitor.improves(value, tie, r.Best) {
		r.Stale = 0
		r.Best = &Best{Value: value, Tie: tie, Epoch: r.Epoch + 1, Step: r.Step}
		for i, t := range r.targets {
			if r.best != nil && r.best[i] != nil {
				copy(r.best[i], t.param.Data())
			}
		}
	}
	return metrics, nil
}

// endEpoch evaluates and counts an epoch.
func (r *run) endEpoch(ctx context.Context, tokensPerSecond float64) error {
	if r.EpochStep == 0 {
		return fmt.Errorf("train: epoch %d has no batches", r.Epoch+1)
	}
	r.average(true)
	metrics, err := r.evaluate(ctx)
	if err != nil {
		return err
	}
	return r.record(metrics, tokensPerSecond, true)
}

// record adds to the history.
func (r *run) record(metrics Metrics, tokensPerSecond float64, complete bool) error {
	r.History = append(r.History, Record{
		Epoch: r.Epoch + 1, Step: r.Step, Loss: r.Loss.Value(), Validation: metrics, TokensPerSecond: tokensPerSecond,
	})
	e := r.event(Event{Kind: KindEpoch, Loss: r.Loss.Value(), Record: &r.History[len(r.History)-1]})
	if complete {
		r.Epoch++
		r.EpochStep, r.Begun, r.Loss = 0, false, Mean{}
	}
	return r.send(e)
}

// install copies weights into the parameters.
func (r *run) install(weights [][]float32) {
	for i, t := range r.targets {
		if weights[i] != nil {
			copy(t.param.Write(), weights[i])
		}
	}
}

// copies allocates room for the weights that are trained.
func (r *run) copies() [][]float32 {
	c := make([][]float32, len(r.targets))
	for i, t := range r.targets {
		if t.scale > 0 {
			c[i] = make([]float32, t.size())
		}
	}
	return c
}

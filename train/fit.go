package train

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
)

// Batch is what one step trains on.
type Batch interface {
	Examples() int // the weight of the batch's mean loss; at least 1
	Tokens() int   // for the reported rate; models without tokens return Examples
}

// Model is what Fit trains.
type Model[B Batch] interface {
	// Params returns the same parameters in the same order each time.
	Params() []*ops.Param
	// Step returns the mean loss over the batch and its gradients, grads[i]
	// that of Params()[i]. It changes no parameter. step counts the steps
	// before this one and numbers the random streams. The gradients are valid
	// until the next Step; Fit may scale them in place.
	//
	// A model with an update rule of its own applies it here, the exception to
	// the above, and returns gradients that list no rows.
	Step(batch B, step uint64) (loss float32, grads []ops.Gradient, err error)
}

// RowReader is a Model with sparse gradients that can tell which rows of its
// parameters a batch will read, so that SparseRule CatchUp need only look after
// those. Without it every row is made ready before every step, at the cost of
// a dense update.
type RowReader[B Batch] interface {
	// Rows returns one list for each of Params: the rows that Step will read,
	// in any order, repeated or not; nil: possibly all of them. The lists are
	// valid until the next call.
	Rows(batch B) [][]int32
}

// Data yields the batches of each epoch.
type Data[B any] interface {
	// Epoch yields the batches of an epoch, counted from 0: each time it is
	// called with the same number and Config.State the same batches in the same
	// order, whatever was asked for before. It runs in a goroutine beside the step; see Ahead
	// for how long a batch must stay as it is.
	Epoch(epoch int) iter.Seq2[B, error]
	// Steps returns the number of batches in each epoch, 0 where not known.
	Steps() int
}

// Batches is Data made from a function.
type Batches[B any] struct {
	Each  func(epoch int) iter.Seq2[B, error]
	Count int // batches in each epoch, 0 where not known
}

// Epoch implements Data.
func (b Batches[B]) Epoch(epoch int) iter.Seq2[B, error] { return b.Each(epoch) }

// Steps implements Data.
func (b Batches[B]) Steps() int { return b.Count }

// Fit trains the model's parameters in place.
//
// It returns an error when training could not run to one of its ends. The
// error wraps ErrNotFinite where the loss, a gradient or a weight is NaN or
// infinite, and ctx.Err() where ctx was cancelled; the Result is valid then
// too. With Config.Dir, whatever stopped training, a checkpoint of the last
// step that was taken is written first.
func Fit[B Batch](ctx context.Context, model Model[B], data Data[B], cfg Config) (Result, error) {
	r, err := begin(ctx, model.Params(), data.Steps(), cfg)
	if err != nil {
		return Result{Reason: Failed}, err
	}
	defer r.close()
	reader, _ := any(model).(RowReader[B])
	if err := r.report(Event{Kind: KindStart}); err != nil {
		return r.stop(Failed, err)
	}

	watch := stopwatch{}
	for r.more() {
		complete := true
		watch = stopwatch{}
		if err := r.beginEpoch(ctx); err != nil {
			return r.stop(reasonOf(err), err)
		}
		for batch, err := range ahead(ctx, data.Epoch(r.Epoch), r.EpochStep) {
			if ctx.Err() != nil {
				return r.stop(Cancelled, ctx.Err())
			}
			if err != nil {
				return r.stop(Failed, fmt.Errorf("train: epoch %d, batch %d: %w", r.Epoch+1, r.EpochStep+1, err))
			}
			if cfg.Steps > 0 && r.Step >= cfg.Steps {
				complete = false
				break
			}
			began := time.Now()

			rate, err := r.rate()
			if err != nil {
				return r.stop(Failed, err)
			}

			var rows [][]int32
			if reader != nil {
				rows = reader.Rows(batch)
			}
			if err := r.read(rows); err != nil {
				return r.stop(Failed, r.at(err))
			}
			loss, grads, err := model.Step(batch, uint64(r.Step))
			if err != nil {
				return r.stop(Failed, r.at(err))
			}

			norm, err := r.inspect(loss, grads, batch.Examples())
			if err != nil {
				return r.stop(reasonOf(err), r.at(err))
			}
			if cfg.ClipNorm > 0 {
				r.clip(grads, norm, cfg.ClipNorm)
			}

			r.apply(grads, rate)
			r.count(loss, batch.Examples())
			r.average(false)

			watch.add(batch.Tokens(), began)
			if err := r.report(Event{Kind: KindStep, Loss: float64(loss), Rate: rate, GradNorm: norm,
				Examples: batch.Examples(), Tokens: batch.Tokens()}); err != nil {
				return r.stop(Failed, err)
			}
			if r.checkpointDue() {
				if err := r.save(); err != nil {
					return r.end(reasonOf(err), err)
				}
			}
		}
		if !complete {
			break
		}

		if err := r.endEpoch(ctx, watch.rate()); err != nil {
			return r.stop(reasonOf(err), err)
		}
		if r.epochCheckpointDue() {
			if err := r.save(); err != nil {
				return r.end(reasonOf(err), err)
			}
		}
	}
	return r.finish(ctx, watch.rate())
}

package encoder

import (
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
)

// parts cuts a batch into batches of at most the config's MicroTokens, of texts
// that follow each other; a longer text is one of its own.
func (t *Trainer) parts(b Batch) []Batch {
	t.cut = t.cut[:0]
	most, first, tokens := t.config.MicroTokens, 0, 0
	for i, text := range b.Texts {
		if most > 0 && i > first && tokens+len(text) > most {
			t.cut = append(t.cut, b.part(first, i, tokens))
			first, tokens = i, 0
		}
		tokens += len(text)
	}
	t.cut = append(t.cut, b.part(first, len(b.Texts), tokens))
	return t.cut
}

// part is the texts first to end-1, of so many tokens.
func (b Batch) part(first, end, tokens int) Batch {
	p := Batch{Texts: b.Texts[first:end], tokens: tokens}
	if b.Labels != nil {
		p.Labels = b.Labels[first:end]
	}
	if b.Targets != nil {
		n := len(b.Targets) / len(b.Texts)
		p.Targets = b.Targets[first*n : end*n]
	}
	if b.Segments != nil {
		p.Segments = b.Segments[first:end]
	}
	return p
}

// share is what the loss divides a batch's sum by: its texts, or the weights of
// their classes. Labels that have none are the loss's to refuse.
func (t *Trainer) share(b Batch) float64 {
	sum := 0.0
	if b.Labels == nil {
		return float64(len(b.Texts))
	}
	for _, k := range b.Labels {
		switch w := t.config.ClassWeights; {
		case len(w) == 0 || k < 0 || int(k) >= len(w):
			sum++
		default:
			sum += float64(w[k])
		}
	}
	return sum
}

// stepParts runs a batch in parts and returns the loss and the gradients of the
// whole: each part's, times its share, added in their order.
func (t *Trainer) stepParts(b Batch, parts []Batch, step uint64) (float32, []ops.Gradient, error) {
	t.clear(b)
	all, loss := t.share(b), 0.0
	for i, part := range parts {
		share := t.share(part)
		if share == 0 && all > 0 { // of classes that do not count
			continue
		}
		// Steps are far below 2^48: no two parts of a run drop the same.
		l, grads, err := t.run(part, step^uint64(i)<<48)
		if err != nil {
			return 0, nil, err
		}
		share /= all
		loss += float64(share * float64(l))
		for k, g := range grads {
			add(t.sum[k], g, float32(share), t.program.Params()[k].RowLen())
		}
	}
	return float32(loss), t.sum, nil
}

// clear makes t.sum zero: of the words the rows of the batch, all of the others.
func (t *Trainer) clear(b Batch) {
	params := t.program.Params()
	if t.sum == nil {
		t.sum = make([]ops.Gradient, len(params))
	}
	for k, p := range params {
		s, n := &t.sum[k], len(p.Data())
		if k == 0 {
			s.Rows = s.Rows[:0]
			for _, text := range b.Texts {
				s.Rows = append(s.Rows, text...)
			}
			slices.Sort(s.Rows)
			s.Rows = slices.Compact(s.Rows)
			n = len(s.Rows) * p.RowLen()
		}
		s.Data = slices.Grow(s.Data[:0], n)[:n]
		clear(s.Data)
	}
}

// add adds a part's gradient, times its share, to the sum. The rows of a part,
// ascending, are among those of the sum; each has cols numbers.
func add(sum, part ops.Gradient, share float32, cols int) {
	if part.Rows == nil {
		addScaled(sum.Data, part.Data, share)
		return
	}
	at := 0
	for i, row := range part.Rows {
		for sum.Rows[at] != row {
			at++
		}
		addScaled(sum.Data[at*cols:(at+1)*cols], part.Data[i*cols:(i+1)*cols], share)
	}
}

func addScaled(sum, x []float32, share float32) {
	for i, v := range x {
		sum[i] += float32(share * v)
	}
}

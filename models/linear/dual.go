package linear

import (
	"context"
	"math"

	"github.com/gorgonia-zoo/zoo/ops"
)

// Dual coordinate descent (Yu, Huang and Lin 2011, "Dual coordinate descent
// methods for logistic regression and maximum entropy models", algorithm 5, as
// in liblinear) finds the neighbourhood of the minimum in a few passes over
// the documents, each of which costs about two products with K on one core.
// Newton's method, which uses all cores, then needs few steps to reach it.
//
// Its w is float32 and its bias has a penalty of 1/2 b*b, which the minimum
// has not: neither matters for a start.
const (
	warmPasses = 8
	warmEnough = 0.1 // a pass in which no derivative was larger is the last
)

// descent is the w of coordinate descent. Its columns are those that documents
// share: what the others add to a document's score depends on its own alpha
// alone.
type descent struct {
	*problem
	w      []float32 // where columns are not scaled
	scaled []scaled  // where they are
}

// scaled is a column's w/s and s*s, side by side because they are used
// together.
type scaled struct{ w, scale float32 }

// warm returns where a few passes of coordinate descent end, or where they
// were when ctx ended. It uses one core.
func (p *problem) warm(ctx context.Context) point {
	n := p.x.Rows
	d := &descent{problem: p}
	if p.scale == nil {
		d.w = make([]float32, p.x.Cols)
	} else {
		d.scaled = make([]scaled, p.x.Cols)
		for j := range d.scaled {
			d.scaled[j].scale = float32(p.scale[j])
		}
	}
	// alpha and c-alpha are both kept, because either may be tiny.
	alpha, rest := make([]float64, n), make([]float64, n)
	order := make([]int32, n)
	for i := range order {
		alpha[i] = min(0.001*p.c, 1e-8)
		rest[i] = p.c - alpha[i]
		order[i] = int32(i)
	}
	b := 0.0
	precision := 1e-2
	for pass := range warmPasses {
		if ctx.Err() != nil {
			break
		}
		rng := ops.Stream(0, "linear.dual", uint64(pass))
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		largest, changed := 0.0, 0
		for _, i := range order {
			y, h := p.y[i], p.diagonal[i]+1
			margin := float64(y*(d.score(int(i))+b)) + float64(p.own[i]*alpha[i])
			// Minimise over the smaller of the two.
			z, other, sign := &alpha[i], &rest[i], 1.0
			if float64(h/2*(rest[i]-alpha[i]))+margin < 0 {
				z, other, sign = &rest[i], &alpha[i], -1
			}
			old := *z
			next, first, steps := minimiseDual(old, h, sign*margin, p.c, precision)
			largest = max(largest, first)
			if steps == 0 {
				continue
			}
			changed += steps
			*z, *other = next, p.c-next
			step := float64(sign * y * (next - old))
			d.add(int(i), float32(step))
			b += step
		}
		if largest < warmEnough {
			break
		}
		if changed <= n/10 {
			precision *= 0.1
		}
	}
	at := newPoint(n)
	for i, y := range p.y {
		at.a[i] = y * alpha[i]
	}
	at.b = b
	return at
}

// minimiseDual minimises h/2 (z-old)^2 + g (z-old) + z log z + (c-z) log(c-z)
// over z by Newton's method, kept inside (0, c). It returns the minimum, the
// magnitude of the derivative where it began and the number of steps, 0 for a
// derivative below precision.
func minimiseDual(old, h, g, c, precision float64) (z, first float64, steps int) {
	z = old
	if c-z < 0.5*c {
		z *= 0.1
	}
	derivative := func() float64 { return float64(h*(z-old)) + g + log(z/(c-z)) }
	d := derivative()
	first = math.Abs(d)
	for math.Abs(d) >= precision && steps < 100 {
		if next := z - d/(h+c/(float64((c-z)*z))); next > 0 {
			z = next
		} else {
			z *= 0.1
		}
		d = derivative()
		steps++
	}
	return z, first, steps
}

// score returns the product of a document with w.
func (d *descent) score(i int) float64 {
	index, values := d.x.Row(i)
	var even, odd float32
	switch {
	case d.scaled == nil && values != nil:
		w := d.w
		for len(index) >= 2 && len(values) >= 2 {
			even += float32(w[index[0]] * values[0])
			odd += float32(w[index[1]] * values[1])
			index, values = index[2:], values[2:]
		}
		for k, c := range index {
			even += float32(w[c] * values[k])
		}
	case d.scaled == nil:
		for _, c := range index {
			even += d.w[c]
		}
	case values == nil:
		w := d.scaled
		for len(index) >= 2 {
			a, b := w[index[0]], w[index[1]]
			even += float32(a.w * a.scale)
			odd += float32(b.w * b.scale)
			index = index[2:]
		}
		for _, c := range index {
			even += float32(w[c].w * w[c].scale)
		}
	default:
		for k, c := range index {
			even += float32(float32(d.scaled[c].w*d.scaled[c].scale) * values[k])
		}
	}
	return float64(even + odd)
}

// add adds step times a document to w.
func (d *descent) add(i int, step float32) {
	index, values := d.x.Row(i)
	switch {
	case d.scaled == nil && values != nil:
		for k, c := range index {
			d.w[c] += float32(step * values[k])
		}
	case d.scaled == nil:
		for _, c := range index {
			d.w[c] += step
		}
	case values == nil:
		for _, c := range index {
			d.scaled[c].w += step
		}
	default:
		for k, c := range index {
			d.scaled[c].w += float32(step * values[k])
		}
	}
}

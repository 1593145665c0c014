package linear

import (
	"context"
	"fmt"
	"math"
)

// solution is where the solver stopped.
type solution struct {
	w         []float64 // coefficients of the unscaled columns: s times the w of the problem
	b         float64
	objective float64
	gradient  float64 // its norm, relative to that at w = 0, b = 0
	steps     int     // of Newton's method
	products  int     // with K
}

// point is a value of (w, b) by its coordinates: w = (XS)'a. q = K a are the
// scores it gives, without b.
type point struct {
	a, q []float64
	b    float64
}

func newPoint(n int) point { return point{a: make([]float64, n), q: make([]float64, n)} }

// add adds step times d.
func (p *point) add(step float64, d *point) {
	axpy(p.a, step, d.a)
	axpy(p.q, step, d.q)
	p.b = math.FMA(step, d.b, p.b)
}

func axpy(dst []float64, a float64, x []float64) {
	for i, v := range x {
		dst[i] += float64(a * v)
	}
}

func dot(x, y []float64) float64 {
	var sum float64
	for i, v := range x {
		sum += float64(v * y[i])
	}
	return sum
}

// state is the memory of one call of solve, with one number a document each.
type state struct {
	*problem
	at, grad, d point
	inverse     []float64 // 1/(C h_i): h is the second derivative of the loss
	weight      []float64 // 1/(K_ii + inverse_i): the preconditioner
	total       float64   // sum of weight
	r, z        []float64 // residual, preconditioned residual
	p, kp       []float64 // direction of conjugate gradients and its product with K
}

// least is the smallest second derivative taken for what it is. It only
// matters where a document's loss is about to vanish, and only for the way to
// the minimum, not for where it is.
const least = 1e-12

// solve runs Newton's method from start, whose scores need not be set, until
// the norm of the gradient is tolerance times that at w = 0, b = 0, or no step
// improves f, or for limit steps.
//
// In coordinates the gradient is (a_i + C y_i l'_i)_i and Newton's equations
// for a step (d, db) are, with D = diag(1/(C h_i)) where h_i is the second
// derivative of the loss of document i,
//
//	(K + D) d + 1 db = -D (a + C y l')        1'd = -1'a
//
// They are solved roughly (Dembo, Eisenstat and Steihaug 1982) by conjugate
// gradients projected onto 1'd = -1'a, preconditioned by the diagonal (Gould,
// Hribar and Nocedal 2001). The rows of text features hold many n-grams that
// few other documents have, so K is near its diagonal: on IMDB the same
// equations in w took 1.5 (C = 0.01) to 3 times (C = 1) as many products.
func (p *problem) solve(ctx context.Context, start point, tolerance float64, limit int) (*solution, error) {
	n := p.x.Rows
	s := &state{problem: p, at: newPoint(n), grad: newPoint(n), d: newPoint(n)}
	for _, v := range []*[]float64{&s.inverse, &s.weight, &s.r, &s.z, &s.p, &s.kp} {
		*v = make([]float64, n)
	}
	out := &solution{}
	f, first := s.differentiate()
	s.at = start
	s.product(s.at.q, s.at.a)
	out.objective, out.gradient = s.differentiate()
	if !(out.objective < f) {
		s.at = newPoint(n)
		out.objective, out.gradient = s.differentiate()
	}
	for ; ; out.steps++ {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("linear: solver: %w", context.Cause(ctx))
		}
		if !finite(out.objective) || !finite(out.gradient) {
			return nil, fmt.Errorf("linear: solver: objective %v, norm of the gradient %v after %d steps; are the values of the features too large?",
				out.objective, out.gradient, out.steps)
		}
		if first > 0 {
			out.gradient /= first
		}
		if out.gradient <= tolerance || out.steps == limit || !s.improve(min(0.1, math.Sqrt(out.gradient))) {
			break
		}
		out.objective, out.gradient = s.differentiate()
	}
	out.w, out.b, out.products = p.coefficients(s.at.a), s.at.b, p.products
	return out, nil
}

// differentiate returns f and the norm of its gradient, and prepares Newton's
// equations.
func (s *state) differentiate() (f, norm float64) {
	f, s.grad.b = dot(s.at.a, s.at.q)/2, 0
	s.total = 0
	for i, y := range s.y {
		loss, d1, d2 := logistic(y * (s.at.q[i] + s.at.b))
		f += float64(s.c * loss)
		d1 = float64(d1 * float64(s.c*y))
		s.grad.a[i] = s.at.a[i] + d1
		s.grad.b += d1
		s.inverse[i] = 1 / (s.c * max(d2, least))
		s.weight[i] = 1 / (s.diagonal[i] + s.inverse[i])
		s.total += s.weight[i]
	}
	s.product(s.grad.q, s.grad.a)
	return f, math.Sqrt(max(0, dot(s.grad.a, s.grad.q)) + float64(s.grad.b*s.grad.b))
}

// improve takes a Newton step. Equations solved too roughly may give a step
// that leads nowhere; then they are solved better. It is false where even
// that does not help: f is as small as rounding lets it be.
func (s *state) improve(eta float64) bool {
	for ; eta > 1e-8; eta *= 1e-2 {
		s.direction(eta)
		if step := s.search(); step > 0 {
			s.at.add(step, &s.d)
			return true
		}
	}
	return false
}

// direction solves Newton's equations until the gradient that they leave is
// about eta times the gradient.
func (s *state) direction(eta float64) {
	// Begin where 1'd = -1'a.
	sum, size := 0.0, 0.0
	for _, a := range s.at.a {
		sum += a
		size += math.Abs(a)
	}
	clear(s.d.a)
	clear(s.d.q)
	if math.Abs(sum) > 1e-12*size { // more than rounding
		for i, w := range s.weight {
			s.d.a[i] = -float64(w * (sum / s.total))
		}
		s.product(s.d.q, s.d.a)
	}
	for i, g := range s.grad.a {
		s.r[i] = -float64(s.inverse[i]*(g+s.d.a[i])) - s.d.q[i]
	}
	rz := s.precondition()
	stop := float64(eta*eta) * s.left()
	copy(s.p, s.z)
	for range 1000 {
		s.product(s.kp, s.p)
		curvature := dot(s.p, s.kp)
		for i, v := range s.p {
			curvature += float64(float64(v*v) * s.inverse[i])
		}
		if !(curvature > 0) {
			return
		}
		step := rz / curvature
		axpy(s.d.a, step, s.p)
		axpy(s.d.q, step, s.kp)
		for i, v := range s.p {
			s.r[i] -= float64(step * (s.kp[i] + float64(s.inverse[i]*v)))
		}
		next := s.precondition()
		if !(next > 0) || s.left() <= stop {
			return
		}
		beta := next / rz
		rz = next
		for i, z := range s.z {
			s.p[i] = z + float64(beta*s.p[i])
		}
	}
}

// precondition projects the residual, which gives db, and weighs it. It
// returns r'z.
func (s *state) precondition() (rz float64) {
	s.d.b = dot(s.weight, s.r) / s.total
	for i, r := range s.r {
		s.z[i] = s.weight[i] * (r - s.d.b)
		rz += float64(s.z[i] * r)
	}
	return rz
}

// left estimates the squared norm of the gradient that a step would leave,
// by the diagonal of K.
func (s *state) left() (sum float64) {
	for i, r := range s.r {
		g := (r - s.d.b) / s.inverse[i]
		sum += float64(float64(g*g) * s.diagonal[i])
	}
	return sum
}

// search returns the length of the step along d that minimises f, found by
// Newton's method on that one number: the scores along d are known, so it
// takes no product. 0 means that f grows along d from the start.
func (s *state) search() float64 {
	aq, dq := dot(s.at.a, s.d.q), dot(s.d.a, s.d.q)
	slopes := func(step float64) (first, second float64) {
		first, second = aq+float64(step*dq), dq
		for i, y := range s.y {
			dz := s.d.q[i] + s.d.b
			_, d1, d2 := logistic(y * (s.at.q[i] + s.at.b + float64(step*dz)))
			first += float64(s.c * float64(y*float64(d1*dz)))
			second += float64(s.c * float64(d2*float64(dz*dz)))
		}
		return first, second
	}
	if first, _ := slopes(0); !(first < 0) {
		return 0
	}
	step, low, high := 1.0, 0.0, math.Inf(1)
	for range 40 {
		first, second := slopes(step)
		if first > 0 {
			high = step
		} else {
			low = step
		}
		next := step - first/second
		if !(next > low && next < high) {
			if next = (low + high) / 2; math.IsInf(high, 1) {
				next = 2 * step
			}
		}
		if math.Abs(next-step) <= 1e-3*step {
			return next
		}
		step = next
	}
	return low
}

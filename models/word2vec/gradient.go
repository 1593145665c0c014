package word2vec

import (
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// pairsOf turns the scores of skip-gram into their gradient, times -rate: a
// pair has the label 1, a word and a negative the label 0 as often as the word
// is in a pair, but for pairs whose centre the negative is.
func (s *shard) pairsOf(first, last, from int) {
	n := s.rows
	e, weight := s.e, s.weight[:n]
	clear(weight)
	if !s.measured {
		s.measure(first, last, from)
	}
	for c := first; c < last; c++ {
		lo, hi := s.span(c)
		column := e[c-first:]
		for r := range n {
			p := &column[r*centres]
			if at := from + r; at < lo || at >= hi || at == c {
				*p = 0
				continue
			}
			bend := (1 - *p) * *p * s.rate
			s.bx[r] += float32(bend * s.yy[c-first])
			s.by[c-first] += float32(bend * s.xx[r])
			*p = (1 - *p) * s.rate
			weight[r]++
		}
	}
	for r := range n {
		clear(e[r*centres+last-first : (r+1)*centres])
	}
	share := s.rate * float32(s.t.config.Negative) / float32(negatives)
	for q := 1; q <= negatives/centres; q++ {
		panel := e[q*n*centres:][:n*centres]
		for r, w := range weight {
			factor := -share * w
			row := (*[centres]float32)(panel[r*centres:])
			yy, by := (*[centres]float32)(s.yy[q*centres:]), (*[centres]float32)(s.by[q*centres:])
			sum, xx := float32(0), s.xx[r]
			for j, p := range row {
				row[j] = p * factor
				bend := (p - 1) * row[j]
				sum += float32(bend * yy[j])
				by[j] += float32(bend * xx)
			}
			s.bx[r] += sum
		}
	}
	for j, w := range s.outputs[centres:] {
		if slices.Contains(s.words[first:last], w) {
			s.spare(j, w, first, last, from)
		}
	}
}

// spare takes the pairs whose centre is negative j out of its share.
func (s *shard) spare(j int, w int32, first, last, from int) {
	n := s.rows
	for r := range n {
		own := float32(0)
		for c := first; c < last; c++ {
			lo, hi := s.span(c)
			if at := from + r; s.words[c] == w && at >= lo && at < hi && at != c {
				own++
			}
		}
		if own > 0 {
			s.e[(1+j/centres)*n*centres+r*centres+j%centres] *= (s.weight[r] - own) / s.weight[r]
		}
	}
}

// measure adds up the loss of a block, from its probabilities.
func (s *shard) measure(first, last, from int) {
	n := s.rows
	for r := range n {
		product, pairs := 1.0, 0
		for c := first; c < last; c++ {
			lo, hi := s.span(c)
			if at := from + r; at >= lo && at < hi && at != c {
				product *= max(1e-7, float64(s.e[r*centres+c-first]))
				pairs++
			}
		}
		if pairs == 0 {
			continue
		}
		s.count(product, s.e[n*centres:], r, n, float64(pairs))
	}
	s.measured = s.pairs > 0
}

// count adds the loss of some pairs that share one vector: that of their
// labels 1 is -log(product), and negatives are in row r of panels.
func (s *shard) count(product float64, panels []float32, r, n int, pairs float64) {
	none := 1.0
	for j := range negatives {
		none *= max(1e-7, 1-float64(panels[j/centres*n*centres+r*centres+j%centres]))
	}
	each := pairs * float64(s.t.config.Negative) / float64(negatives)
	s.loss -= exact.Log(product)
	s.loss -= float64(each * exact.Log(none))
	s.pairs += pairs
}

// means writes the mean of each centre's window to h.
func (s *shard) means(first, last, from int) {
	mix := s.mix[:s.targets*s.rows]
	clear(mix)
	for c := first; c < last; c++ {
		lo, hi := s.span(c)
		share := 1 / float32(hi-lo-1)
		for at := lo; at < hi; at++ {
			if at != c {
				mix[(c-first)*s.rows+at-from] = share
			}
		}
	}
	a := kernel.Operand{Data: mix, Row: s.rows, Col: 1, Width: s.rows}
	for i := range s.targets { // |h|² is at most the mean of the squares
		length := float32(0)
		for r, share := range mix[i*s.rows:][:s.rows] {
			length += float32(share * s.xx[r])
		}
		s.bh[i] = length
	}
	kernel.Mul(s.h, centres, s.targets*centres, a, s.x, s.rows*centres, s.targets, s.rows, kernel.Panels(s.in.dim), false)
}

// meansOf is pairsOf for CBOW, where each centre has one pair.
func (s *shard) meansOf(first, last int) {
	n, e := s.targets, s.e
	if !s.measured {
		for i := range n {
			s.count(max(1e-7, float64(e[i*centres+i])), e[n*centres:], i, n, 1)
		}
		s.measured = true
	}
	share := s.rate * float32(s.t.config.Negative) / float32(negatives)
	for i := range n {
		row := e[i*centres:][:centres]
		p := (1 - row[i]) * s.rate
		hh := s.bh[i]
		bend := row[i] * p
		sum := float32(bend * s.yy[i])
		s.by[i] += float32(bend * hh)
		clear(row)
		row[i] = p
		for j, w := range s.outputs[centres:] {
			p := &e[(1+j/centres)*n*centres+i*centres+j%centres]
			if w == s.words[first+i] {
				*p = 0
			}
			bend := (1 - *p) * *p * share
			sum += float32(bend * s.yy[centres+j])
			s.by[centres+j] += float32(bend * hh)
			*p *= -share
		}
		for r, share := range s.mix[i*s.rows:][:s.rows] {
			s.bx[r] += float32(share * share * sum)
		}
	}
}

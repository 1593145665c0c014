package classify

import "math"

// z95 is the 97.5 % quantile of the normal distribution: 95 of 100 lie within it
// on both sides.
const z95 = 1.959963984540054

// Interval is where a share lies.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Wilson returns the 95 % score interval of a share of which n were tried and
// right were right (Wilson 1927, "Probable inference, the law of succession, and
// statistical inference", JASA 22:209-212). Unlike the normal approximation it
// stays within 0 and 1 and holds for few texts too. With n = 0 it is all of 0 to 1.
func Wilson(right, n int) Interval { return WilsonAt(right, n, z95) }

// WilsonAt is Wilson at another level: z is how many standard errors a share may be
// away, such as 1.645 for 90 %.
func WilsonAt(right, n int, z float64) Interval {
	if n <= 0 {
		return Interval{0, 1}
	}
	size := float64(n)
	p, z2 := float64(right)/size, float64(z*z)
	middle := p + z2/(2*size)
	half := float64(z * math.Sqrt(float64(p*(1-p))/size+z2/(4*size*size)))
	scale := 1 + z2/size
	at := Interval{(middle - half) / scale, (middle + half) / scale}
	if right <= 0 { // whatever the rounding
		at.Low = 0
	}
	if right >= n {
		at.High = 1
	}
	return at
}

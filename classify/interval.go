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
	return WilsonOf(float64(right)/float64(n), float64(n), z)
}

// WilsonOf is WilsonAt of a share that was measured on rows worth n independent
// ones.
func WilsonOf(share, n, z float64) Interval {
	if !(n > 0) {
		return Interval{0, 1}
	}
	z2 := float64(z * z)
	middle := share + z2/(2*n)
	half := float64(z * math.Sqrt(float64(share*(1-share))/n+z2/(4*n*n)))
	scale := 1 + z2/n
	at := Interval{(middle - half) / scale, (middle + half) / scale}
	if share <= 0 { // whatever the rounding
		at.Low = 0
	}
	if share >= 1 {
		at.High = 1
	}
	return at
}

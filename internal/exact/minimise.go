package exact

// Minimise returns where f is least between low and high, by golden section:
// f must fall and then rise. 40 steps leave 4e-9 of the range.
func Minimise(f func(float64) float64, low, high float64) float64 {
	const ratio = 0.6180339887498949
	a, b := high-float64(ratio*(high-low)), low+float64(ratio*(high-low))
	fa, fb := f(a), f(b)
	for range 40 {
		if fa < fb {
			high, b, fb = b, a, fa
			a = high - float64(ratio*(high-low))
			fa = f(a)
		} else {
			low, a, fa = a, b, fb
			b = low + float64(ratio*(high-low))
			fb = f(b)
		}
	}
	return (low + high) / 2
}

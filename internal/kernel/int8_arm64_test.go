//go:build arm64 && !noasm

package kernel

import "testing"

// onEach8 runs f on every path, with and without the processor's dot products.
func onEach8(t testing.TB, f func(name string)) {
	t.Helper()
	dot := hasDot
	defer func() { hasDot = dot }()
	for _, p := range Available() {
		onPath(t, p, func() {
			hasDot = false
			f(string(p))
			if hasDot = dot; dot && p == NEON {
				f(string(p) + " with dot products")
			}
		})
	}
}

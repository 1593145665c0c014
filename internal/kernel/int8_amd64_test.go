//go:build amd64 && !noasm

package kernel

import "testing"

// onEach8 runs f on every path, with and without the processor's products of bytes.
func onEach8(t testing.TB, f func(name string)) {
	t.Helper()
	narrow, wide := hasVNNI, hasVNNI512
	defer func() { hasVNNI, hasVNNI512 = narrow, wide }()
	for _, p := range Available() {
		onPath(t, p, func() {
			hasVNNI, hasVNNI512 = false, false
			f(string(p))
			if hasVNNI = narrow; narrow && p != Portable {
				f(string(p) + " with AVX-VNNI")
			}
			if hasVNNI512 = wide; wide && p == AVX512 {
				f(string(p) + " with AVX512-VNNI")
			}
		})
	}
}

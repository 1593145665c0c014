//go:build arm64 && !noasm

package kernel

import "testing"

// onEach8 runs f on every path.
func onEach8(t testing.TB, f func(name string)) {
	t.Helper()
	for _, p := range Available() {
		onPath(t, p, func() { f(string(p)) })
	}
}

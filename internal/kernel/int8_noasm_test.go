//go:build !(amd64 || arm64) || noasm

package kernel

import "testing"

// onEach8 runs f on every path.
func onEach8(_ testing.TB, f func(name string)) { f(string(Portable)) }

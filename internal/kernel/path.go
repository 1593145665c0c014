package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Path names one implementation of the kernels.
type Path string

const (
	AVX512   Path = "avx512"   // AVX-512 F, DQ, BW, VL
	AVX2     Path = "avx2"     // AVX2 and FMA
	NEON     Path = "neon"     // arm64's vectors, ARMv8.0
	Portable Path = "portable" // Go alone, with an exact float32 FMA
)

// Variable is the environment variable that forces a path.
const Variable = "ZOO_KERNEL"

// current is the path in use. Every kernel with more than one implementation
// switches on it. It is set before main starts and afterwards only by Use.
var current, initErr = choose(os.Getenv(Variable), Available())

// choose returns the path that name asks for, or the preferred one of those
// available, which come best first.
func choose(name string, available []Path) (Path, error) {
	best := available[0]
	if best == AVX512 && !preferAVX512 {
		best = available[1]
	}
	if name == "" {
		return best, nil
	}
	if slices.Contains(available, Path(name)) {
		return Path(name), nil
	}
	return best, fmt.Errorf("kernel: %s=%q: %s", Variable, name, runnable(available))
}

// Init reports whether ZOO_KERNEL named a path that cannot be used. The best
// path is in use then; a command should stop and tell its user.
func Init() error { return initErr }

// Current returns the path in use.
func Current() Path { return current }

// Available returns the paths that this build and CPU can run, best first. The
// last one is always Portable.
func Available() []Path { return append(available(), Portable) }

// Use switches every kernel to the path p until restore is called. It is for
// tests and measurements: no kernel may be running meanwhile.
func Use(p Path) (restore func(), err error) {
	if !slices.Contains(Available(), p) {
		return func() {}, fmt.Errorf("kernel: path %q: %s", p, runnable(Available()))
	}
	old := current
	current = p
	return func() { current = old }, nil
}

// runnable says which paths there are to choose from.
func runnable(available []Path) string {
	var names []string
	for _, p := range available {
		names = append(names, string(p))
	}
	return "this build and CPU run " + strings.Join(names, ", ")
}

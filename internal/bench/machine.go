package bench

import (
	"bufio"
	"io"
	"os"
	"runtime"
	"strings"
)

// cpuName returns the processor's name for itself, or its kind where the
// system does not say.
func cpuName() string {
	if name := systemCPUName(); name != "" {
		return name
	}
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		if name := nameIn(f); name != "" {
			return name
		}
	}
	if name := os.Getenv("PROCESSOR_IDENTIFIER"); name != "" { // Windows
		return name
	}
	return runtime.GOARCH
}

// nameIn finds a processor's name in the text of /proc/cpuinfo. Linux has none for
// arm64's, but the numbers of who designed it and of the design.
func nameIn(cpuinfo io.Reader) string {
	var implementer, part string
	for s := bufio.NewScanner(cpuinfo); s.Scan(); {
		key, value, _ := strings.Cut(s.Text(), ":")
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "model name":
			if value != "" {
				return value
			}
		case "CPU implementer":
			implementer = value
		case "CPU part":
			part = value
		}
	}
	if part == "" {
		return ""
	}
	return "implementer " + implementer + ", part " + part
}

// heldMemory is what Go has from the system, for where that does not say.
func heldMemory() int64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.Sys)
}

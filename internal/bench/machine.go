package bench

import (
	"bufio"
	"os"
	"runtime"
	"strings"
)

// cpuName returns the processor's name for itself, or its kind where the
// system does not say.
func cpuName() string {
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			key, value, _ := strings.Cut(s.Text(), ":")
			if value = strings.TrimSpace(value); strings.TrimSpace(key) == "model name" && value != "" {
				return value
			}
		}
	}
	if name := os.Getenv("PROCESSOR_IDENTIFIER"); name != "" { // Windows
		return name
	}
	return runtime.GOARCH
}

// heldMemory is what Go has from the system, for where that does not say.
func heldMemory() int64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.Sys)
}

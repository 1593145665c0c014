//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package bench

// peakRSS returns about the most memory that the process has held, in bytes.
func peakRSS() int64 { return heldMemory() }

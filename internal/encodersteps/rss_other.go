//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package main

// peakRSS is not known here.
func peakRSS() int64 { return 0 }

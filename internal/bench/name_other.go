//go:build !darwin

package bench

// systemCPUName is for systems that are asked for it.
func systemCPUName() string { return "" }

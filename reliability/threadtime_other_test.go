//go:build !linux

package reliability_test

// threadTime cannot tell one thread's time here.
func threadTime(f func()) float64 {
	f()
	return 0
}

package reliability_test

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// threadTime returns the seconds that f computes, in this thread alone.
func threadTime(f func()) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	now := func() float64 {
		var u unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
			return 0
		}
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	before := now()
	f()
	return now() - before
}

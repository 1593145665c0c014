package reliability_test

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// soak says whether to try as much as the reliability page states: minutes
// instead of seconds.
func soak() bool { return os.Getenv("ZOO_SOAK") != "" }

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func mb(bytes uint64) float64 { return float64(bytes) / 1e6 }

// settle waits until no more goroutines are there than before.
func settle(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
			return
		}
	}
}

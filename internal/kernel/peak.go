package kernel

import (
	"runtime"
	"sync"
	"time"
)

// PeakGFLOPS measures how many billion float32 operations a second this machine
// can do on the path in use, on the given number of goroutines: independent
// multiply-adds in registers, a multiply-add being two operations. It takes
// about d, in which it keeps the best of ten windows, since any other program
// that runs meanwhile only lowers what is seen.
//
// It is the roof over every other number: Mul cannot be faster.
func PeakGFLOPS(d time.Duration, threads int) float64 {
	const windows = 10
	best := 0.0
	for range windows {
		best = max(best, peakOnce(d/windows, threads))
	}
	return best
}

// peakOnce measures for one window.
func peakOnce(d time.Duration, threads int) float64 {
	const n = 4096 // rounds between looks at the clock: some tens of microseconds
	rates := make([]float64, threads)
	var ready, done sync.WaitGroup
	ready.Add(threads)
	for i := range rates {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			flops := 0
			start := time.Now()
			elapsed := time.Duration(0)
			for elapsed < d || flops == 0 {
				flops += peakRounds(n)
				elapsed = time.Since(start)
			}
			rates[i] = float64(flops) / float64(elapsed.Nanoseconds())
		})
	}
	done.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum
}

// peakRoundsPortable does n rounds of sixteen times four multiply-adds as mulPortable
// does them.
func peakRoundsPortable(n int) (flops int) {
	const depth = 16
	var (
		x   [depth]float32
		y   [depth * Width]float32
		sum tile
	)
	for i := range x {
		x[i] = 0.999
	}
	for i := range y {
		y[i] = 0.999
	}
	for range n / depth {
		sum.add(x[:], x[:], x[:], x[:], 1, y[:])
	}
	runtime.KeepAlive(sum)
	return n / depth * depth * len(sum) * Width * 2
}

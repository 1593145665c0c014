package ops

import (
	"math/rand/v2"
	"runtime"
	"testing"
)

// In the steady state a run allocates the machine's own small change, whatever
// the batch.
func TestSteadyStateAllocation(t *testing.T) {
	c := newChain(t)
	small, large := []int32{2, 1}, ragged(rand.New(rand.NewPCG(1, 1)), 64, 10)
	cost := func(lens []int32) (allocations, bytes float64) {
		c.set(t, lens)
		run := func() {
			if err := c.program.Run(); err != nil {
				t.Fatal(err)
			}
		}
		run()
		allocations = testing.AllocsPerRun(5, run)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		const runs = 5
		for range runs {
			run()
		}
		runtime.ReadMemStats(&after)
		return allocations, float64(after.TotalAlloc-before.TotalAlloc) / runs
	}
	cost(large) // buffers grow to their size
	few, bytes := cost(small)
	many, more := cost(large)
	t.Logf("%.0f allocations of %.0f bytes for 3 tokens, %.0f of %.0f for %d", few, bytes, many, more, total(large))
	// The states of one layer alone are 17 kB for each hundred tokens.
	if many > few+4 || more > bytes+4096 {
		t.Error("a run allocates with the size of its batch")
	}
}

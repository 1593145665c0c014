package ops

import (
	"runtime"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Neither the number of cores nor the kernels reach the result.
func TestSameBitsOnAnyNumberOfCoresAndEveryKernel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []uint64
	for _, path := range kernel.Available() {
		cores := []int{1, 2, 5}
		if path == kernel.Portable && len(kernel.Available()) > 1 {
			cores = cores[2:] // the slow one
		}
		for _, procs := range cores {
			restore, err := kernel.Use(path)
			if err != nil {
				t.Fatal(err)
			}
			runtime.GOMAXPROCS(procs)
			c := newChain(t)
			for i, lens := range chainBatches() {
				got := c.bits(t, lens)
				if len(want) <= i {
					want = append(want, got)
				}
				if got != want[i] {
					t.Errorf("batch %d has other bits on %s with %d cores", i, path, procs)
				}
			}
			restore()
		}
	}
}

// A program gives a batch the same bits whatever it ran before: nothing of
// larger, smaller or failed batches stays.
func TestNothingStaysFromOtherBatches(t *testing.T) {
	batches := chainBatches()
	var want []uint64
	for _, lens := range batches {
		want = append(want, newChain(t).bits(t, lens))
	}
	c := newChain(t)
	for _, i := range []int{0, 1, 0, 5, 4, 3, 2, 1, 1, 0, 3, 5, 2} {
		if c.bits(t, batches[i]) != want[i] {
			t.Fatalf("batch %d has other bits after others", i)
		}
		if i == 3 {
			// The embedding succeeds, the loss fails: half a run.
			c.set(t, batches[0])
			c.labels[0] = chainClasses
			if err := c.program.Run(); err == nil {
				t.Fatal("a label out of range is no error")
			}
		}
	}
}

func TestStepsDrawOtherMasks(t *testing.T) {
	c := newChain(t)
	lens := []int32{5, 4}
	first := c.bits(t, lens)
	c.noise.Step = 1
	if c.bits(t, lens) == first {
		t.Error("step 1 has the bits of step 0")
	}
	c.noise.Step = 0
	if c.bits(t, lens) != first {
		t.Error("step 0 again has other bits")
	}
}

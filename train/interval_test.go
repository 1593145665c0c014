package train

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// A kill at any moment loses no more than the steps since the last checkpoint
// that was due.
func TestNoMoreThanTheIntervalIsLost(t *testing.T) {
	for _, every := range []int{1, 3, 5} {
		c := damageConfig
		c.Steps, c.Dir, c.CheckpointEvery = 20, t.TempDir(), every
		seen := 0
		_, _, err := fitBag(context.Background(), c, func(step uint64) {
			data, err := os.ReadFile(filepath.Join(c.Dir, CheckpointFile))
			if os.IsNotExist(err) && int(step) < every {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			_, s, _, err := parseCheckpoint(data)
			if err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
			if lost := int(step) - s.Step; lost < 0 || lost >= every {
				t.Errorf("a kill in step %d goes back to step %d, a checkpoint was due every %d", step, s.Step, every)
			}
			seen++
		})
		if err != nil || seen != 20-every {
			t.Errorf("%d steps looked at, %v", seen, err)
		}
	}
}

package train

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A kill at any moment loses no more than the steps since the last checkpoint
// that was due.
func TestNoMoreThanTheIntervalIsLost(t *testing.T) {
	for _, every := range []int{1, 3, 5} {
		c := damageConfig
		c.Steps, c.Dir, c.CheckpointEvery = 20, t.TempDir(), time.Duration(every)*stepTime
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

// By the real clock a checkpoint is written after the step that ends the time.
func TestCheckpointByTime(t *testing.T) {
	c := damageConfig
	c.Steps, c.Dir, c.clock = 5, t.TempDir(), time.Now
	path := filepath.Join(c.Dir, CheckpointFile)
	for every, want := range map[time.Duration]bool{0: false, time.Hour: false, time.Millisecond: true} {
		c.CheckpointEvery = every
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if _, _, err := fitBag(context.Background(), c, func(step uint64) {
			time.Sleep(2 * time.Millisecond)
			if _, err := os.Stat(path); step > 0 && (err == nil) != want {
				t.Errorf("every %v, before step %d: %v", every, step, err)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
}

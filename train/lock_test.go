package train

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A lock that is given back while somebody waits goes to that one; a lock that
// is kept is waited for no longer than is said, and no longer than ctx allows.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if _, err := Lock(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a wait that is cut short: %v", err)
	}
	time.AfterFunc(50*time.Millisecond, unlock)
	second, err := Lock(context.Background(), path)
	if err != nil {
		t.Fatalf("a lock that was given back: %v", err)
	}
	if _, err := Lock(context.Background(), path); !errors.Is(err, ErrLocked) {
		t.Errorf("a lock that is kept: %v", err)
	}
	second()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a lock that was given back leaves its file: %v", err)
	}
	if _, err := Lock(context.Background(), filepath.Join(path, "below a file")); err == nil || errors.Is(err, ErrLocked) {
		t.Errorf("a lock that cannot be: %v", err)
	}
}

// However many want a lock that is removed by whoever gives it back, one at a
// time has it.
func TestLockIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var holders, most atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				unlock, err := Lock(context.Background(), path)
				if err != nil {
					if !errors.Is(err, ErrLocked) { // others may be always faster
						t.Error(err)
					}
					continue
				}
				if n := holders.Add(1); n > 1 {
					most.Store(n)
				}
				runtime.Gosched()
				holders.Add(-1)
				unlock()
			}
		})
	}
	all.Wait()
	if n := most.Load(); n > 0 {
		t.Errorf("%d held it at once", n)
	}
}

package train

import (
	"context"
	"errors"
	"path/filepath"
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
	if _, err := Lock(context.Background(), filepath.Join(path, "below a file")); err == nil || errors.Is(err, ErrLocked) {
		t.Errorf("a lock that cannot be: %v", err)
	}
}

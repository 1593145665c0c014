package train

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// lockWait is how long Lock waits. The lock of a process that was killed with
// gigabytes in use has been seen to outlive it by some milliseconds.
const lockWait = 2 * time.Second

// Lock makes the file at path, unless it is there, and locks it until unlock is
// called, which removes it, or the process ends, however it ends. Where another
// process holds the lock it tries for up to two seconds, so that a run can go on
// in the instant in which its predecessor was killed, and then returns
// ErrLocked, or the error of ctx once that is done.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	wait, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for { // a free lock is taken, whatever ctx says
		lock := flock.New(path, flock.SetPermissions(0o644))
		switch ok, err := lock.TryLock(); {
		case err != nil:
			return nil, err
		case ok && current(lock):
			return func() { release(lock) }, nil
		case ok: // that of a file which its last owner has removed since it was opened
			lock.Close()
			continue
		}
		select {
		case <-wait.Done():
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, ErrLocked
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// current tells whether the file that is locked is still the one at its path,
// which others will try to lock.
func current(lock *flock.Flock) bool {
	mine, err := lock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(lock.Path())
	if errors.Is(err, os.ErrNotExist) {
		return false
	}
	return err != nil || os.SameFile(mine, there)
}

// release removes the file while it is locked, or it could be that of somebody
// else, and unlocks it. An open file is not to be removed on Windows, and one
// that somebody else has opened neither.
func release(lock *flock.Flock) {
	if runtime.GOOS == "windows" {
		lock.Close()
		os.Remove(lock.Path())
		return
	}
	os.Remove(lock.Path())
	lock.Close()
}

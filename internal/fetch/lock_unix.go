//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package fetch

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// Lock waits until no other process, and no other call in this one, holds the
// lock. The system releases it when the process ends, however it ends.
func Lock(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			// The file stays: removing it would let two hold locks on two
			// files of one name.
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		}
	}
}

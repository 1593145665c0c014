package tokenize

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestLinear gives the tokenizer texts whose work would grow with the square
// of their length if a search were not bounded: even at one step a nanosecond
// that would take 8 seconds each. It goes by the thread's processor time,
// which other programs do not lengthen, and which only some systems tell:
// hence the file's name.
func TestLinear(t *testing.T) {
	size, bound := 1<<17, 2*time.Second
	if testing.Short() {
		size, bound = size/2, bound/2
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	now := func() time.Duration {
		const thread = 1 // RUSAGE_THREAD
		var u syscall.Rusage
		if err := syscall.Getrusage(thread, &u); err != nil {
			t.Skip(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	tok := New(Config{})
	for _, unit := range giants {
		text := strings.Repeat(unit, size/len(unit))
		start := now()
		tok.Tokens(text)
		if d := now() - start; d > bound {
			t.Errorf("%d bytes of %q took %v", len(text), unit, d)
		}
	}
}

package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// lingering is how long a goroutine that has helped looks out for more work before it
// ends. Waking a processor that sleeps takes tens of microseconds, longer than many
// a piece of work; between the ops of one graph it need not fall asleep. It yields all
// the while, so that only a processor without other work spends the time.
const lingering = 50 * time.Microsecond

// helper is a goroutine that looks out for work.
type helper struct {
	work atomic.Pointer[func()]
}

// crew are the helpers that do.
var crew struct {
	mu      sync.Mutex
	helpers []*helper
}

// enlist runs work on another goroutine, one that looks out for it if there is any.
func enlist(work func()) {
	crew.mu.Lock()
	n := len(crew.helpers)
	if n == 0 {
		crew.mu.Unlock()
		go (&helper{}).help(work)
		return
	}
	h := crew.helpers[n-1]
	crew.helpers = crew.helpers[:n-1]
	crew.mu.Unlock()
	h.work.Store(&work)
}

// help runs work and whatever else there is until there has been none for a while.
func (h *helper) help(work func()) {
	for work != nil {
		work()
		crew.mu.Lock()
		crew.helpers = append(crew.helpers, h)
		crew.mu.Unlock()
		work = h.await()
	}
}

// await returns the next work, or nil after a while without any.
func (h *helper) await() func() {
	for start := time.Now(); ; runtime.Gosched() {
		if work := h.work.Swap(nil); work != nil {
			return *work
		}
		if time.Since(start) > lingering && h.leave() {
			return nil
		}
	}
}

// leave takes a helper out of the crew, unless work for it is on the way.
func (h *helper) leave() bool {
	crew.mu.Lock()
	defer crew.mu.Unlock()
	for i, other := range crew.helpers {
		if other == h {
			last := len(crew.helpers) - 1
			crew.helpers[i] = crew.helpers[last]
			crew.helpers[last] = nil
			crew.helpers = crew.helpers[:last]
			return true
		}
	}
	return false
}

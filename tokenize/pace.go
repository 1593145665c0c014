package tokenize

import (
	"context"
	"strings"
)

// pace asks a context, again and again while a long text is worked on, whether
// that is to go on. nil asks nobody.
type pace struct {
	ctx  context.Context
	left int   // bytes until it asks again
	err  error // the context's cause, once it has ended
}

// paceBytes is how much of a text is worked on between two questions: less than a
// millisecond.
const paceBytes = 1 << 14

func newPace(ctx context.Context) *pace {
	if ctx.Done() == nil {
		return nil
	}
	return &pace{ctx: ctx, left: paceBytes}
}

// stop reports whether the work is to end; bytes is how much was done since it was
// asked last.
func (p *pace) stop(bytes int) bool {
	if p == nil {
		return false
	}
	if p.left -= bytes; p.left <= 0 && p.err == nil {
		p.left = paceBytes
		if p.ctx.Err() != nil {
			p.err = context.Cause(p.ctx)
		}
	}
	return p.err != nil
}

// cause is the error of a context that has ended.
func (p *pace) cause() error {
	if p == nil {
		return nil
	}
	return p.err
}

// text copies bytes.
func (p *pace) text(b []byte) string {
	if p == nil || len(b) <= paceBytes {
		return string(b)
	}
	var s strings.Builder
	for s.Grow(len(b)); len(b) > 0 && !p.stop(paceBytes); {
		n := min(len(b), paceBytes)
		s.Write(b[:n])
		b = b[n:]
	}
	return s.String()
}

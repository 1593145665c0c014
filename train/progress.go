package train

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Intervals between what Progress writes.
const (
	barInterval   = 100 * time.Millisecond
	lineInterval  = 15 * time.Second // between lines within an epoch
	epochInterval = time.Second      // between lines of epochs, which may be short
)

// progress shows how far training is.
type progress struct {
	w   io.Writer
	bar *progressbar.ProgressBar // nil: lines
	now func() time.Time

	terminal bool
	first    int // steps done when this run began
	epochs   int
	began    time.Time
	shown    time.Time // when the last bar or line was written
	loss     Mean      // since then
	tokens   int       // since then
	pending  string    // the line of an epoch that came too soon after another
}

// Progress shows on w the epoch, the step, the loss, the rate and the time that
// remains: as a bar where w is a terminal, as lines elsewhere, at most one in 15
// seconds and one for each epoch. Errors of w are ignored: training does not
// stop because nobody watches.
func Progress(w io.Writer) Recorder {
	f, ok := w.(*os.File)
	return &progress{w: w, now: time.Now, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

func (p *progress) Record(e Event) error {
	now := p.now()
	switch e.Kind {
	case KindStart:
		p.began, p.shown, p.first = now, now, e.Step
		if e.EpochSteps > 0 && e.Steps > 0 {
			p.epochs = (e.Steps + e.EpochSteps - 1) / e.EpochSteps
		}
		if e.Step > 0 {
			fmt.Fprintf(p.w, "resuming after step %d, in epoch %d\n", e.Step, e.Epoch)
		}
		if p.terminal {
			p.open(e)
		}
	case KindStep:
		p.loss.Add(e.Loss, e.Examples)
		p.tokens += e.Tokens
		p.step(e, now)
	case KindEpoch:
		line := p.place(e) + fmt.Sprintf("  loss %.4f", e.Loss)
		if len(e.Record.Validation) > 0 {
			line += "  validation: " + e.Record.Validation.String()
		}
		if rate := e.Record.TokensPerSecond; rate > 0 {
			line += fmt.Sprintf("  %s tokens/s", short(rate))
		}
		p.pending = line
		if p.terminal || e.Steps > 0 && e.Step == e.Steps || now.Sub(p.shown) >= epochInterval {
			p.flush(now)
		}
	case KindDone:
		p.flush(now)
		if p.bar != nil {
			p.bar.Exit()
			p.bar.Clear()
		}
		fmt.Fprintln(p.w, summary(e.Result, now.Sub(p.began)))
	}
	return nil
}

// open starts the bar.
func (p *progress) open(e Event) {
	total := e.Steps
	if total == 0 {
		total = -1 // a spinner
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.w),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(false), // it would count resumed steps as done now
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetTheme(progressbar.ThemeASCII))
	p.bar.Set(e.Step)
}

// step writes the state of an epoch under way, when it is time to.
func (p *progress) step(e Event, now time.Time) {
	interval := lineInterval
	if p.bar != nil {
		interval = barInterval
	}
	passed := now.Sub(p.shown)
	if passed < interval {
		return
	}
	text := fmt.Sprintf("%s  loss %.4f  %s tokens/s", p.place(e), p.loss.Value(), short(float64(p.tokens)/passed.Seconds()))
	if e.Steps > 0 && e.Step > p.first {
		left := now.Sub(p.began) / time.Duration(e.Step-p.first) * time.Duration(e.Steps-e.Step)
		text += "  " + left.Round(time.Second).String() + " left"
	}
	if p.bar != nil {
		p.bar.Describe(text)
		p.bar.Set(e.Step)
	} else {
		fmt.Fprintln(p.w, text)
	}
	p.shown, p.loss, p.tokens = now, Mean{}, 0
}

// flush writes the line of an epoch.
func (p *progress) flush(now time.Time) {
	if p.pending == "" {
		return
	}
	if p.bar != nil {
		p.bar.Clear()
	}
	fmt.Fprintln(p.w, p.pending)
	p.pending, p.shown, p.loss, p.tokens = "", now, Mean{}, 0
}

// place is "epoch 2/7  step 400/2464".
func (p *progress) place(e Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "epoch %d", e.Epoch)
	if p.epochs > 0 {
		fmt.Fprintf(&b, "/%d", p.epochs)
	}
	fmt.Fprintf(&b, "  step %d", e.Step)
	if e.Steps > 0 {
		fmt.Fprintf(&b, "/%d", e.Steps)
	}
	return b.String()
}

func summary(r *Result, took time.Duration) string {
	s := fmt.Sprintf("%v after %s and %s, %v", r.Reason, count(r.Epochs, "epoch"), count(r.Steps, "step"), took.Round(100*time.Millisecond))
	if r.Best != nil {
		s += fmt.Sprintf("; best validation %.4g in epoch %d", r.Best.Value, r.Best.Epoch)
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// short writes 98214 as 98.2k.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.1fM", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.1fk", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}

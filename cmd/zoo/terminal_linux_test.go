package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal returns the two ends of a pseudo-terminal.
func terminal(t *testing.T) (outside, inside *os.File) {
	t.Helper()
	outside, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { outside.Close() })
	if err := unix.IoctlSetPointerInt(int(outside.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(int(outside.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	inside, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { inside.Close() })
	return outside, inside
}

// A terminal gets colours unless NO_COLOR or TERM=dumb asks for none; other
// commands write none at all.
func TestColoursOnATerminal(t *testing.T) {
	f := small(t)
	for _, c := range []struct {
		noColour, term string
		args           []string
		colours        bool
	}{
		{"", "xterm", []string{"predict", "lstm-imdb", "--explain", "Not good."}, true},
		{"1", "xterm", []string{"predict", "lstm-imdb", "--explain", "Not good."}, false},
		{"", "dumb", []string{"predict", "lstm-imdb", "--explain", "Not good."}, false},
		{"", "xterm", []string{"predict", "lstm-imdb", "--explain", "--json", "Not good."}, false},
		{"", "xterm", []string{"predict", f.model, "Not good."}, false},
		{"", "xterm", []string{"list"}, false},
		{"", "xterm", []string{"eval", f.model, "--data", f.data, "--cache", "none"}, true},
		{"1", "xterm", []string{"eval", f.model, "--data", f.data, "--cache", "none"}, false},
		{"", "xterm", []string{"eval", f.model, "--data", f.data, "--cache", "none", "--json"}, false},
	} {
		t.Setenv("NO_COLOR", c.noColour)
		t.Setenv("TERM", c.term)
		outside, inside := terminal(t)
		got := make(chan string)
		go func() {
			var text strings.Builder
			buf := make([]byte, 4096)
			for !strings.Contains(text.String(), "END") {
				n, err := outside.Read(buf)
				text.Write(buf[:n])
				if err != nil {
					break
				}
			}
			got <- text.String()
		}()
		if err := run(context.Background(), standard(), c.args, strings.NewReader(""), inside, inside); err != nil {
			t.Fatal(err)
		}
		inside.WriteString("END\n")
		if text := <-got; strings.Contains(text, "\x1b[") != c.colours || len(text) < 10 {
			t.Errorf("%+v: %q", c, text)
		}
	}
}

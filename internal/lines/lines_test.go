package lines

import (
	"bufio"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// Lines are the same whatever ends them and however they are read.
func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"a\nb\n":       {"a", "b"},
		"a\r\nb\r\n":   {"a", "b"},
		"a\rb\r":       {"a", "b"},
		"a\n\nb":       {"a", "", "b"},
		"a\r\rb":       {"a", "", "b"},
		"a\r\n\r\nb":   {"a", "", "b"},
		"a\rb\nc\r\nd": {"a", "b", "c", "d"},
		"":             nil,
		"\r\n":         {""},
	} {
		for name, s := range map[string]*bufio.Scanner{"whole": bufio.NewScanner(strings.NewReader(text)), "by bytes": bufio.NewScanner(iotest.OneByteReader(strings.NewReader(text)))} {
			s.Split(Split())
			var got []string
			for s.Scan() {
				got = append(got, s.Text())
			}
			if s.Err() != nil || !slices.Equal(got, want) {
				t.Errorf("%q, %s: %q, %v; want %q", text, name, got, s.Err(), want)
			}
		}
	}
}

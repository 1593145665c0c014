package bench

import (
	"strings"
	"testing"
)

func TestNameIn(t *testing.T) {
	for _, c := range []struct{ cpuinfo, want string }{
		{"processor\t: 0\nmodel name\t: AMD EPYC\n", "AMD EPYC"},
		{"processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\nprocessor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", "implementer 0x41, part 0xd0c"},
		{"processor\t: 0\nisa\t: rv64imafdc\n", ""},
	} {
		if got := nameIn(strings.NewReader(c.cpuinfo)); got != c.want {
			t.Errorf("of %q: %q, want %q", c.cpuinfo, got, c.want)
		}
	}
}

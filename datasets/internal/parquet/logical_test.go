package parquet

import (
	"math"
	"testing"
)

// Values are written as their logical type says.
func TestLogical(t *testing.T) {
	for _, c := range []struct {
		name string
		of   column
		v    int64
		want string
	}{
		{"decimal", column{kind: int64s, logical: decimals, scale: 2}, -12345, "-123.45"},
		{"small decimal", column{kind: int32s, logical: decimals, scale: 3}, 5, "0.005"},
		{"whole decimal", column{kind: int32s, logical: decimals, scale: 2}, 1200, "12"},
		{"decimal without digits", column{kind: int32s, logical: decimals}, 7, "7"},
		{"date", column{kind: int32s, logical: dates}, 19724, "2024-01-02"},
		{"old date", column{kind: int32s, logical: dates}, -1, "1969-12-31"},
		{"milliseconds", column{kind: int64s, logical: timestamps, unit: 1e3, utc: true}, 1704153600500, "2024-01-02T00:00:00.5Z"},
		{"microseconds", column{kind: int64s, logical: timestamps, unit: 1e6}, 1704153600500000, "2024-01-02T00:00:00.5"},
		{"nanoseconds", column{kind: int64s, logical: timestamps, unit: 1e9}, -1, "1969-12-31T23:59:59.999999999"},
		{"time", column{kind: int32s, logical: times, unit: 1e3}, 37800000, "10:30:00"},
	} {
		if got := c.of.whole(c.v); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		of   column
		v    string
		want string
	}{
		{column{kind: byteArray, logical: decimals, scale: 2}, "\xff\x85", "-1.23"},
		{column{kind: fixedByteArray, length: 16, logical: decimals, scale: 1}, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00", "25.6"},
		{column{kind: fixedByteArray, length: 2, logical: halfs}, "\x00\x3e", "1.5"},
		{column{kind: fixedByteArray, length: 2, logical: halfs}, "\x00\x7e", "NaN"},
		{column{kind: fixedByteArray, length: 2, logical: halfs}, "\x01\x80", "-5.9604645e-08"},
		{column{kind: fixedByteArray, length: 16, logical: uuids}, "\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0", "12345678-9abc-def0-1234-56789abcdef0"},
	} {
		if got := c.of.bytes(c.v); got != c.want {
			t.Errorf("%v of %q: %s, want %s", c.of.logical, c.v, got, c.want)
		}
	}
	if got := new(column).int96([]byte("\x00\xe4\x0b\x54\x02\x00\x00\x00\x96\x8a\x25\x00")); got != "2023-12-31T00:00:10" {
		t.Errorf("INT96: %s", got)
	}
	if half(0x7c00) != float32(math.Inf(1)) || half(0x3c00) != 1 || half(0xc000) != -2 {
		t.Error("half-precision numbers")
	}
	for _, c := range []column{{kind: int64s, logical: halfs}, {kind: byteArray, logical: dates}, {kind: int64s, logical: timestamps}, {kind: doubles, logical: decimals}} {
		if c.settle(); c.problem == "" {
			t.Errorf("%v as logical type %d is taken", c.kind, c.logical)
		}
	}
}

// Groups without rows say nothing, wherever their columns are said to lie.
func TestEmptyGroups(t *testing.T) {
	f := &File{size: 100, groups: []group{{}, {chunks: []chunk{{kind: int64s}}}}}
	if err := f.flatten([]element{{children: 1}, {column: column{name: "x", kind: int64s}}}); err != nil {
		t.Fatal(err)
	}
	if err := f.check(); err != nil || len(f.groups) != 0 {
		t.Errorf("%d groups, %v", len(f.groups), err)
	}
}

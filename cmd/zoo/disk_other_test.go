//go:build !linux

package main

import "testing"

func smallDisk(t *testing.T) string {
	t.Skip("ZOO_SMALL_DISK names no small file system")
	return ""
}

//go:build !unix

package main

import "os"

// hangups tells of nothing: the system has no SIGHUP.
func hangups() (again <-chan os.Signal, stop func()) { return nil, func() {} }

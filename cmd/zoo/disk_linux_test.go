package main

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// smallDisk returns an empty file system of 64 kB for this process, or runs
// the test again in a process of its own that can mount one, and returns "".
func smallDisk(t *testing.T) string {
	dir := os.Getenv(mounted)
	if dir != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), mounted+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	switch {
	case len(out) == 0 && err != nil:
		t.Skipf("no file system can be mounted here: %v", err)
	case err != nil:
		t.Errorf("%v:\n%s", err, out)
	default:
		t.Logf("in a process of its own:\n%s", out)
	}
	return ""
}

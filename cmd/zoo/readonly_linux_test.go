package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// bound starts zoo as a process that permissions bind, also where this one is
// root.
func bound(t *testing.T, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		if os.Getuid() == 0 {
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, unix.CAP_DAC_OVERRIDE, 0, 0, 0); err != nil {
				t.Errorf("dropping a capability: %v", err)
				return
			}
		}
		cmd, stdout, stderr = process(t, args...)
	}()
	<-done
	if cmd == nil {
		t.FailNow()
	}
	return cmd, stdout, stderr
}

// A directory that becomes read-only stops the run with a message that says
// where and what to do; nothing that was written before is lost.
func TestReadOnlyWhileTraining(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	f := small(t)
	f.recipe = write(t, "long.json", recipeJSON(60))
	want, _ := doneSHA(t, runZoo(f.train(filepath.Join(t.TempDir(), "undisturbed"), "--json")...))
	out := filepath.Join(t.TempDir(), "out")
	for _, dir := range []string{filepath.Join(out, checkpointDir), out} {
		cmd, stdout, stderr := bound(t, f.train(out, "--resume", "--checkpoint-every", "1ms")...)
		await(t, out, cmd.Process)
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if code, said := cmd.ProcessState.ExitCode(), stderr.String(); code != 1 || stdout.Len() > 0 ||
			!strings.Contains(said, "permission denied") || !strings.Contains(said, dir) || !strings.Contains(said, "--resume") {
			t.Errorf("%s read-only: exit code %d: %s%s", dir, code, stdout, said)
		}
		if step := checkpointStep(t, out); step == 0 {
			t.Errorf("%s read-only: the checkpoint is lost", dir)
		}
	}
	if sha, _ := doneSHA(t, runZoo(f.train(out, "--json", "--resume")...)); sha != want {
		t.Error("other weights than an undisturbed run")
	}
	checkLog(t, out, 60)
}

// Nothing can be begun, or exported, where nothing may be written.
func TestReadOnlyFromTheStart(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"train", "mlp-line", "--steps", "1", "--out", dir},
		{"train", "mlp-line", "--steps", "1", "--out", filepath.Join(dir, "new")},
		{"export", "mlp-line", "--out", filepath.Join(dir, "x.safetensors")},
	} {
		cmd, stdout, stderr := bound(t, args...)
		cmd.Wait()
		if code, said := cmd.ProcessState.ExitCode(), stderr.String(); code != 1 || !strings.Contains(said, dir) || !strings.Contains(said, "permission denied") || stdout.Len() > 0 {
			t.Errorf("%v: exit code %d: %s%s", args, code, stdout, said)
		}
	}
}

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
)

// process starts the command zoo as a process of its own.
func process(t *testing.T, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stdout, stderr
}

// crashKills is how often TestKillAndResume kills; ZOO_KILLS overrides it.
const crashKills = 10

// TestKillAndResume kills a training that writes a checkpoint as often as it
// can, with signals and at moments drawn at random, resumes it each time, and
// compares the end with that of an undisturbed run.
func TestKillAndResume(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	kills := crashKills
	if text := os.Getenv("ZOO_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	f := small(t)
	f.recipe = write(t, "long.json", recipe(20*kills))
	dir := t.TempDir()
	want, epochs := doneSHA(t, runZoo(f.train(filepath.Join(dir, "undisturbed"), "--json")...))
	out := filepath.Join(dir, "killed")
	checkpoint := filepath.Join(out, checkpointDir, train.CheckpointFile)
	random := ops.Stream(1, "kills", 0)
	killed, said := 0, 0
	for killed < kills {
		before, _ := os.Stat(checkpoint)
		cmd, _, stderr := process(t, f.train(out, "--resume", "--checkpoint-every", "1ms")...)
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		// Every fourth time at any moment from the start on; else in the midst
		// of training, which a new checkpoint shows.
		for deadline := time.Now().Add(20 * time.Second); killed%4 > 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			if now, err := os.Stat(checkpoint); err == nil && (before == nil || !now.ModTime().Equal(before.ModTime())) {
				break
			}
		}
		time.Sleep(time.Duration(random.IntN(60_000)) * time.Microsecond)
		signal := []os.Signal{os.Kill, os.Kill, os.Interrupt, os.Kill, os.Kill, syscall.SIGTERM}[killed%6]
		cmd.Process.Signal(signal)
		err := <-ended
		if err == nil {
			break // it got to its end first
		}
		killed++
		if signal == os.Kill {
			continue
		}
		// A signal before the handler is set kills at once.
		if code := cmd.ProcessState.ExitCode(); code == 1 && strings.Contains(stderr.String(), "interrupted") {
			said++
		} else if code != -1 || stderr.Len() > 0 {
			t.Errorf("%v: exit code %d: %s", signal, code, stderr)
		}
	}
	got, _ := doneSHA(t, runZoo(f.train(out, "--resume", "--json")...))
	if got != want {
		t.Errorf("after %d kills the weights are %s, of an undisturbed run %s", killed, got, want)
	}
	checkLog(t, out, strings.Count(epochs, "\n"))
	t.Logf("killed %d times, %d of them with a message", killed, said)
	if killed < kills/2 {
		t.Errorf("killed only %d times: the training is too short", killed)
	}
}

// A lock does not outlive its process, and holds while that lives.
func TestSecondProcessIsRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	f := small(t)
	f.recipe = write(t, "endless.json", recipe(100000))
	out := filepath.Join(t.TempDir(), "out")
	first, _, _ := process(t, f.train(out, "--checkpoint-every", "1ms")...)
	checkpoint := filepath.Join(out, checkpointDir, train.CheckpointFile)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(checkpoint); err == nil {
			break
		}
		if time.Now().After(deadline) {
			first.Process.Kill()
			t.Fatal("the first run writes no checkpoint")
		}
	}
	second, stdout, stderr := process(t, f.train(out, "--resume")...)
	second.Wait()
	if code := second.ProcessState.ExitCode(); code != 1 || !strings.Contains(stderr.String(), "in use by another run") || stdout.Len() > 0 {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	first.Process.Kill()
	if first.Wait() == nil {
		t.Fatal("the first run was not killed")
	}
	must(t, runZoo(f.train(out, "--resume", "--steps", "1")...)) // it is further than that already
}

// TestFullDisk needs a file system of about 40 kB that it may fill:
//
//	mount -t tmpfs -o size=40k tmpfs /mnt/small && ZOO_SMALL_DISK=/mnt/small go test ./cmd/zoo -run FullDisk
//
// Wherever the disk runs full, the run says so, and goes on once there is room.
func TestFullDisk(t *testing.T) {
	disk := os.Getenv("ZOO_SMALL_DISK")
	if disk == "" {
		t.Skip("ZOO_SMALL_DISK names no small file system")
	}
	f := small(t)
	out, filler := filepath.Join(disk, "out"), filepath.Join(disk, "filler")
	failed := 0
	for kilobytes := 0; kilobytes < 40; kilobytes += 2 {
		if err := errors.Join(os.RemoveAll(out), os.WriteFile(filler, make([]byte, kilobytes<<10), 0o644)); err != nil {
			t.Fatal(err)
		}
		o := runZoo(f.train(out, "--checkpoint-every", "1ms")...)
		if o.code != 0 {
			failed++
			if !strings.Contains(o.stderr, "no space left on device") || !strings.Contains(o.stderr, "--resume") {
				t.Errorf("%d kB taken: %+v", kilobytes, o)
			}
		}
		// The room that is made is on another disk.
		roomy := filepath.Join(t.TempDir(), "out")
		if err := os.CopyFS(roomy, os.DirFS(out)); err != nil {
			t.Fatal(err)
		}
		if sha, _ := doneSHA(t, runZoo(f.train(roomy, "--json", "--resume")...)); sha != f.sha {
			t.Errorf("%d kB taken: after going on the weights are others", kilobytes)
		}
		checkLog(t, roomy, 3)
	}
	if failed == 0 {
		t.Errorf("%s was never full", disk)
	}
}

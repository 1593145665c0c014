package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
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

// checkpointStep reads the checkpoint in a training directory, as a run that
// resumes does, and returns the step it was written after; 0 where there is
// none.
func checkpointStep(t *testing.T, out string) int {
	t.Helper()
	path := filepath.Join(out, checkpointDir, train.CheckpointFile)
	f, err := weights.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	var state struct{ Step int }
	if err == nil {
		err = json.Unmarshal([]byte(f.Metadata()["state"]), &state)
	}
	if err != nil {
		t.Fatalf("an unreadable checkpoint: %v", err)
	}
	return state.Step
}

// unfinished lists the checkpoints that were being written.
func unfinished(out string) []string {
	list, _ := filepath.Glob(filepath.Join(out, checkpointDir, "."+train.CheckpointFile+".*.tmp"))
	return list
}

// TestKillAndResume kills a training that writes a checkpoint as often as it
// can, with signals and at moments drawn at random, among them the moment in
// which a checkpoint is being written, resumes it each time, and compares the
// end with that of an undisturbed run. After each kill the checkpoint is whole
// and no older than the one before, and the run goes on from it.
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
	f.recipe = write(t, "long.json", recipeJSON(20*kills))
	dir := t.TempDir()
	want, epochs := doneSHA(t, runZoo(f.train(filepath.Join(dir, "undisturbed"), "--json")...))
	out := filepath.Join(dir, "killed")
	checkpoint := filepath.Join(out, checkpointDir, train.CheckpointFile)
	random := ops.Stream(1, "kills", 0)
	killed, said, torn, step := 0, 0, 0, 0
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
		// Every third time in the midst of a checkpoint's write.
		for deadline := time.Now().Add(time.Second); killed%3 == 1 && len(unfinished(out)) == 0 && time.Now().Before(deadline); {
		}
		signal := []os.Signal{os.Kill, os.Kill, os.Interrupt, os.Kill, os.Kill, syscall.SIGTERM}[killed%6]
		// More than once where the process was started with SIGINT ignored, as
		// shells do in the background, and has not asked for it yet.
		err, over := error(nil), false
		for !over {
			cmd.Process.Signal(signal)
			select {
			case err = <-ended:
				over = true
			case <-time.After(3 * time.Second):
			}
		}
		if err == nil || finished(out) {
			break // it got to its end first
		}
		killed++
		now := checkpointStep(t, out)
		if now < step {
			t.Errorf("the checkpoint is of step %d, an earlier one was of step %d", now, step)
		}
		if resumed := fmt.Sprintf("resuming after step %d,", step); step > 0 && strings.Contains(stderr.String(), "resuming after") && !strings.Contains(stderr.String(), resumed) {
			t.Errorf("want %q: %s", resumed, stderr)
		}
		step = now
		if len(unfinished(out)) > 0 {
			torn++
		}
		if signal == os.Kill {
			continue
		}
		// A signal before the handler is set kills at once.
		if code := cmd.ProcessState.ExitCode(); code == 1 && strings.Contains(stderr.String(), "go on by the same command with --resume") {
			said++
		} else if code != -1 || strings.Contains(stderr.String(), "interrupted") {
			t.Errorf("%v: exit code %d: %s", signal, code, stderr)
		}
	}
	got := ""
	if _, err := os.Stat(checkpoint); err == nil || !finished(out) {
		got, _ = doneSHA(t, runZoo(f.train(out, "--resume", "--json")...))
	} else if m, err := zoo.OpenModel(out); err != nil {
		t.Fatal(err)
	} else if got, err = m.SHA256(); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("after %d kills the weights are %s, of an undisturbed run %s", killed, got, want)
	}
	checkLog(t, out, strings.Count(epochs, "\n"))
	if left := unfinished(out); len(left) > 0 {
		t.Errorf("unfinished checkpoints are left: %q", left)
	}
	t.Logf("killed %d times: %d by signals that were answered by a message, %d while a checkpoint was being written; resumed from step %d at last", killed, said, torn, step)
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
	f.recipe = write(t, "endless.json", recipeJSON(100000))
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

// TestFullDisk fills a file system of about 64 kB, which it mounts for itself
// where Linux lets it, or which ZOO_SMALL_DISK names:
//
//	mount -t tmpfs -o size=64k tmpfs /mnt/small && ZOO_SMALL_DISK=/mnt/small go test ./cmd/zoo -run FullDisk
//
// Wherever the disk runs full, the run says so, and goes on once there is room.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("trains often")
	}
	disk := os.Getenv("ZOO_SMALL_DISK")
	if disk == "" {
		if disk = smallDisk(t); disk == "" {
			return
		}
	}
	f := small(t)
	out, filler := filepath.Join(disk, "out"), filepath.Join(disk, "filler")
	failed := 0
	for kilobytes := 0; kilobytes < 64; kilobytes += 4 {
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
		if _, err := os.Stat(out); err != nil && o.code != 0 { // a run that failed before its first step
			continue
		}
		if err := os.CopyFS(roomy, os.DirFS(out)); err != nil {
			t.Fatal(err)
		}
		if sha, _ := doneSHA(t, runZoo(f.train(roomy, "--json", "--resume")...)); sha != f.sha {
			t.Errorf("%d kB taken: after going on the weights are others", kilobytes)
		}
		checkLog(t, roomy, 3)
	}
	t.Logf("the disk was full in %d runs of 16, each at another point", failed)
	if failed == 0 {
		t.Errorf("%s was never full", disk)
	}
}

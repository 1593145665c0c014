package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/train"
)

// await waits for the first checkpoint of a run.
func await(t *testing.T, out string, process *os.Process) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(out, checkpointDir, train.CheckpointFile)); err == nil {
			return
		}
		if time.Now().After(deadline) {
			process.Kill()
			t.Fatal("the run writes no checkpoint")
		}
	}
}

// SIGINT and SIGTERM write a checkpoint of the step under way and say how to
// go on; the lock is free at once, and the end is that of an undisturbed run.
func TestSignalsSayHowToGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	f := small(t)
	f.recipe = write(t, "long.json", recipeJSON(100))
	want, _ := doneSHA(t, runZoo(f.train(filepath.Join(t.TempDir(), "undisturbed"), "--json")...))
	out := filepath.Join(t.TempDir(), "out")
	step := 0
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		// The first checkpoint is written early; what follows is kept by the
		// signal alone.
		cmd, stdout, stderr := process(t, f.train(out, "--resume", "--checkpoint-every", "1ms")...)
		for await(t, out, cmd.Process); checkpointStep(t, out) <= step; time.Sleep(time.Millisecond) {
		}
		cmd.Process.Signal(signal) // the handler has long been set
		cmd.Wait()
		last := strings.TrimSuffix(stderr.String(), "\n")
		last = last[strings.LastIndex(last, "\n")+1:]
		const advice = ": go on by the same command with --resume"
		if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.HasSuffix(last, "interrupted; a checkpoint is in "+out+advice) || stdout.Len() > 0 {
			t.Errorf("%v: exit code %d: %s%s", signal, code, stdout, stderr)
		}
		now := checkpointStep(t, out)
		if now <= step || len(unfinished(out)) > 0 {
			t.Errorf("%v: the checkpoint is of step %d after one of step %d; unfinished: %q", signal, now, step, unfinished(out))
		}
		step = now
	}
	if sha, _ := doneSHA(t, runZoo(f.train(out, "--json", "--resume")...)); sha != want {
		t.Error("other weights than an undisturbed run")
	}
}

// A run goes on in the very moment in which its predecessor is killed, though
// the kernel may not yet have taken the lock from that.
func TestResumeWhileDying(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	f := small(t)
	f.recipe = write(t, "endless.json", recipeJSON(100000))
	out := filepath.Join(t.TempDir(), "out")
	for range 5 {
		first, _, _ := process(t, f.train(out, "--resume", "--checkpoint-every", "1ms")...)
		await(t, out, first.Process)
		time.Sleep(20 * time.Millisecond)
		first.Process.Kill()
		must(t, runZoo(f.train(out, "--resume", "--steps", "1")...)) // not waiting for the first
		first.Wait()
	}
}

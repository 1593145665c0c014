package train

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
)

// killDir names the directory in which a process started by TestSIGKILL trains.
const killDir = "ZOO_TRAIN_KILL_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		c := killConfig(dir)
		c.Recorders = []Recorder{recorderFunc(func(e Event) error {
			if e.Kind == KindStart {
				fmt.Println("training") // loaded, and about to begin
			}
			return nil
		})}
		if _, _, err := fitBag(context.Background(), c, nil); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func killConfig(dir string) Config {
	return Config{
		Epochs: 40, Optimizer: Adam{LearningRate: 0.01}, Monitor: Monitor{Metric: "loss"}, KeepBest: true,
		Average: Average{Kind: UniformAverage}, Dir: dir, CheckpointEvery: stepTime, Resume: true,
	}
}

// TestSIGKILL kills a process that writes a checkpoint each step, at moments
// drawn at random, until one gets to its end.
func TestSIGKILL(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	c := killConfig("")
	c.Resume = false
	want, wantRes, err := fitBag(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	kills := 0
	for ; kills < 12; kills++ {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), killDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		out.Read(make([]byte, 1))
		time.Sleep(time.Duration(ops.Stream(1, "kill", uint64(kills)).IntN(40)) * time.Millisecond)
		cmd.Process.Kill()
		if cmd.Wait() == nil {
			break
		}
		if data, err := os.ReadFile(filepath.Join(dir, CheckpointFile)); err == nil {
			if _, _, _, err := parseCheckpoint(data); err != nil {
				t.Fatalf("after %d kills: %v", kills+1, err)
			}
		}
	}
	m, res, err := fitBag(context.Background(), killConfig(dir), nil)
	if err != nil {
		t.Fatalf("after %d kills: %v", kills, err)
	}
	same(t, fmt.Sprintf("%d kills", kills), m, want, res, wantRes)
	t.Logf("killed %d times", kills)
}

package fit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
)

// What a mean is said to answer on a part is what the trained mean answers there.
func TestMeanAnswersAsItsMembers(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(4, 4))
	rows := []string{"text,label"}
	for i := range 150 {
		k := rng.IntN(3)
		rows = append(rows, fmt.Sprintf("%s and %s on day %d,%c", []string{"red", "green", "blue"}[k], []string{"cat", "dog", "cow"}[rng.IntN(3)], i, 'a'+(k+rng.IntN(5)/4)%3))
	}
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	data, err := zoo.OpenTexts(path, zoo.TextsConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(ctx, &zoo.Zoo{Families: zoo.Families()}, data, Config{Time: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	joined := s.tries[len(s.tries)-1]
	if len(joined.members) != 2 || !joined.whole || !strings.HasPrefix(joined.Name, "mean of ") {
		t.Fatalf("the last candidate is %q of %d members", joined.Name, len(joined.members))
	}
	for part := range s.parts {
		said := s.mean(joined, part)
		members := joined.members
		joined.members = nil // train it as a candidate of its own
		made, err := s.train(ctx, joined, part)
		joined.members = members
		if err != nil {
			t.Fatal(err)
		}
		for row := range s.parts[part].rows {
			if made.Answers[row] != said.Answers[row] {
				t.Errorf("part %d, row %d: answer %d, said %d", part, row, made.Answers[row], said.Answers[row])
			}
			for k := range s.corpus.Classes {
				if d := made.probability(row, k, 3) - said.probability(row, k, 3); d > 1e-6 || d < -1e-6 {
					t.Errorf("part %d, row %d, class %d: off by %v", part, row, k, d)
				}
			}
		}
	}
}

package tokenize

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func source(texts []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, text := range texts {
			if !yield(text, nil) {
				return
			}
		}
	}
}

// checkGoroutines fails the test if it leaves goroutines behind.
func checkGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 100 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
	})
}

func TestMapKeepsTheOrder(t *testing.T) {
	checkGoroutines(t)
	tok := New(Config{Lower: true})
	texts := madeUp(300)
	texts[7], texts[100] = "", strings.Repeat("slow text ", 20_000)
	for _, n := range []int{0, 1, 7, 8, 9, 17, len(texts)} {
		for _, workers := range []int{-1, 0, 1, 2, 5} {
			seq := tok.Map(context.Background(), source(texts[:n]), workers)
			for range 2 { // twice: it can be ranged over again
				i := 0
				for tokens, err := range seq {
					if err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(tokens, tok.Tokens(texts[i])) {
						t.Fatalf("%d texts, %d workers: text %d differs", n, workers, i)
					}
					i++
				}
				if i != n {
					t.Fatalf("%d texts, %d workers: %d results", n, workers, i)
				}
			}
		}
	}
}

func TestMapStopsOnAnError(t *testing.T) {
	checkGoroutines(t)
	broken := errors.New("broken")
	for _, n := range []int{0, 3, 40} {
		texts := func(yield func(string, error) bool) {
			for i := range n {
				if !yield(fmt.Sprint(i), nil) {
					return
				}
			}
			if yield("", broken) {
				t.Error("went on after the error")
			}
		}
		got := 0
		var last error
		for tokens, err := range New(Config{}).Map(context.Background(), texts, 2) {
			if last != nil {
				t.Fatal("a result after the error")
			}
			if last = err; err == nil && !slices.Equal(tokens, []string{fmt.Sprint(got)}) {
				t.Fatalf("result %d is %q", got, tokens)
			} else if err == nil {
				got++
			}
		}
		if got != n || !errors.Is(last, broken) || !strings.HasPrefix(last.Error(), fmt.Sprintf("tokenize: text %d: ", n)) {
			t.Errorf("%d results, then %v, want %d, then broken", got, last, n)
		}
	}
}

func TestMapStopsWithTheContext(t *testing.T) {
	checkGoroutines(t)
	endless := func(yield func(string, error) bool) {
		for yield("one more text", nil) {
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var last error
	for _, err := range New(Config{}).Map(ctx, endless, 2) {
		if last = err; err != nil {
			continue // to see whether anything follows
		}
		if n++; n == 20 {
			cancel()
		}
	}
	if n != 20 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d results, then %v; want 20 and %v", n, last, context.Canceled)
	}
	n = 0
	for _, err := range New(Config{}).Map(ctx, endless, 2) {
		if n++; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d results on a context that had ended", n)
	}
}

func TestMapStopsWithTheConsumer(t *testing.T) {
	checkGoroutines(t)
	for _, n := range []int{1, 2, 16, 17, 30} {
		stopped := false
		texts := func(yield func(string, error) bool) {
			defer func() { stopped = true }()
			for yield("one more text", nil) {
			}
		}
		got := 0
		for range New(Config{}).Map(context.Background(), texts, 2) {
			if got++; got == n {
				break
			}
		}
		if !stopped {
			t.Error("the source goes on")
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("the panic is gone")
		}
	}()
	for range New(Config{}).Map(context.Background(), source(madeUp(50)), 2) {
		panic("consumer")
	}
}

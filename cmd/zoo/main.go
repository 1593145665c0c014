// Command zoo trains, measures and runs the models of the zoo.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/pretrained/minilm"
)

func main() { command(standard()) }

// standard is the zoo with the pretrained models that this program carries.
func standard() *zoo.Zoo {
	z := zoo.Default()
	z.Models = append(z.Models, zoo.MiniLM(minilm.Files()))
	return z
}

// command runs the command line of the process on the models of a zoo, and
// ends it.
func command(z *zoo.Zoo) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := run(ctx, z, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	os.Exit(report(err, os.Stderr))
}

// run executes one command line on the models of a zoo.
func run(ctx context.Context, z *zoo.Zoo, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if err := kernel.Init(); err != nil {
		return fmt.Errorf("%w: %w", err, zoo.ErrUsage)
	}
	root := newRoot(z)
	root.SetArgs(negatives(args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	addBuiltins(root)
	return root.ExecuteContext(ctx)
}

// report prints an error and returns the exit code: 1 for failures, 2 for
// wrong usage.
func report(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, syscall.EPIPE):
		return 1 // nobody reads: nobody to tell
	case errors.Is(err, zoo.ErrUsage):
		fmt.Fprintf(stderr, "%s\n", message(err))
		return 2
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "zoo: interrupted")
		return 1
	}
	fmt.Fprintf(stderr, "%s\n", message(err))
	return 1
}

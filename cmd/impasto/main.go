// Command impasto repaints a photograph in the manner of a painting by neural style transfer.
//
// Results go to standard output, progress and notes to standard error. The exit status is 0 where all
// was done, 1 where the work failed, 2 where the command line was wrong, and 130 where it was
// interrupted and what was done is saved.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// garbagePercent bounds what the heap holds beyond what is used. It holds few pictures, some of them of
// hundreds of megabytes: collecting them takes no time, and what is not collected counts against --memory.
const garbagePercent = 10

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends the work in good order; from then on signals have their usual effect, so
	// that a second one ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Command impasto repaints a photograph in the manner of a painting by neural style transfer.
//
// Results go to standard output, progress and notes to standard error. The exit status is 0 on success,
// 1 if the work failed, 2 if the command line was wrong, and 130 if the program was interrupted, in which
// case the work done so far is saved.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// garbagePercent bounds the garbage on the heap. The heap holds few objects, some of them of hundreds of
// megabytes: collecting them takes no time, and garbage counts against --memory.
const garbagePercent = 10

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends the work cleanly; after it signals have their usual effect, so a second one
	// ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

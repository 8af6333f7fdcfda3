package canvas

import (
	"fmt"
	"runtime"
	"sync"
)

// inParallel calls work on ranges [lo, hi) that cover [0, n), on as many goroutines as the
// process may run at once. What work computes for one index must not depend on the range
// that it is in. A panic in work becomes an error, so that a goroutine started for a
// hostile file cannot end the program.
func inParallel(n int, work func(lo, hi int)) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			errs[i] = guard(func() error {
				work(i*n/workers, (i+1)*n/workers)
				return nil
			})
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// guard runs f and returns its error; a panic in f becomes an error. It guards the
// boundary to decoders, whose input is not trusted.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the decoder failed: %v", r)
		}
	}()
	return f()
}

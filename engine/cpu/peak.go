package cpu

import (
	"sync"
	"time"
)

// Peak measures the peak number of float32 operations per second of the processor, with an
// instruction set on a number of threads; a multiply-add counts as two. It takes about 50 ms.
func Peak(o Options) (float64, error) {
	dev, err := New(o)
	if err != nil {
		return 0, err
	}
	defer dev.Close()
	const (
		rounds  = 4000 // some ten microseconds
		lasting = 50 * time.Millisecond
	)
	kernels, best := dev.(*device).kernels, make([]float64, dev.Threads())
	var wg sync.WaitGroup
	for i := range best {
		wg.Go(func() {
			for end := time.Now().Add(lasting); time.Now().Before(end); {
				began := time.Now()
				operations := kernels.peak(rounds)
				best[i] = max(best[i], operations/time.Since(began).Seconds())
			}
		})
	}
	wg.Wait()
	sum := 0.0
	for _, b := range best {
		sum += b
	}
	return sum, nil
}

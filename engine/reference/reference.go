// Package reference defines every operation of an engine.Device by naive loops, in float32 and in
// float64. Fast devices are tested against it; it is only meant for tests.
//
// It checks what memory would permit. It tracks which row each slot of a map holds, and panics if an
// operation reads a row that was never written, that has left the window, or that another buffer has since
// overwritten in the arena; if a reduction sees rows twice or out of order; and if an
// operation writes what it reads. A plan of bands and lifetimes that runs here is correct.
package reference

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/impasto/impasto/engine"
)

// number is the type in which a device stores and computes.
type number interface{ float32 | float64 }

// device implements engine.Device. Sums over channels run in T, reductions in float64, element-wise
// operations in float64 with one rounding to T.
type device[T number] struct {
	name string
	book book
}

// New32 returns the device that stores and computes in float32.
func New32() engine.Device { return &device[float32]{name: "reference32"} }

// New64 returns the device that stores and computes in float64. Parameters and host memory are float32,
// as on every device; Float64 and related functions give access to the full precision.
func New64() engine.Device { return &device[float64]{name: "reference64"} }

func (d *device[T]) Name() string                      { return d.name }
func (d *device[T]) Threads() int                      { return runtime.GOMAXPROCS(0) }
func (d *device[T]) WorkspaceBytes(channels int) int64 { return 0 }
func (d *device[T]) Close() error                      { return nil }

// Costs returns those of package engine/cpu, so that predictions in tests are those of a real device.
func (d *device[T]) Costs() engine.Costs {
	return engine.Costs{
		Positions: 256,
		Coupling:  [...]float64{engine.ExactCoupling: 76, engine.TruncatedCoupling: 103},
	}
}

func (d *device[T]) Mark() (engine.Mark, error) { return time.Now(), nil }

func (d *device[T]) Between(from, to engine.Mark) (time.Duration, error) {
	return to.(time.Time).Sub(from.(time.Time)), nil
}

// begin opens an operation: one at a time.
func (d *device[T]) begin() {
	d.book.mu.Lock()
	d.book.touched = d.book.touched[:0]
}

func (d *device[T]) end() { d.book.mu.Unlock() }

// must panics if a caller violates the contract of package engine.
func must(ok bool, format string, args ...any) {
	if !ok {
		panic("engine/reference: " + fmt.Sprintf(format, args...))
	}
}

// parallel calls do for every i < n. The calls must write to separate places, so their order does not matter.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
}

package cpu

import (
	"sync/atomic"
	"time"
)

// job is a loop whose iterations are independent. It lives as long as the device, so starting one
// allocates nothing; its operands are in the device's state.
type job func(worker, index int)

// crew runs jobs on a fixed number of goroutines, including the caller's. Iterations are taken one by
// one from a counter, so a slow core takes fewer of them.
type crew struct {
	size    int
	current atomic.Pointer[job]
	limit   atomic.Int64
	// ticket is the number of the run (high half) and of the next iteration (low half) in one word: an
	// iteration is taken by compare-and-swap, so a worker that wakes late takes none of a later run.
	ticket  atomic.Uint64
	done    atomic.Int64
	waiting atomic.Bool
	ready   chan struct{} // the last iteration is done, and the caller sleeps
	workers []sleeper
	closed  atomic.Bool
}

type sleeper struct {
	asleep atomic.Bool
	wake   chan struct{}
	_      [48]byte // separate cache lines
}

// spinTime is how long a worker looks for more work before it sleeps. Waking a sleeping thread takes
// 5 to 50 microseconds, about as long as an operation on a small map (BenchmarkVGG19/128).
const spinTime = 50 * time.Microsecond

// exhausted is the ticket's low half, and its value when no iteration is left.
const exhausted = 1<<32 - 1

func newCrew(size int) *crew {
	c := &crew{size: size, ready: make(chan struct{}, 1), workers: make([]sleeper, size)}
	for w := 1; w < size; w++ {
		c.workers[w].wake = make(chan struct{}, 1)
		go c.work(w)
	}
	return c
}

// run calls f for every index below n and returns when all calls have.
func (c *crew) run(f *job, n int) {
	if c.size == 1 || n == 1 {
		for i := range n {
			(*f)(0, i)
		}
		return
	}
	if n == 0 {
		return
	}
	next := (c.ticket.Load()>>32 + 1) << 32
	c.ticket.Store(next | exhausted) // no worker takes an iteration of the last run with the loop of this one
	c.current.Store(f)
	c.limit.Store(int64(n))
	c.done.Store(0)
	c.ticket.Store(next)
	for w := 1; w < min(c.size, n); w++ {
		c.rouse(w)
	}
	c.take(0)
	c.await(int64(n))
}

func (c *crew) rouse(w int) {
	if s := &c.workers[w]; s.asleep.CompareAndSwap(true, false) {
		s.wake <- struct{}{}
	}
}

// take runs iterations until none is left.
func (c *crew) take(worker int) {
	for {
		t := c.ticket.Load()
		f, n := c.current.Load(), c.limit.Load()
		if int64(t&exhausted) >= n {
			return
		}
		if !c.ticket.CompareAndSwap(t, t+1) {
			continue
		}
		(*f)(worker, int(t&exhausted))
		if c.done.Add(1) == n && c.waiting.CompareAndSwap(true, false) {
			c.ready <- struct{}{}
		}
	}
}

// await returns when n iterations are done. A slow worker may still signal the end of an
// earlier run, so the count decides.
func (c *crew) await(n int64) {
	for c.done.Load() != n {
		for range spins {
			if c.done.Load() == n {
				return
			}
		}
		c.waiting.Store(true)
		if c.done.Load() == n && c.waiting.CompareAndSwap(true, false) {
			return
		}
		<-c.ready
	}
}

// spins is the number of times a thread polls before it checks the time or sleeps: a few microseconds.
const spins = 2000

// work is the loop of a worker.
func (c *crew) work(w int) {
	s := &c.workers[w]
	for !c.closed.Load() {
		c.take(w)
		if c.spin() {
			continue
		}
		s.asleep.Store(true)
		if c.open() && s.asleep.CompareAndSwap(true, false) {
			continue
		}
		<-s.wake
	}
}

// open reports whether there are iterations to take.
func (c *crew) open() bool {
	return c.closed.Load() || int64(c.ticket.Load()&exhausted) < c.limit.Load()
}

// spin looks for work for a while and reports whether it found some.
func (c *crew) spin() bool {
	for start := time.Now(); time.Since(start) < spinTime; {
		for range spins {
			if c.open() {
				return true
			}
		}
	}
	return false
}

func (c *crew) close() {
	c.closed.Store(true)
	for w := 1; w < c.size; w++ {
		c.rouse(w)
	}
}

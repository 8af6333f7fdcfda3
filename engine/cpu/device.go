// Package cpu is the engine's device on the host's processor: Winograd convolutions on blocks of 16
// channels, with kernels in assembly (AVX-512, AVX2, NEON) and in plain Go, on a fixed number of
// threads. The same buffers give the same bits whatever the number of threads.
package cpu

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"github.com/impasto/impasto/engine"
)

// Options choose how a device computes. The zero value is every thread and the best instruction set.
type Options struct {
	// Threads is how many threads work at once; 0 means runtime.GOMAXPROCS(0).
	Threads int
	// ISA names the instruction set, one of ISAs(); "" means the best one.
	ISA string
}

// device implements engine.Device.
type device struct {
	mu      sync.Mutex // one operation at a time
	kernels *kernels
	crew    *crew
	jobs    jobs
	scratch scratch
	owned   [][]byte // parameters, outside the Go heap
	spaces  []workspace
	// partials are the sums of pieces of the reduction in progress.
	partials []float64
	// schedule, where not nil, replaces newSchedule: tests try all kinds.
	schedule func(f *filters, tiles int) schedule
	// rawAbove is the number of channels, read plus written, above which a convolution keeps its weights as
	// they are, too.
	rawAbove int

	// The operation in progress, in fields so that its jobs need no closures.
	building  building
	conv      convolving
	border    border
	stem      stemming
	rowwise   rowwise
	reduction reduction
	reading   *momentSums
	setting   setting
	affine    affineRun
	distance  momentDistance
	elements  elementwise
	variation variationRun
	matMul    matMul
}

// jobs are the loops that the crew runs, made once.
type jobs struct {
	build                                  job
	convBlock, convInput, convMul, convOut job
	convAfresh                             job
	border                                 job
	stemForward, stemBackward              job
	rowwise                                job
	moments, foldMoments, readMoments      job
	distance, momentDistance               job
	setAffine, affine                      job
	elements                               job
	variation                              job
	packRight, matMul                      job
}

// New returns a device with the given options. It fails where the processor or the build lacks the
// instruction set asked for.
func New(o Options) (engine.Device, error) {
	if o.Threads < 0 {
		return nil, fmt.Errorf("starting the CPU engine: %d threads; use 1 or more, or 0 for all", o.Threads)
	}
	k, err := choose(o.ISA)
	if err != nil {
		return nil, err
	}
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	d := &device{kernels: k, crew: newCrew(o.Threads), spaces: make([]workspace, o.Threads), rawAbove: afreshChannels}
	d.jobs = jobs{
		build:     d.build,
		convBlock: d.convBlock, convInput: d.convInput, convMul: d.convMultiply, convOut: d.convOutput,
		convAfresh:  d.convAfresh,
		border:      d.borderPanel,
		stemForward: d.stemForwardRows, stemBackward: d.stemBackwardRows,
		rowwise: d.rowwiseRow,
		moments: d.momentsPiece, foldMoments: d.foldMoments, readMoments: d.readMoments,
		distance: d.distancePiece, momentDistance: d.momentDistanceBlock,
		setAffine: d.setAffine, affine: d.affineRows,
		elements:  d.elementsPiece,
		variation: d.variationRow,
		packRight: d.packRight, matMul: d.matMulGroup,
	}
	return d, nil
}

// Name returns the instruction set: "avx512", "avx2", "neon" or "portable".
func (d *device) Name() string { return d.kernels.name }

// Threads returns how many threads work at once.
func (d *device) Threads() int { return d.crew.size }

// WorkspaceBytes returns what the device keeps for operations on maps of up to the given number of
// channels: the tiles of one shared block, or those of a block a thread, and the memory for borders.
func (d *device) WorkspaceBytes(channels int) int64 {
	perTile := int64(frequencies * 4 * (lanes*blocksOf(channels) + panel*panelsOf(channels)))
	local := int64(localBytes + 2*frequencies*lanes*4)
	threads := int64(d.crew.size)
	return max(sharedTiles*perTile, threads*local, afreshTiles*perTile+threads*afreshSize*4,
		partialBytes+threads*int64(blocksOf(channels)*totalsLength*4)) +
		threads*int64(unsafe.Sizeof(workspace{}))
}

// Close stops the threads and frees the parameters.
func (d *device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.crew.close()
	var first error
	for _, memory := range append(d.owned, d.scratch.memory) {
		if memory == nil {
			continue
		}
		if err := giveBackMemory(memory); err != nil && first == nil {
			first = err
		}
	}
	d.owned, d.scratch = nil, scratch{}
	return first
}

// keep returns zeroed memory that lives as long as the device.
func (d *device) keep(n int) []float32 {
	memory := mustTake(n)
	d.owned = append(d.owned, memory)
	return place[float32](memory, 0, n)
}

func mustTake(n int) []byte {
	memory, err := takeMemory(engine.Align(max(int64(n)*4, 1)))
	if err != nil {
		panic(fmt.Errorf("cpu: taking %d MiB of memory: %w", n>>18, err))
	}
	return memory
}

// scratch is memory for the operation in progress, kept from one to the next.
type scratch struct {
	memory []byte
	data   []float32
	rest   []float32
}

// begin makes n numbers available to take.
func (s *scratch) begin(n int) {
	if n > len(s.data) {
		if s.memory != nil {
			_ = giveBackMemory(s.memory) // it was mapped by us: cannot fail
		}
		s.memory = mustTake(n)
		s.data = place[float32](s.memory, 0, len(s.memory)/4)
	}
	s.rest = s.data
}

// take returns n numbers, whose values are whatever the last operation left. They start on a cache line.
func (s *scratch) take(n int) []float32 {
	t := s.rest[:n:n]
	s.rest = s.rest[padLine(n):]
	return t
}

// padLine rounds up to whole cache lines.
func padLine(n int) int { return (n + lanes - 1) / lanes * lanes }

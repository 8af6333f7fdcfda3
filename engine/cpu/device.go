// Package cpu is the engine's device for the host's processor: Winograd convolutions on blocks of 16
// channels, with kernels in assembly (AVX-512, AVX2, NEON) and in plain Go, on a fixed number of
// threads. The same buffers give the same bits whatever the number of threads.
package cpu

import (
	"cmp"
	"fmt"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"github.com/impasto/impasto/engine"
)

// Options configure a device. The zero value uses all threads and the best instruction set.
type Options struct {
	// Threads is the number of threads; 0 means runtime.GOMAXPROCS(0).
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
	owned   map[*parameters]struct{} // of open convolutions and stems
	spaces  []workspace
	// partials are the sums of pieces of the reduction in progress.
	partials []float64
	// schedule, if not nil, replaces newSchedule: tests try all schedules.
	schedule func(f *filters, tiles int) schedule
	alpha    []float64 // of Direction
	// rawAbove is the number of channels, input plus output, above which a convolution also keeps its
	// untransformed weights.
	rawAbove int
	// takeMemory allocates memory; tests let it fail.
	takeMemory func(bytes int64) ([]byte, error)

	// The operation in progress, in fields so that its jobs need no closures.
	building  building
	conv      convolving
	border    border
	stem      stemming
	rowwise   rowwise
	reduction reduction
	crossing  crossing
	setting   setting
	affine    affineRun
	distance  momentDistance
	picking   picking
	elements  elementwise
	variation variationRun
	matMul    matMul
	pyramid   *pyramid
}

// jobs are the loops that the crew runs, created once.
type jobs struct {
	build                                  job
	convBlock, convInput, convMul, convOut job
	convOnUse                              job
	border                                 job
	stemForward, stemBackward              job
	rowwise                                job
	moments, foldMoments                   job
	readMoments, writeMoments              job
	distance, momentDistance               job
	setAffine, affine                      job
	gather, scatter                        job
	elements                               job
	variation                              job
	packRight, matMul                      job
}

// New returns a device with the given options. It fails if the processor or the build lacks the
// requested instruction set.
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
	d := &device{
		kernels: k, crew: newCrew(o.Threads), spaces: make([]workspace, o.Threads), pyramid: newPyramid(o.Threads),
		owned: map[*parameters]struct{}{}, takeMemory: takeMemory, rawAbove: onUseChannels,
	}
	d.jobs = jobs{
		build:     d.build,
		convBlock: d.convBlock, convInput: d.convInput, convMul: d.convMultiply, convOut: d.convOutput,
		convOnUse:   d.convOnUse,
		border:      d.borderPanel,
		stemForward: d.stemForwardRows, stemBackward: d.stemBackwardRows,
		rowwise: d.rowwiseRow,
		moments: d.momentsPiece, foldMoments: d.foldMoments,
		readMoments: d.readMoments, writeMoments: d.writeMoments,
		distance: d.distancePiece, momentDistance: d.momentDistanceBlock,
		setAffine: d.setAffine, affine: d.affineRows,
		gather: d.gatherPoints, scatter: d.scatterBlock,
		elements:  d.elementsPiece,
		variation: d.variationRow,
		packRight: d.packRight, matMul: d.matMulGroup,
	}
	return d, nil
}

// Name returns the instruction set: "avx512", "avx2", "neon" or "portable".
func (d *device) Name() string { return d.kernels.name }

// Threads returns the number of threads.
func (d *device) Threads() int { return d.crew.size }

// WorkspaceBytes returns the memory of the device for operations on maps of up to the given number of
// channels: the tiles of one shared block, or of one block per thread, and the memory for borders.
func (d *device) WorkspaceBytes(channels int) int64 {
	perTile := int64(frequencies * 4 * (lanes*blocksOf(channels) + panel*panelsOf(channels)))
	local := int64(localBytes + 2*frequencies*lanes*4)
	threads := int64(d.crew.size)
	return max(sharedTiles*perTile, threads*local, onUseTiles*perTile+threads*onUseSize*4,
		partialBytes+threads*int64(blocksOf(channels)*totalsLength*4)) +
		threads*int64(unsafe.Sizeof(workspace{}))
}

// Costs returns what was measured with AVX-512. Times of VGG-19 with the textbook's losses at 128, 256 and 512
// pixels lie on a line whose intercept is 256 positions per convolution (impasto bench): its transformed
// weights are read from memory, and threads wait for each other. The cost of a transport is that of 512 channels
// relative to the convolutions of VGG-19 (BenchmarkTransport, BenchmarkVGG19).
func (d *device) Costs() engine.Costs {
	return engine.Costs{
		Positions: 256,
		Coupling:  [...]float64{engine.ExactCoupling: 76, engine.TruncatedCoupling: 103},
	}
}

// Close stops the threads and releases the memory of the device and of what is still open on it.
func (d *device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.crew.close()
	err := d.scratch.close()
	for p := range d.owned {
		err = cmp.Or(err, p.giveBack())
	}
	return err
}

// Mark returns the current time: operations are complete when they return.
func (d *device) Mark() (engine.Mark, error) { return time.Now(), nil }

// Between returns the time from one mark to another.
func (d *device) Between(from, to engine.Mark) (time.Duration, error) {
	return own[time.Time](to).Sub(own[time.Time](from)), nil
}

// scratch is memory for the operation in progress, kept between operations.
type scratch struct {
	memory []byte
	data   []float32
	rest   []float32
}

// beginScratch makes n numbers available to take.
func (d *device) beginScratch(n int) error {
	s := &d.scratch
	if n > len(s.data) {
		if err := s.close(); err != nil {
			return err
		}
		memory, err := d.takeNumbers(n)
		if err != nil {
			return err
		}
		s.memory, s.data = memory, place[float32](memory, 0, len(memory)/4)
	}
	s.rest = s.data
	return nil
}

// close releases the memory.
func (s *scratch) close() error {
	memory := s.memory
	*s = scratch{}
	if memory == nil {
		return nil
	}
	return giveBackMemory(memory)
}

// take returns n numbers with undefined values. They start at a cache line.
func (s *scratch) take(n int) []float32 {
	t := s.rest[:n:n]
	s.rest = s.rest[padLine(n):]
	return t
}

// padLine rounds up to complete cache lines.
func padLine(n int) int { return (n + lanes - 1) / lanes * lanes }

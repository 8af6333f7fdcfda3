// Package impasto repaints a photograph in the manner of a painting by neural style transfer
// (Gatys, Ecker and Bethge 2015, 2016):
//
//	model, err := impasto.Open(ctx, vgg16.Network(), impasto.Settings{})
//	style, err := model.Learn(ctx, impasto.Painting{Picture: painting, Weight: 1})
//	result, err := model.Stylize(ctx, photo, style, impasto.Options{Size: 512})
//
// A [Model] is opened once per process and may be used by any number of goroutines, within one budget of
// memory and threads: everything that paints or inspects goes through it. What it prepares for recipes is kept, and
// is bounded: the convolutions of the network once, and a first layer of a few kilobytes for each combination of
// preprocessing and padding. The package prints nothing, runs no other program and keeps no global state.
package impasto

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/internal/memory"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

// Settings are the budget of a process. The zero value uses every processor and three quarters of the
// available memory.
type Settings struct {
	// Threads is the number of threads that compute; 0 means one for each processor.
	Threads int
	// Memory limits the memory of models, plans and pictures together, in bytes; 0 means 75 % of what is
	// available to the system, or to the process's container, when the model is opened. It assumes a garbage
	// collector that lets garbage of an eighth of the live heap accumulate, as set by
	// runtime/debug.SetGCPercent(10); with Go's default, up to twice the size of the pictures is added.
	Memory int64
	// CPU names the instruction set: "avx512", "avx2", "neon" or "portable"; "" means the best one.
	CPU string
	// Device, if not nil, computes instead of the processor; Threads and CPU are then ignored. Close closes it.
	Device engine.Device
}

// Model is a network on a device, ready to paint. It is safe for concurrent use.
type Model struct {
	dev     engine.Device
	network *weights.Model
	memory  int64
	budget  *semaphore.Weighted // memory, in bytes

	mu       sync.Mutex
	prepared map[feature.Options]*feature.Extractor
	deepest  *feature.Extractor // of the extractors prepared; the others share its convolutions

	probe sync.Mutex
	rate  float64 // multiply-adds a second; 0: not measured yet
}

// Painting is a picture to learn a style from, and its share among several.
type Painting = transfer.Painting

// Style is what was learned from paintings. It is reusable and safe for concurrent use.
type Style = transfer.Style

// Progress is the progress of a run. It is valid until the next step.
type Progress = transfer.Progress

// Result is the outcome of a run.
type Result = transfer.Result

// Change is a change to a run, which takes effect at its next step.
type Change = transfer.Change

// Snapshot is the complete state of a run between two steps.
type Snapshot = transfer.Snapshot

// Evaluation is a recipe's loss at a picture.
type Evaluation = transfer.Evaluation

// Machine describes what computes.
type Machine struct {
	Name    string // of the instruction set or the processor
	Threads int
}

// overhead is the memory of a process besides its plans, its network and its pictures: the program, including
// the built-in parameters, and the runtime.
const overhead = 56 << 20

// minMemory is less than any network and the smallest picture need.
const minMemory = 128 << 20

// Open prepares a network for painting. It fails if the instruction set is not available or the memory
// is too little to hold the network.
func Open(ctx context.Context, network *weights.Model, s Settings) (*Model, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := feature.NetworkOf(network); err != nil {
		return nil, err
	}
	if s.Memory < 0 {
		return nil, fmt.Errorf("memory: %d bytes; must be positive", s.Memory)
	}
	if s.Memory == 0 {
		s.Memory = memory.Available() / 4 * 3
	}
	if s.Memory < minMemory {
		return nil, fmt.Errorf("memory: %d MiB is too little to hold a network; at least %d MiB is needed", s.Memory>>20, int64(minMemory)>>20)
	}
	dev := s.Device
	if dev == nil {
		var err error
		if dev, err = cpu.New(cpu.Options{Threads: s.Threads, ISA: s.CPU}); err != nil {
			return nil, err
		}
	}
	return &Model{
		dev: dev, network: network, memory: s.Memory,
		budget:   semaphore.NewWeighted(s.Memory),
		prepared: map[feature.Options]*feature.Extractor{},
	}, nil
}

// Close releases the network. No run may be in progress.
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var err error
	for _, x := range m.prepared {
		err = errors.Join(err, x.Close())
	}
	m.prepared, m.deepest = nil, nil
	return errors.Join(err, m.dev.Close())
}

// Network returns the parameters with which the model was opened.
func (m *Model) Network() *weights.Model { return m.network }

// Machine returns a description of what computes.
func (m *Model) Machine() Machine { return Machine{m.dev.Name(), m.dev.Threads()} }

// Memory returns the budget in bytes.
func (m *Model) Memory() int64 { return m.memory }

// Check returns an error if the network lacks a layer of a recipe.
func (m *Model) Check(r *recipe.Recipe) error {
	_, err := transfer.Deepest(m.network, r)
	return err
}

// prepare returns the network on the device with the given options, and the size of all that has been prepared, in
// bytes. Preparations share all convolutions but the first, into which the preprocessing is folded.
func (m *Model) prepare(options feature.Options) (*feature.Extractor, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.prepared[options]
	if x == nil {
		like := options
		like.Like = m.deepest
		var err error
		if x, err = feature.New(m.dev, m.network, like); err != nil {
			return nil, 0, err
		}
		m.prepared[options] = x
		if m.deepest == nil || x.Bytes() > m.deepest.Bytes() {
			m.deepest = x
		}
	}
	return x, m.deepest.Bytes(), nil
}

// parameters returns the size of all that has been prepared, in bytes.
func (m *Model) parameters() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.deepest == nil {
		return 0
	}
	return m.deepest.Bytes()
}

// Learn makes a style from paintings. The cost is paid when a picture of a given size is painted for the
// first time; the lessons are then kept, within a limit.
func (m *Model) Learn(ctx context.Context, paintings ...Painting) (*Style, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return transfer.NewStyle(paintings...)
}

// acquire waits until the model's other work leaves the given number of bytes of the budget.
func (m *Model) acquire(ctx context.Context, bytes int64) (release func(), err error) {
	bytes = min(bytes, m.memory)
	if err := m.budget.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() { m.budget.Release(bytes) }), nil
}

// room returns the memory left for a run besides the process, the network in both its forms (parameters is its
// size on the device), and what the caller holds, in bytes.
func (m *Model) room(parameters, held int64) int64 {
	for _, c := range m.network.Convolutions {
		held += 4 * int64(len(c.Weight)+len(c.Bias))
	}
	return m.memory - overhead - parameters - m.dev.WorkspaceBytes(512) - withGarbage(held)
}

// withGarbage returns the memory of a number of bytes on the heap before the garbage collector runs.
func withGarbage(bytes int64) int64 { return bytes + bytes/8 }

// Loan is the network, lent for more than evaluating a loss: feature maps, moments, gradients of parts.
type Loan struct{ model *Model }

// Lend lends the network on the model's device, until Lend returns. It calls plan, which returns how many bytes use
// takes besides what has been prepared of the network, and calls use once the model's other work leaves that much of
// the budget. If it does not fit, the error is a *BudgetError.
func (m *Model) Lend(ctx context.Context, plan func(*Loan) (bytes int64, err error), use func(*Loan) error) error {
	loan := &Loan{m}
	bytes, err := plan(loan)
	if err != nil {
		return err
	}
	need := m.memory - m.room(m.parameters(), 0) + bytes
	if need > m.memory {
		return &BudgetError{Need: need, Budget: m.memory}
	}
	release, err := m.acquire(ctx, need)
	if err != nil {
		return err
	}
	defer release()
	return use(loan)
}

// Device returns the device that computes.
func (l *Loan) Device() engine.Device { return l.model.dev }

// Model returns the parameters of the network.
func (l *Loan) Model() *weights.Model { return l.model.network }

// Prepare returns the network on the device with the given options. It belongs to the model and must not be closed.
func (l *Loan) Prepare(o feature.Options) (*feature.Extractor, error) {
	x, _, err := l.model.prepare(o)
	return x, err
}

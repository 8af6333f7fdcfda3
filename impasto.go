// Package impasto repaints a photograph in the manner of a painting by neural style transfer
// (Gatys, Ecker and Bethge 2015, 2016):
//
//	model, err := impasto.Open(ctx, vgg16.Network(), impasto.Settings{})
//	style, err := model.Learn(ctx, impasto.Painting{Picture: painting, Weight: 1})
//	result, err := model.Stylize(ctx, photo, style, impasto.Options{Size: 512})
//
// A [Model] is opened once a process and may be used by any number of goroutines, within one budget of
// memory and threads: everything that paints or looks goes through it. What it prepares for recipes is kept, and is
// bounded: the convolutions of the network once, and a first layer of a few kilobytes for each way to
// preprocess and to pad it. The package prints nothing, runs no other program and keeps no global state.
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

// Settings are the budget of a process. The zero value takes every thread and three quarters of the
// memory that is available.
type Settings struct {
	// Threads is the number of threads that compute; 0 is one for each processor.
	Threads int
	// Memory bounds what models, plans and pictures take together, in bytes; 0 is 75 % of what the
	// system, or the container that the process runs in, has available when the model is opened. It counts
	// on a garbage collector that lets an eighth of what is used pile up, as runtime/debug.SetGCPercent(10)
	// makes it; with Go's default up to twice the pictures come on top.
	Memory int64
	// CPU names the instruction set: "avx512", "avx2", "neon" or "portable"; "" is the best one.
	CPU string
	// Device, where not nil, computes instead of the processor; Threads and CPU are then ignored. The model closes it.
	Device engine.Device
}

// Model is a network on a device, ready to paint. It is safe for concurrent use.
type Model struct {
	dev     engine.Device
	network *weights.Model
	memory  int64
	budget  *semaphore.Weighted // of memory, in bytes

	mu       sync.Mutex
	prepared map[feature.Options]*feature.Extractor
	deepest  *feature.Extractor // of those prepared; the others share its convolutions

	probe sync.Mutex
	rate  float64 // multiply-adds a second; 0: not measured yet
}

// Painting is a picture to learn a style from, and its share among several.
type Painting = transfer.Painting

// Style is what was learned from paintings. It is reusable and safe for concurrent use.
type Style = transfer.Style

// Progress says how far a run is. It is valid until the next step.
type Progress = transfer.Progress

// Result is the outcome of a run.
type Result = transfer.Result

// Change is what a run is asked to do otherwise from its next step on.
type Change = transfer.Change

// Snapshot is the complete state of a run between two steps.
type Snapshot = transfer.Snapshot

// Evaluation is a recipe's loss at one picture.
type Evaluation = transfer.Evaluation

// Machine is what computes.
type Machine struct {
	Name    string // of the instruction set or the processor
	Threads int
}

// overhead is what a process takes besides its plans, its network and its pictures: the program with the
// parameters that are built in, and the runtime.
const overhead = 56 << 20

// minMemory is below what any network and the smallest picture take.
const minMemory = 128 << 20

// Open prepares a network for painting. It fails where the instruction set is not there or the memory
// is too little to hold the network.
func Open(ctx context.Context, network *weights.Model, s Settings) (*Model, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := feature.NetworkOf(network); err != nil {
		return nil, err
	}
	if s.Memory < 0 {
		return nil, fmt.Errorf("memory: %d bytes; it must be positive", s.Memory)
	}
	if s.Memory == 0 {
		s.Memory = memory.Available() / 4 * 3
	}
	if s.Memory < minMemory {
		return nil, fmt.Errorf("memory: %d MiB are too little to hold a network; %d MiB is the least", s.Memory>>20, int64(minMemory)>>20)
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

// Close frees the network. No run may be under way.
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

// Network returns the parameters that the model was opened with.
func (m *Model) Network() *weights.Model { return m.network }

// Machine returns what computes.
func (m *Model) Machine() Machine { return Machine{m.dev.Name(), m.dev.Threads()} }

// Memory returns the budget in bytes.
func (m *Model) Memory() int64 { return m.memory }

// Check returns an error where the network lacks a layer of a recipe.
func (m *Model) Check(r *recipe.Recipe) error {
	_, err := transfer.Deepest(m.network, r)
	return err
}

// prepare returns the network on the device with the given options, and what all that is prepared takes, in
// bytes. Preparations share all convolutions but the first, which the preprocessing is folded into.
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

// parameters is what all that is prepared takes, in bytes.
func (m *Model) parameters() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.deepest == nil {
		return 0
	}
	return m.deepest.Bytes()
}

// Learn makes a style of paintings. What it costs is paid when a picture of a certain size is painted
// for the first time; from then on it is remembered, within a bound.
func (m *Model) Learn(ctx context.Context, paintings ...Painting) (*Style, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return transfer.NewStyle(paintings...)
}

// acquire waits until the model's other work leaves so many bytes of the budget.
func (m *Model) acquire(ctx context.Context, bytes int64) (release func(), err error) {
	bytes = min(bytes, m.memory)
	if err := m.budget.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() { m.budget.Release(bytes) }), nil
}

// room returns the memory that is left for a run beside the process, the network in both its forms (on
// the device it takes parameters), and what the caller holds, in bytes.
func (m *Model) room(parameters, held int64) int64 {
	for _, c := range m.network.Convolutions {
		held += 4 * int64(len(c.Weight)+len(c.Bias))
	}
	return m.memory - overhead - parameters - m.dev.WorkspaceBytes(512) - withGarbage(held)
}

// withGarbage is the place that a number of bytes on the heap take before the garbage collector runs.
func withGarbage(bytes int64) int64 { return bytes + bytes/8 }

// Loan is the network, lent to who looks at more than a loss: feature maps, moments, gradients of parts.
type Loan struct {
	model *Model
	// Budget is the memory that may be taken beside the network, in bytes.
	Budget int64
}

// Lend lets use work with the network on the model's device, once the model's other work leaves the given number of
// bytes of the budget beside what is prepared of the network already. The loan is valid until use returns. Where the
// bytes do not fit the error is a *BudgetError.
func (m *Model) Lend(ctx context.Context, bytes int64, use func(*Loan) error) error {
	fixed := m.memory - m.room(m.parameters(), 0)
	need := fixed + bytes
	if need > m.memory {
		return &BudgetError{Need: need, Budget: m.memory}
	}
	release, err := m.acquire(ctx, need)
	if err != nil {
		return err
	}
	defer release()
	return use(&Loan{model: m, Budget: bytes})
}

// Device returns the device that computes.
func (l *Loan) Device() engine.Device { return l.model.dev }

// Model returns the parameters of the network.
func (l *Loan) Model() *weights.Model { return l.model.network }

// Prepare returns the network on the device with the given options. It is the model's own: it is not to be closed.
func (l *Loan) Prepare(o feature.Options) (*feature.Extractor, error) {
	x, _, err := l.model.prepare(o)
	return x, err
}

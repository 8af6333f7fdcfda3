// Package impasto repaints a photograph in the manner of a painting by neural style transfer
// (Gatys, Ecker and Bethge 2015, 2016):
//
//	model, err := impasto.Open(ctx, vgg16.Network(), impasto.Settings{})
//	style, err := model.Learn(ctx, impasto.Painting{Picture: painting, Weight: 1})
//	result, err := model.Stylize(ctx, photo, style, impasto.Options{Size: 512})
//
// A [Model] is opened once a process and may be used by any number of goroutines, within one budget of
// memory and threads. The package prints nothing, runs no other program and keeps no global state.
package impasto

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/feature"
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
}

// Model is a network on a device, ready to paint. It is safe for concurrent use.
type Model struct {
	dev     engine.Device
	network *weights.Model
	memory  int64
	runs    *semaphore.Weighted // memory, bytes of it

	mu       sync.Mutex
	prepared map[feature.Options]*feature.Extractor
	deepest  *feature.Extractor // of those prepared; the others share its convolutions
}

// Painting is a picture to learn a style from, and its share among several.
type Painting = transfer.Painting

// Style is what was learned from paintings. It is reusable and safe for concurrent use.
type Style = transfer.Style

// Progress tells how far a run is. It is valid during the call only.
type Progress = transfer.Progress

// overhead is what a process takes besides its plans, its network and its pictures: the program with the
// parameters that are built in, and the runtime.
const overhead = 56 << 20

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
		s.Memory = available() / 4 * 3
	}
	if s.Memory < minMemory {
		return nil, fmt.Errorf("memory: %d MiB are too little to hold a network; %d MiB is the least", s.Memory>>20, int64(minMemory)>>20)
	}
	dev, err := cpu.New(cpu.Options{Threads: s.Threads, ISA: s.CPU})
	if err != nil {
		return nil, err
	}
	return &Model{
		dev: dev, network: network, memory: s.Memory,
		runs:     semaphore.NewWeighted(s.Memory),
		prepared: map[feature.Options]*feature.Extractor{},
	}, nil
}

// minMemory is below what any network and the smallest picture take.
const minMemory = 128 << 20

// Close frees the network. No run may be under way.
func (m *Model) Close() error { return m.dev.Close() }

// Network returns the parameters that the model was opened with.
func (m *Model) Network() *weights.Model { return m.network }

// Device returns the device that computes.
func (m *Model) Device() engine.Device { return m.dev }

// Memory returns the budget in bytes.
func (m *Model) Memory() int64 { return m.memory }

// prepare returns the network on the device as a recipe wants it, and what all that is prepared takes, in
// bytes. Recipes share all convolutions but the first, which a recipe's preprocessing is folded into.
func (m *Model) prepare(chosen *recipe.Recipe) (*feature.Extractor, int64, error) {
	options, err := transfer.NetworkOptions(m.network, chosen)
	if err != nil {
		return nil, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.prepared[options]
	if x == nil {
		like := options
		like.Like = m.deepest
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

// Learn makes a style of paintings. What it costs is paid when a picture of a certain size is painted
// for the first time; from then on it is remembered.
func (m *Model) Learn(ctx context.Context, paintings ...Painting) (*Style, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, p := range paintings {
		if p.Picture == nil {
			return nil, fmt.Errorf("painting %d is missing", i+1)
		}
	}
	return transfer.NewStyle(paintings...)
}

// Evaluate returns every term of the loss at a picture, and the gradient, with all pictures at their own
// size: a formula by hand, or another program, can be held against it. Of the options the recipe, the masks
// and the strength map matter.
func (m *Model) Evaluate(ctx context.Context, photo *canvas.Picture, style *Style, at *canvas.Picture, o Options) (*transfer.Evaluation, error) {
	x, weights, err := m.prepare(&o.Recipe)
	if err != nil {
		return nil, err
	}
	return transfer.Evaluate(ctx, transfer.Job{Network: x, Recipe: o.Recipe, Content: photo, Style: style,
		Masks: o.Masks, StrengthMap: o.StrengthMap, Keep: o.Keep,
		Budget: m.room(weights, pictureBytes(photo, at)+style.Bytes()+o.bytes())}, at)
}

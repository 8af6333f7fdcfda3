package enginetest

import (
	"io"
	"math"
	"math/rand/v2"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// The device under test and the reference are the elements of arrays of two.
const (
	tested = iota
	truth
	sides
)

// bench holds both devices for one trial of a property.
type bench struct {
	*rapid.T
	device [sides]engine.Device
	arena  [sides]engine.Arena
	next   [sides]int64
	random *rand.Rand
	guards []guard
	open   []io.Closer // what the trial has opened
	strict bool        // the device refuses to read a buffer that another has overwritten in part
}

// arenaBytes holds the buffers of any trial: the test of 512 channels needs the most.
const arenaBytes = 24 << 20

// try tests a property with random shapes and values, and finally checks the guards.
func try(t rapid.TB, device engine.Device, property func(b *bench)) {
	strict := isStrict(t, device)
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(t, device)
		b.strict = strict
		property(b)
		b.finish()
	})
}

func newBench(t *rapid.T, device engine.Device) *bench {
	b := &bench{T: t, device: [sides]engine.Device{device, sound(t, reference.New64())}}
	for i, d := range b.device {
		arena, err := d.NewArena(arenaBytes)
		if err != nil {
			t.Fatalf("%s: %v", d.Name(), err)
		}
		b.arena[i] = arena
	}
	seed := rapid.Uint64().Draw(t, "seed")
	b.random = rand.New(rand.NewPCG(seed, 0))
	return b
}

func (b *bench) finish() {
	for _, g := range b.guards {
		g.inspect(b)
	}
	for _, c := range b.open {
		b.shut(c)
	}
	for _, a := range b.arena {
		b.shut(a)
	}
}

func (b *bench) shut(c io.Closer) {
	if err := c.Close(); err != nil {
		b.Errorf("closing %T: %v", c, err)
	}
}

// isStrict determines whether a device checks the places of buffers, as the reference does.
func isStrict(t rapid.TB, device engine.Device) (strict bool) {
	arena, err := device.NewArena(engine.Alignment)
	if err != nil {
		t.Fatalf("%s: %v", device.Name(), err)
	}
	defer arena.Close()
	page := arena.Vector(0, engine.Alignment/4)
	device.WriteMap(arena.Map(0, engine.Shape{Channels: 1, Height: 1, Width: 1}, 1), engine.Rows{To: 1}, []float32{1})
	defer func() { strict = recover() != nil }()
	device.Read(make([]float32, page.Len()), page)
	return false
}

// guard is memory that nothing may write to.
type guard struct {
	what string
	page engine.Vector
	skip int // numbers at the front that belong to a buffer
}

// untouched fills guards and new buffers. A NaN that enters a sum shows.
var untouched = math.Float32frombits(0x7fc0_beef)

func (g guard) inspect(b *bench) {
	numbers := make([]float32, g.page.Len())
	b.device[tested].Read(numbers, g.page)
	for i, v := range numbers[g.skip:] {
		if math.Float32bits(v) != math.Float32bits(untouched) {
			b.Fatalf("%s: byte %d was overwritten with %v", g.what, 4*i, v)
		}
	}
}

// place reserves bytes between two guards, fills all of it with NaN on the device under test, and
// returns the offset.
func (b *bench) place(what string, bytes int64) int64 {
	const page = engine.Alignment
	offset := b.next[tested] + page
	end := offset + engine.Align(bytes)
	b.next[tested] = end + page
	if b.next[tested] > arenaBytes {
		b.Fatalf("the suite's arena of %d bytes is too small", arenaBytes)
	}
	arena, device := b.arena[tested], b.device[tested]
	before, after := arena.Vector(offset-page, page/4), arena.Vector(end, page/4)
	device.Fill(before, untouched)
	device.Fill(after, untouched)
	b.guards = append(b.guards, guard{"the page before " + what, before, 0}, guard{"the page after " + what, after, 0})
	if end > offset {
		device.Fill(arena.Vector(offset, int(end-offset)/4), untouched)
	}
	if last := (offset + bytes) / page * page; last < end && !b.strict {
		b.guards = append(b.guards, guard{"what follows " + what, arena.Vector(last, page/4), int(offset+bytes-last+3) / 4})
	}
	return offset
}

// reserve places a buffer on both devices.
func (b *bench) reserve(what string, bytes func(d engine.Device) int64) (offset [sides]int64) {
	offset[tested] = b.place(what, bytes(b.device[tested]))
	offset[truth] = b.next[truth]
	b.next[truth] += engine.Align(bytes(b.device[truth]))
	return offset
}

// placed returns a buffer on both devices.
func placed[B any](b *bench, what string, bytes func(d engine.Device) int64, at func(a engine.Arena, offset int64) B) (on [sides]B) {
	offset := b.reserve(what, bytes)
	for i, a := range b.arena {
		on[i] = at(a, offset[i])
	}
	return on
}

package cpu

import (
	"encoding/binary"
	"hash/fnv"
	"testing"

	"github.com/impasto/impasto/engine"
)

// TestMultilevelBytes: what a device keeps for the levels is what it says, about a third of the image.
func TestMultilevelBytes(t *testing.T) {
	for _, c := range []struct{ height, width, levels int }{{1, 1, 3}, {40, 30, 0}, {40, 30, 1}, {301, 200, 4}, {301, 200, 40}, {1, 500, 3}} {
		d := open(t, Options{Threads: 3}).(*device)
		arena, err := d.NewArena(int64(12 * c.height * c.width))
		if err != nil {
			t.Fatal(err)
		}
		op := engine.Multilevel{V: arena.Image(0, c.height, c.width), Levels: c.levels}
		if err := d.Multilevel(op); err != nil {
			t.Fatal(err)
		}
		says := d.MultilevelBytes(c.height, c.width, c.levels)
		if keeps := int64(len(d.scratch.memory)); keeps != engine.Align(says) {
			t.Errorf("%+v: %d bytes are kept and %d were named", c, keeps, says)
		}
		if limit := int64(12*c.height*c.width)*2/3 + 3*4*4*int64(c.width+lanes); says > limit {
			t.Errorf("%+v: %d bytes are more than %d", c, says, limit)
		}
		if n := testing.AllocsPerRun(5, func() { _ = d.Multilevel(op) }); n > 0 {
			t.Errorf("%+v allocates %v times", c, n)
		}
		for _, close := range []func() error{arena.Close, d.Close} {
			if err := close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestMultilevelBits pins the bits, which are the same on every architecture and for any number of threads.
func TestMultilevelBits(t *testing.T) {
	const want = 0x28cf2bc425fb7861
	for _, threads := range []int{1, 3} {
		w := newTwin(t, "", threads, 6)
		const height, width = 67, 90
		v := w.arenas[0].Image(0, height, width)
		h := fnv.New64a()
		for levels := range 5 {
			w.devices[0].Write(v, w.floats(v.Len()))
			w.devices[0].Multilevel(engine.Multilevel{V: v, Levels: levels})
			_ = binary.Write(h, binary.LittleEndian, w.numbers(0, v))
		}
		if got := h.Sum64(); got != want {
			t.Errorf("%d threads: bits hash to %#x, want %#x", threads, got, uint64(want))
		}
	}
}

package enginetest

import (
	"io"
	"time"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// checkErrors checks that impossible allocations give an error, and that the device keeps working.
func checkErrors(t rapid.TB, device engine.Device) {
	const beyond = 1 << 52 // bytes, more than any processor can address
	if s, ok := device.(intercepted); ok {
		device = s.Device
	}
	if a, err := device.NewArena(beyond); err == nil {
		t.Errorf("an arena of %d bytes: no error", int64(beyond))
		a.Close()
	}
	arena, err := device.NewArena(engine.Alignment)
	if err != nil {
		t.Fatalf("an arena of one page after one that failed: %v", err)
	}
	v := arena.Vector(0, 4)
	device.Fill(v, 2)
	if got := norm1(t, device, v); got != 8 {
		t.Errorf("after a failure the device adds four twos up to %v", got)
	}
	if err := arena.Close(); err != nil {
		t.Errorf("closing an arena: %v", err)
	}
}

// checkClosing opens parameters, closes them twice, and checks that others keep working.
func checkClosing(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(100)
		first, second := b.convolution(h, w), b.convolution(h, w)
		stem, _ := b.device[tested].NewStem(2, b.normal(54), b.normal(2), engine.Preprocessing{}, engine.PadZero)
		if first.on[tested].Bytes() <= 0 || stem.Bytes() <= 0 {
			b.Fatalf("parameters take %d and %d bytes", first.on[tested].Bytes(), stem.Bytes())
		}
		for range 2 {
			for _, c := range []io.Closer{first.on[tested], stem} {
				b.shut(c)
			}
		}
		in, out := engine.Shape{Channels: second.in, Height: h, Width: w}, engine.Shape{Channels: second.out, Height: h, Width: w}
		src, dst := b.whole(in, b.normal), b.whole(out, b.normal)
		for i, d := range b.device {
			d.Forward(engine.Forward{Conv: second.on[i], Src: src.on[i], Rows: engine.All(in), Dst: dst.on[i]})
		}
		b.written("forward beside a closed convolution", dst, engine.All(out), second.forwardTolerance(largest(src.was)))
	})
}

// checkMarks checks that times are not negative, in the order of their marks, and no longer than measured by the host.
func checkMarks(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		d, x := b.device[tested], b.vector(b.normal(20011)).on[tested]
		began := time.Now()
		var marks [3]engine.Mark
		for i := range marks {
			marks[i], _ = d.Mark()
			d.Scale(x, 0.5)
		}
		first, _ := d.Between(marks[0], marks[1])
		both, _ := d.Between(marks[0], marks[2])
		if most := time.Since(began); first < 0 || both < first || both > most {
			b.Fatalf("two operations took %v and %v together, by the host at most %v", first, both, most)
		}
	})
}

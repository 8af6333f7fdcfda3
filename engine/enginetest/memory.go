package enginetest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// checkArena checks that a new arena is zero, also where an earlier one was written and closed.
func checkArena(t rapid.TB, device engine.Device) {
	const pages = 16
	for range 3 {
		arena, err := device.NewArena(pages * engine.Alignment)
		if err != nil {
			t.Fatalf("an arena of %d pages: %v", pages, err)
		}
		if got := arena.Bytes(); got < pages*engine.Alignment {
			t.Errorf("an arena of %d bytes says that it has %d", pages*engine.Alignment, got)
		}
		numbers := arena.Vector(0, pages*engine.Alignment/4)
		if got := norm1(t, device, numbers); got != 0 {
			t.Errorf("the numbers of a fresh arena add up to %v", got)
		}
		device.Fill(numbers, untouched)
		if err := arena.Close(); err != nil {
			t.Errorf("closing an arena: %v", err)
		}
	}
	if device.WorkspaceBytes(64) < 0 || device.Threads() < 1 || device.Name() == "" {
		t.Errorf("device %q has %d threads and works in %d bytes", device.Name(), device.Threads(), device.WorkspaceBytes(64))
	}
}

// norm1 returns the sum of the absolute values of a vector.
func norm1(t rapid.TB, device engine.Device, v engine.Vector) float64 {
	arena, err := device.NewArena(engine.Align(device.ScalarsBytes(1)))
	if err != nil {
		t.Fatalf("%s: %v", device.Name(), err)
	}
	defer arena.Close()
	var sum [1]float64
	row := arena.Scalars(0, 1)
	device.Norm1(engine.Scalar{Of: row}, v)
	device.ReadScalars(sum[:], row)
	return sum[0]
}

// checkHost writes and reads maps through rings, and an image through its vector.
func checkHost(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		window := rapid.IntRange(1, shape.Height).Draw(b.T, "window")
		m := b.blank(shape, window)
		values := b.normal(shape.Elements())
		b.ascend(shape.Height, func(rows engine.Rows) {
			for from := rows.From; from < rows.To; from += window {
				part := engine.Rows{From: from, To: min(from+window, rows.To)}
				device.WriteMap(m.on[tested], part, rowsOf(shape, values, part))
			}
			held := engine.Rows{From: max(rows.To-window, 0), To: rows.To}
			got := make([]float32, shape.Channels*held.Len()*shape.Width)
			device.ReadMap(got, m.on[tested], held)
			if !slices.Equal(got, rowsOf(shape, values, held)) {
				b.Fatalf("rows [%d,%d) of a map %v with a window of %d do not come back as written", held.From, held.To, shape, window)
			}
		}, 1)
		image := b.image(shape.Height, shape.Width, b.normal(3*shape.Positions()))
		b.intact("write and read", image.vector)
		if h, w := image.on[tested].Size(); h != shape.Height || w != shape.Width || m.on[tested].Window() != window || m.on[tested].Shape() != shape {
			b.Fatalf("buffers of %v and window %d call themselves %v, %d and %dx%d", shape, window, m.on[tested].Shape(), m.on[tested].Window(), h, w)
		}
	})
}

// ascend calls do for windows of complete steps that cover all rows from top to bottom.
func (b *bench) ascend(height int, do func(rows engine.Rows), step int) {
	for from := 0; from < height; {
		to := min(from+step*rapid.IntRange(1, 5).Draw(b.T, "steps"), height)
		do(engine.Rows{From: from, To: to})
		from = to
	}
}

// rowsOf extracts rows from [C,H,W].
func rowsOf(shape engine.Shape, values []float32, rows engine.Rows) []float32 {
	var part []float32
	for c := range shape.Channels {
		part = append(part, values[(c*shape.Height+rows.From)*shape.Width:(c*shape.Height+rows.To)*shape.Width]...)
	}
	return part
}

package enginetest

import (
	"slices"

	"github.com/impasto/impasto/engine"
	"pgregory.net/rapid"
)

// checkArena demands zeros in a fresh arena, also where an earlier one was written and closed.
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
		if got := device.Norm1(numbers); got != 0 {
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

// ascend calls do for windows of whole steps that cover all rows from top to bottom.
func (b *bench) ascend(height int, do func(rows engine.Rows), step int) {
	for from := 0; from < height; {
		to := min(from+step*rapid.IntRange(1, 5).Draw(b.T, "steps"), height)
		do(engine.Rows{From: from, To: to})
		from = to
	}
}

// rowsOf cuts rows out of [C,H,W].
func rowsOf(shape engine.Shape, values []float32, rows engine.Rows) []float32 {
	var part []float32
	for c := range shape.Channels {
		part = append(part, values[(c*shape.Height+rows.From)*shape.Width:(c*shape.Height+rows.To)*shape.Width]...)
	}
	return part
}

// checkMisuse demands a panic where a caller errs, and that the device goes on working.
func checkMisuse(t rapid.TB, device engine.Device) {
	arena, err := device.NewArena(16 * engine.Alignment)
	if err != nil {
		t.Fatal(err)
	}
	shape := engine.Shape{Channels: 2, Height: 8, Width: 3}
	place := func(page int64, s engine.Shape, window int) engine.Map {
		return arena.Map(page*engine.Alignment, s, window)
	}
	src, dst, ring := place(0, shape, 8), place(1, shape, 8), place(2, shape, 4)
	device.WriteMap(src, engine.All(shape), make([]float32, shape.Elements()))
	other := place(3, engine.Shape{Channels: 2, Height: 8, Width: 4}, 8)
	conv := device.NewConvolution(2, 2, make([]float32, 36), make([]float32, 2), engine.PadZero)
	short, long := arena.Vector(4*engine.Alignment, 3), arena.Vector(5*engine.Alignment, 4)
	misuses := map[string]func(){
		"rows that are no tiles": func() {
			device.Forward(engine.Forward{Conv: conv, Src: src, Rows: engine.Rows{From: 2, To: 8}, Dst: dst})
		},
		"another shape":               func() { device.Forward(engine.Forward{Conv: conv, Src: src, Rows: engine.All(shape), Dst: other}) },
		"more rows than a ring holds": func() { device.Backward(engine.Backward{Conv: conv, Src: src, Rows: engine.All(shape), Dst: ring}) },
		"a pooling to the full shape": func() { device.Pool(engine.Pool{Src: src, Rows: engine.All(shape), Dst: dst}) },
		"a window inside a piece": func() {
			device.AddMoments(engine.AddMoments{Moments: device.NewMoments(2), Src: src, Rows: engine.Rows{From: 4, To: 8}})
		},
		"moments of other channels": func() {
			device.AddMoments(engine.AddMoments{Moments: device.NewMoments(3), Src: src, Rows: engine.All(shape)})
		},
		"vectors of two lengths":      func() { device.Axpy(short, 1, long) },
		"a host slice of one too few": func() { device.Read(make([]float32, 2), short) },
		"rows beyond a map":           func() { device.ReadMap(make([]float32, 6), src, engine.Rows{From: 8, To: 9}) },
		"too few weights":             func() { device.NewConvolution(2, 2, make([]float32, 35), make([]float32, 2), engine.PadZero) },
		"a buffer beyond its arena":   func() { arena.Vector(15*engine.Alignment, 1025) },
		"an offset inside a page":     func() { arena.Vector(8, 1) },
	}
	for what, misuse := range misuses {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", what)
				}
			}()
			misuse()
		}()
	}
	device.Fill(long, 2)
	if got := device.Norm1(long); got != 8 {
		t.Errorf("after its caller's mistakes the device adds four twos up to %v", got)
	}
	if err := arena.Close(); err != nil {
		t.Errorf("closing an arena: %v", err)
	}
}

package critic

import (
	"context"
	"fmt"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/weights"
)

// seen is what one pass over a picture brought.
type seen struct {
	maps       [][]float32 // by layer, each [C,H,W], on the host
	statistics []engine.Statistics
	values     []float64 // of further taps
}

// read shows a picture to a network: maps of some layers, statistics of others, and values of further taps.
func (s *search) read(ctx context.Context, x *feature.Extractor, pooling engine.Pooling, p *canvas.Picture, mapped, counted []feature.Layer, more []feature.Placement) (*seen, error) {
	job := feature.Job{Height: p.Height, Width: p.Width, Pooling: pooling}
	observers := make([]*loss.Observer, len(counted))
	for i, l := range counted {
		observers[i] = loss.NewObserver(s.dev, s.net.Shape(l, p.Height, p.Width).Channels, nil)
		job.Taps = append(job.Taps, feature.Placement{Layer: l, Tap: observers[i]})
	}
	job.Taps = append(job.Taps, more...)
	sockets := make([]*socket, len(mapped))
	for i, l := range mapped {
		sockets[i] = &socket{}
		job.Taps = append(job.Taps, feature.Placement{Layer: l, Tap: sockets[i]})
	}
	plan, err := x.Plan(job)
	if err != nil {
		return nil, fmt.Errorf("a picture of %dx%d: %w", p.Width, p.Height, err)
	}
	image := engine.Align(4 * int64(len(p.Pix)))
	var copies int64
	for _, l := range mapped {
		shape := s.net.Shape(l, p.Height, p.Width)
		copies += engine.Align(s.dev.MapBytes(shape, shape.Height))
	}
	arena, err := s.dev.NewArena(image + copies + plan.Bytes())
	if err != nil {
		return nil, fmt.Errorf("take %d MiB of memory: %w", (image+copies+plan.Bytes())>>20, err)
	}
	defer arena.Close()
	shown := arena.Image(0, p.Height, p.Width)
	s.dev.Write(shown, p.Pix)
	targets, offset := make([]engine.Map, len(mapped)), image
	for i, l := range mapped {
		shape := s.net.Shape(l, p.Height, p.Width)
		targets[i] = arena.Map(offset, shape, shape.Height)
		offset += engine.Align(s.dev.MapBytes(shape, shape.Height))
		sockets[i].Tap = loss.NewCapture(s.dev, targets[i])
	}
	values, err := plan.Place(arena, offset).Evaluate(ctx, shown, nil)
	if err != nil {
		return nil, err
	}
	out := &seen{values: slices.Clone(values[len(counted) : len(counted)+len(more)])}
	for _, m := range targets {
		data := make([]float32, m.Shape().Elements())
		s.dev.ReadMap(data, m, engine.All(m.Shape()))
		out.maps = append(out.maps, data)
	}
	for _, o := range observers {
		out.statistics = append(out.statistics, o.Statistics())
	}
	return out, nil
}

// gradient returns that of a basis by RGB in [0,1], [3,H,W].
func (s *search) gradient(ctx context.Context, v *sight, b basis) ([]float32, error) {
	if g := v.gradients[b]; g != nil {
		return g, nil
	}
	if b.kind == variation {
		err := s.variations(v)
		return v.gradients[b], err
	}
	const most = 1 << 26 // numbers in all gradients that are kept: 256 MiB
	if s.held > most {
		for _, other := range s.sights {
			if other != v {
				clear(other.gradients)
			}
		}
		s.held = 0
	}
	if err := s.learn(ctx, v); err != nil {
		return nil, err
	}
	x, pooling, err := s.extractor(v.lens)
	if err != nil {
		return nil, err
	}
	at := s.inputs[v.lens.input].Apply(s.trial.At)
	hole := &socket{}
	plan, err := x.Plan(feature.Job{Height: at.Height, Width: at.Width, Pooling: pooling, Gradient: true,
		Taps: []feature.Placement{{Layer: b.layer, Tap: hole}}})
	if err != nil {
		return nil, err
	}
	image, shape := engine.Align(4*int64(len(at.Pix))), s.net.Shape(b.layer, at.Height, at.Width)
	target := engine.Align(s.dev.MapBytes(shape, shape.Height))
	arena, err := s.dev.NewArena(2*image + target + plan.Bytes())
	if err != nil {
		return nil, fmt.Errorf("take %d MiB of memory: %w", (2*image+target+plan.Bytes())>>20, err)
	}
	defer arena.Close()
	shown, slope := arena.Image(0, at.Height, at.Width), arena.Image(image, at.Height, at.Width)
	s.dev.Write(shown, at.Pix)
	hole.Tap = s.tap(v, b, arena, 2*image)
	if _, err := plan.Place(arena, 2*image+target).Evaluate(ctx, shown, slope); err != nil {
		return nil, err
	}
	g := make([]float32, len(at.Pix))
	s.dev.Read(g, slope)
	v.gradients[b] = throughInput(s.inputs[v.lens.input], g)
	s.held += len(g)
	return v.gradients[b], nil
}

// tap makes the loss whose gradient is that of a basis. The target of a content loss lies at offset.
func (s *search) tap(v *sight, b basis, arena engine.Arena, offset int64) feature.Tap {
	shape := s.net.Shape(b.layer, s.trial.At.Height, s.trial.At.Width)
	c := shape.Channels
	switch b.kind {
	case contentDistance:
		m := arena.Map(offset, shape, shape.Height)
		s.dev.WriteMap(m, engine.All(shape), v.photo[b.layer])
		return loss.NewContent(s.dev, m, nil, 1)
	case gramDistance:
		return loss.NewGram(s.dev, v.painting[b.layer], nil, loss.Mean, float64(c*c))
	case gramSquare:
		nothing := engine.Statistics{Weight: 1, Sum: make([]float64, c), Gram: make([]float64, c*c)}
		return loss.NewGram(s.dev, nothing, nil, loss.Mean, float64(c*c))
	case transport:
		return s.transport(v.painting[b.layer])
	}
	panic(fmt.Sprintf("critic: basis %d has no tap", b.kind))
}

// throughInput brings the gradient by a recoloured picture back to the picture's own colours.
func throughInput(m canvas.ColourMap, g []float32) []float32 {
	n := len(g) / 3
	out := make([]float32, len(g))
	for c := range 3 {
		for i := range n {
			out[c*n+i] = float32(m.A[0][c]*float64(g[i]) + m.A[1][c]*float64(g[n+i]) + m.A[2][c]*float64(g[2*n+i]))
		}
	}
	return out
}

// variations sets the values and the gradients of every form of total variation, which reads the picture itself.
func (s *search) variations(v *sight) error {
	at := s.trial.At
	image := engine.Align(4 * int64(len(at.Pix)))
	arena, err := s.dev.NewArena(2 * image)
	if err != nil {
		return fmt.Errorf("take %d MiB of memory: %w", 2*image>>20, err)
	}
	defer arena.Close()
	shown, slope := arena.Image(0, at.Height, at.Width), arena.Image(image, at.Height, at.Width)
	s.dev.Write(shown, at.Pix)
	for _, kind := range []engine.Variation{engine.VariationL1, engine.VariationL2, engine.VariationNine} {
		s.dev.Fill(slope, 0)
		b := basis{variation, feature.Layer{Index: int(kind)}}
		v.values[b] = loss.NewVariation(s.dev, kind, 1).Add(shown, slope)
		if s.claim.Gradient != nil {
			g := make([]float32, len(at.Pix))
			s.dev.Read(g, slope)
			v.gradients[b] = g
		}
	}
	return nil
}

// dot returns the inner product of two bases' gradients.
func (s *search) dot(ctx context.Context, v *sight, a, b basis) (float64, error) {
	if d, ok := v.dots[[2]basis{a, b}]; ok {
		return d, nil
	}
	x, err := s.gradient(ctx, v, a)
	if err != nil {
		return 0, err
	}
	y, err := s.gradient(ctx, v, b)
	if err != nil {
		return 0, err
	}
	d := inner(x, y)
	v.dots[[2]basis{a, b}], v.dots[[2]basis{b, a}] = d, d
	return d, nil
}

// against returns the inner product of a basis' gradient with the claimed one.
func (s *search) against(ctx context.Context, v *sight, b basis, r reading) (float64, error) {
	key := claimedKey{b, r}
	if d, ok := v.claimed[key]; ok {
		return d, nil
	}
	x, err := s.gradient(ctx, v, b)
	if err != nil {
		return 0, err
	}
	v.claimed[key] = inner(x, s.readings[r])
	return v.claimed[key], nil
}

func inner(x, y []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(v) * float64(y[i])
	}
	return sum
}

// readClaim turns the claimed gradient into one by RGB in [0,1], for everything it may be taken by.
func (s *search) readClaim(model *weights.Model) {
	claimed := s.claim.Gradient
	if claimed == nil {
		return
	}
	n := len(claimed) / 3
	matrix, _ := s.preprocessing(model)
	scaled, reversed, input := make([]float32, 3*n), make([]float32, 3*n), make([]float32, 3*n)
	for c := range 3 {
		for i := range n {
			scaled[c*n+i] = 255 * claimed[c*n+i]
			reversed[c*n+i] = claimed[(2-c)*n+i]
			for k := range 3 {
				input[c*n+i] += float32(matrix[k][c]) * claimed[k*n+i]
			}
		}
	}
	s.readings = [][]float32{byUnit: claimed, byRange: scaled, byReversed: reversed, byInput: input}
	for _, r := range s.readings {
		s.norms = append(s.norms, inner(r, r))
	}
}

// socket is a tap that is planned before there is memory for its target.
type socket struct{ feature.Tap }

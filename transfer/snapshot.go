package transfer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
)

// Snapshot is the complete state of a run between two steps, as a value that can be written and read: what the
// step rule knows, and every vector that belongs to it at full precision. Resumed on the same instruction set the
// run ends with the bits that it would have had.
//
// Noise is drawn where a run starts only, so that the seed, which is the plan's, is the whole random state.
type Snapshot struct {
	Device string // instruction set that it was taken on
	Plan   string // digest of what the plan paints, without changes

	Scale, Iteration int
	Live             bool     // false: the start of the scale is still to come
	Changes          []Change // made so far
	Units            []Units  // of the losses at this scale
	Rule             optim.State
	Averaged         int // iterates in the average
	Stalled          bool
	MomentSteps      int // of Adam's moments that are carried to the next scale

	Iterations, Evaluations int
	FirstLoss, LastLoss     float64
	Terms                   []Term // of LastLoss
	Events                  optim.Event
	Elapsed                 time.Duration

	// Vectors are named "image", "average", "first" and "second" (moments on their way to the next scale), or by
	// their place and use in the rule: "work 3", of a pair of L-BFGS "pair 17 s" and "pair 17 y". A pair never
	// changes once it is made, so that whoever saves a run again and again saves each pair once.
	Vectors []Vector
}

// Vector is one of a snapshot's.
type Vector struct {
	Name   string
	Pixels [2]int // width and height of the image that it has the numbers of
	Data   []float32
}

// take adds what the easel holds.
func (s *Snapshot) take(e *easel) error {
	s.Device, s.Plan, s.Scale, s.Units = e.in.Network.Device().Name(), e.digest(), e.index, slices.Clone(e.known)
	if e.live == nil {
		s.addCarried(e.picture, e.moments)
		return nil
	}
	return s.addLive(e.live)
}

// addCarried adds what the next scale starts with.
func (s *Snapshot) addCarried(picture *canvas.Picture, m *moments) {
	if picture != nil {
		s.Vectors = append(s.Vectors, Vector{"image", [2]int{picture.Width, picture.Height}, picture.Pix})
	}
	if m != nil {
		at := [2]int{m.size.width, m.size.height}
		s.MomentSteps = m.steps
		s.Vectors = append(s.Vectors, Vector{"first", at, m.first}, Vector{"second", at, m.second})
	}
}

// addLive adds the scale at work.
func (s *Snapshot) addLive(l *live) error {
	s.Live, s.Iteration, s.Stalled = true, l.iteration, l.stalled
	s.Units, s.Rule, s.Averaged = l.objective.allUnits(), l.rule.State(), l.average.count
	if err := s.add(l, "image", l.objective.image); err != nil {
		return err
	}
	if l.average.mean != nil {
		if err := s.add(l, "average", l.average.mean); err != nil {
			return err
		}
	}
	for _, i := range s.Rule.Vectors {
		if err := s.add(l, vectorName(&s.Rule, i), l.work[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Snapshot) add(l *live, name string, v engine.Vector) error {
	data := make([]float32, v.Len())
	if err := l.dev.Read(data, v); err != nil {
		return err
	}
	s.Vectors = append(s.Vectors, Vector{name, [2]int{l.size.width, l.size.height}, data})
	return nil
}

// vectorName names a working vector of a rule.
func vectorName(state *optim.State, i int) string {
	for _, p := range state.Pairs {
		switch i {
		case p.S:
			return fmt.Sprintf("pair %d s", p.Serial)
		case p.Y:
			return fmt.Sprintf("pair %d y", p.Serial)
		}
	}
	return fmt.Sprintf("work %d", i)
}

// vector returns the numbers of a vector of the given size.
func (s *Snapshot) vector(name string, want size) ([]float32, error) {
	for i := range s.Vectors {
		if v := &s.Vectors[i]; v.Name == name {
			if v.Pixels != [2]int{want.width, want.height} || len(v.Data) != want.numbers() {
				return nil, unfit("its vector %q is of another size", name)
			}
			return v.Data, nil
		}
	}
	return nil, unfit("its vector %q is missing", name)
}

// layout returns that of the run that the snapshot was taken of, with its changes, from the one that it began with.
func (s *Snapshot) layout(l *layout) (*layout, error) {
	if s.Plan != l.digest() {
		return nil, unfit("it is of a run with other pictures, settings or sizes")
	}
	if s.Scale < 0 || s.Scale >= len(l.scales) {
		return nil, unfit("its scale %d is not one of %d", s.Scale, len(l.scales))
	}
	changed, err := l.changed(s.Changes)
	if err != nil {
		return nil, unfit("its changes cannot be made: %v", err)
	}
	return changed, nil
}

// restore gives the easel the state of a snapshot. Where a scale is at work, the step says what it came back to.
func (e *easel) restore(ctx context.Context, s *Snapshot) (optim.Step, error) {
	e.index, e.known = s.Scale, slices.Clone(s.Units)
	if !s.Live {
		return optim.Step{}, e.restoreCarried(s)
	}
	return e.restoreLive(ctx, s)
}

// restoreCarried sets what the next scale starts with.
func (e *easel) restoreCarried(s *Snapshot) error {
	if e.index == 0 {
		return nil
	}
	before := e.scales[e.index-1].size
	data, err := s.vector("image", before)
	if err != nil {
		return err
	}
	e.picture = &canvas.Picture{Width: before.width, Height: before.height, Pix: data}
	if s.MomentSteps > 0 {
		m := &moments{size: before, steps: s.MomentSteps}
		if m.first, err = s.vector("first", before); err != nil {
			return err
		}
		if m.second, err = s.vector("second", before); err != nil {
			return err
		}
		e.moments = m
	}
	return nil
}

// restoreLive opens the scale at work and gives it the state of the snapshot.
func (e *easel) restoreLive(ctx context.Context, s *Snapshot) (optim.Step, error) {
	sc := e.scales[e.index]
	want := 1
	if sc.reduced != nil {
		want = 2
	}
	if len(s.Units) != want {
		return optim.Step{}, unfit("it has units for %d losses instead of %d", len(s.Units), want)
	}
	l, err := e.open(ctx, sc)
	if err != nil {
		return optim.Step{}, err
	}
	e.live = l // Close gives it back
	l.iteration, l.stalled, l.average.count = s.Iteration, s.Stalled, s.Averaged
	if err := l.rule.Restore(s.Rule); err != nil {
		return optim.Step{}, unfit("%v", err)
	}
	if err := s.write(l); err != nil {
		return optim.Step{}, err
	}
	step, err := l.rule.Resume(ctx, l.objective)
	if err != nil {
		return optim.Step{}, err
	}
	for i, t := range s.Terms { // an interrupted step is evaluated again only when it goes on
		if i < len(l.objective.rows) {
			l.objective.rows[i].Value = t.Value
		}
	}
	return step, nil
}

// write brings the snapshot's vectors to the device.
func (s *Snapshot) write(l *live) error {
	set := func(v engine.Vector, name string) error {
		data, err := s.vector(name, l.size)
		if err != nil {
			return err
		}
		return l.dev.Write(v, data)
	}
	if err := set(l.objective.image, "image"); err != nil {
		return err
	}
	if l.average.mean != nil {
		if err := set(l.average.mean, "average"); err != nil {
			return err
		}
	}
	for _, i := range s.Rule.Vectors {
		if i < 0 || i >= len(l.work) {
			return unfit("its rule has no vector %d", i)
		}
		if err := set(l.work[i], vectorName(&s.Rule, i)); err != nil {
			return err
		}
	}
	return nil
}

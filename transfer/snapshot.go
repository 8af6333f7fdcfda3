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

// Snapshot is the complete state of a run between two steps, as a value that can be written and read: the state of
// the step rule, and every vector that belongs to it at full precision. Resumed on the same instruction set, the
// run ends with the bits of an uninterrupted one.
//
// Noise is drawn only at the start of a run, so the seed, which is in the plan, is the whole random state.
type Snapshot struct {
	Device string // instruction set on which it was taken
	Plan   string // digest of what the plan paints, without changes

	Scale, Iteration int
	Live             bool     // false: the scale has not started, or will start again
	Reopened         bool     // a change laid the scale out again; it will start at its picture
	Changes          []Change // applied so far
	Units            []Units  // of the losses at this scale
	Rule             optim.State
	Averaged         int // number of iterates in the average
	Stalled          bool
	MomentSteps      int // steps in Adam's moments that are carried to the next scale

	Iterations, Evaluations int
	FirstLoss, LastLoss     float64
	Terms                   []Term // of LastLoss
	Events                  optim.Event
	Elapsed                 time.Duration

	// Vectors are named "image", "average", "first" and "second" (moments for the next scale), or by their
	// place and use in the rule: "work 3", of a pair of L-BFGS "pair 17 s" and "pair 17 y". A pair never
	// changes once made, so a program that saves a run repeatedly need save each pair only once.
	Vectors []Vector
}

// Vector is a vector of a snapshot.
type Vector struct {
	Name   string
	Pixels [2]int // width and height of the image whose numbers it has
	Data   []float32
}

// take adds the contents of the easel.
func (s *Snapshot) take(e *easel) error {
	s.Device, s.Plan, s.Scale = e.in.Network.Device().Name(), e.digest(), e.index
	if e.live == nil {
		s.Iteration, s.Reopened = e.iteration, e.reopened
		s.addCarried(e.picture, e.moments)
		return nil
	}
	return s.addLive(e.live)
}

// addCarried adds what the next scale starts from.
func (s *Snapshot) addCarried(picture *canvas.Picture, m *moments) {
	if picture != nil {
		s.Vectors = append(s.Vectors, Vector{"image", [2]int{picture.Width, picture.Height}, slices.Clone(picture.Pix)})
	}
	if m != nil {
		at := [2]int{m.size.width, m.size.height}
		s.MomentSteps = m.steps
		s.Vectors = append(s.Vectors, Vector{"first", at, slices.Clone(m.first)}, Vector{"second", at, slices.Clone(m.second)})
	}
}

// addLive adds the current scale.
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
				return nil, unfit("its vector %q has the wrong size", name)
			}
			return v.Data, nil
		}
	}
	return nil, unfit("its vector %q is missing", name)
}

// layout returns the layout of the run from which the snapshot was taken, including its changes; l is the original one.
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

// restore restores the easel from a snapshot. If a scale is current, the step describes its restored state.
func (e *easel) restore(ctx context.Context, s *Snapshot) (optim.Step, error) {
	e.index = s.Scale
	if !s.Live {
		return optim.Step{}, e.restoreCarried(s)
	}
	return e.restoreLive(ctx, s)
}

// restoreCarried restores what the next scale starts from: nothing, the result of the scale before, or the picture
// at which a change laid the scale out again.
func (e *easel) restoreCarried(s *Snapshot) error {
	if s.Iteration < 0 {
		return unfit("its iteration is %d", s.Iteration)
	}
	e.iteration, e.reopened = s.Iteration, s.Reopened
	if e.index == 0 && !e.reopened {
		return nil
	}
	before := e.scales[e.index].size
	if !e.reopened {
		before = e.scales[e.index-1].size
	}
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

// restoreLive opens the current scale and restores its state.
func (e *easel) restoreLive(ctx context.Context, s *Snapshot) (optim.Step, error) {
	sc := e.scales[e.index]
	want := 1
	if sc.reduced != nil {
		want = 2
	}
	if len(s.Units) != want {
		return optim.Step{}, unfit("it has units for %d losses, want %d", len(s.Units), want)
	}
	l, err := e.open(ctx, sc, s.Units)
	if err != nil {
		return optim.Step{}, err
	}
	e.live = l // Close releases it
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
	for i, t := range s.Terms { // an interrupted step is evaluated again only when it continues
		if i < len(l.objective.rows) {
			l.objective.rows[i].Value = t.Value
		}
	}
	return step, nil
}

// write writes the snapshot's vectors to the device.
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

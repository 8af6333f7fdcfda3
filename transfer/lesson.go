package transfer

import (
	"context"
	"fmt"
	"strings"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
)

// reading is a painting at one scale and the forward pass that reads it.
type reading struct {
	lessonKey
	guide  guide
	groups [][]placed // the layers of each learner
	learns *loss.Distance
	plan   *feature.Plan
	sizes  []int64 // bytes of the learners
}

// newReading plans the pass over a painting for the scale's style losses.
func (sc *scale) newReading(painting int) (*reading, error) {
	x, in := sc.in.Network, sc.in
	distance, err := loss.FindDistance(string(in.Recipe.Style.Distance))
	if err != nil {
		return nil, err
	}
	s := in.paintingSize(in.Style.paintings[painting], sc.size.long())
	net := x.Network()
	r := &reading{
		lessonKey: lessonKey{network: x, pooling: Pooling(in.Recipe.Pooling), learns: distance.Learns, painting: painting,
			colours: in.colouring.of(painting), size: s},
		guide:  guide{mask: in.Style.masks[painting], size: s, layers: sc.style, net: &net, offset: sc.scratch + imageBytes(s)},
		groups: groups(&distance, sc.style), learns: &distance,
	}
	var names []string
	for _, group := range r.groups {
		names = append(names, namesOf(group))
		r.sizes = append(r.sizes, engine.Align(r.learner(sc, group).Bytes()))
	}
	r.layers = strings.Join(names, " ")
	r.plan, err = x.Plan(feature.Job{Height: s.height, Width: s.width, Layers: layersOf(sc.style), Pooling: r.pooling})
	if err != nil {
		return nil, fmt.Errorf("%s at %v: %w", in.Style.name(painting), s, err)
	}
	return r, nil
}

// learner makes a learner for a group of layers.
func (r *reading) learner(sc *scale, group []placed) loss.Learner {
	shapes := make([]engine.Shape, len(group))
	for i, l := range group {
		shapes[i] = r.guide.net.Shape(l.layer, r.size.height, r.size.width)
	}
	return r.learns.Learner(sc.dev, shapes)
}

// bytes returns the scratch memory that reading needs.
func (r *reading) bytes() int64 {
	bytes := imageBytes(r.size) + r.guide.bytes() + r.plan.Bytes()
	for _, b := range r.sizes {
		bytes += b
	}
	return bytes
}

// read passes the painting through the network, and returns what the losses of each group learned.
func (r *reading) read(ctx context.Context, sc *scale, arena engine.Arena) ([]loss.Lesson, error) {
	offset := sc.scratch
	image := arena.Image(offset, r.size.height, r.size.width)
	if err := sc.dev.Write(image, sc.in.painting(r.painting, r.size).Pix); err != nil {
		return nil, err
	}
	offset += imageBytes(r.size)
	planes, err := r.guide.place(sc.dev, arena)
	if err != nil {
		return nil, err
	}
	offset += r.guide.bytes()
	var learners []loss.Learner
	var taps []feature.Tap
	for i, group := range r.groups {
		l := r.learner(sc, group)
		if err := l.Place(loss.Site{Arena: arena, Offset: offset, Planes: r.guide.planesOf(planes, group)}); err != nil {
			return nil, err
		}
		if err := l.Reset(); err != nil {
			return nil, err
		}
		for k := range group {
			taps = append(taps, l.Tap(k))
		}
		learners = append(learners, l)
		offset += r.sizes[i]
	}
	pass, err := r.plan.Place(arena, offset, taps, nil)
	if err != nil {
		return nil, err
	}
	if err := pass.Evaluate(ctx, image, nil); err != nil {
		return nil, err
	}
	lessons := make([]loss.Lesson, len(learners))
	for i, l := range learners {
		if lessons[i], err = l.Lesson(); err != nil {
			return nil, err
		}
	}
	return lessons, nil
}

// learn returns the lessons of the scale's style losses from every painting with a share, by painting and then by
// group of layers. Lessons that the style does not have yet are learned now.
func (sc *scale) learn(ctx context.Context, arena engine.Arena) ([][]loss.Lesson, error) {
	all := make([][]loss.Lesson, len(sc.readings))
	for i, r := range sc.readings {
		if sc.in.shares[i] == 0 {
			continue
		}
		if all[i] = sc.in.Style.recall(r.lessonKey); all[i] == nil {
			var err error
			if all[i], err = r.read(ctx, sc, arena); err != nil {
				return nil, err
			}
			sc.in.Style.keep(r.lessonKey, all[i])
		}
	}
	return all, nil
}

// teach sets the target of every style loss: the blend of its region's paintings.
func (o *objective) teach(lessons [][]loss.Lesson) error {
	for _, t := range o.terms {
		if t.kind != StyleTerm {
			continue
		}
		var of []loss.Lesson
		var shares []float64
		for _, painting := range o.scale.regions[t.region].paintings {
			if w := o.scale.in.shares[painting]; w > 0 {
				of, shares = append(of, lessons[painting][t.group]), append(shares, w)
			}
		}
		if err := t.Term.(loss.StyleTerm).Teach(of, shares); err != nil {
			return err
		}
	}
	return nil
}

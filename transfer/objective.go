package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// objective is a scale's loss on the device, as a function of its image. It is an optim.Objective.
type objective struct {
	scale           *scale
	image, gradient engine.Image
	results         engine.Scalars
	units           Units
	pass            *feature.Pass

	terms   []*liveTerm
	images  []*liveImage
	reduced *reduced // also in images; nil: none
	rows    []Term   // as reported by the run, with the values of the last step
	rowOf   []int    // of each of terms, then images

	trials
}

// open makes the scale's objective in an arena: it learns from the paintings and the photograph and prepares every
// term. known are the units of an earlier objective of the scale (see objective.allUnits); if nil, they are
// measured. The caller must close what is opened, also after an error.
func (sc *scale) open(ctx context.Context, arena engine.Arena, known []Units) (*objective, error) {
	o := sc.place(arena)
	results := arena.Scalars(sc.resultsAt, sc.results+optim.Results)
	return o, sc.prepare(ctx, o, arena, results, known)
}

// place makes an objective without contents.
func (sc *scale) place(arena engine.Arena) *objective {
	return &objective{
		scale:    sc,
		image:    arena.Image(sc.base, sc.size.height, sc.size.width),
		gradient: arena.Image(sc.base+imageBytes(sc.size), sc.size.height, sc.size.width),
		units:    Units{1, 1},
	}
}

// prepare prepares an objective whose results are part of those given.
func (sc *scale) prepare(ctx context.Context, o *objective, arena engine.Arena, results engine.Scalars, known []Units) error {
	o.results = results
	lessons, err := sc.learn(ctx, arena)
	if err != nil {
		return err
	}
	if err := o.placeTerms(arena); err != nil {
		return err
	}
	if err := o.capture(ctx, arena); err != nil {
		return err
	}
	if err := o.teach(lessons); err != nil {
		return err
	}
	if sc.reduced != nil {
		if err := o.placeReduced(ctx, arena, known); err != nil {
			return err
		}
	}
	o.listRows()
	if o.pass, err = sc.main.Place(arena, sc.scratch, o.taps(), o.solvers()); err != nil {
		return err
	}
	return o.takeUnits(ctx, known)
}

// liveTerm is a placed term over feature maps.
type liveTerm struct {
	*termPlan
	loss.Term
}

// liveImage is a placed term over the image.
type liveImage struct {
	loss.ImageTerm
	kind  Kind
	weigh func(*Inputs) float64
}

// placeTerms makes and places the terms, and the weights of positions that masks give them.
func (o *objective) placeTerms(arena engine.Arena) error {
	sc := o.scale
	planes := make([][]engine.Plane, len(sc.guides))
	for r := range sc.guides {
		var err error
		if planes[r], err = sc.guides[r].place(sc.dev, arena); err != nil {
			return err
		}
	}
	for _, plan := range sc.terms {
		t := &liveTerm{plan, plan.make()}
		o.terms = append(o.terms, t)
		site := loss.Site{Arena: arena, Offset: plan.offset, Results: o.results, First: plan.first}
		if plan.region >= 0 {
			site.Planes = sc.guides[plan.region].planesOf(planes[plan.region], plan.layers)
		}
		if err := t.Place(site); err != nil {
			return err
		}
	}
	for _, plan := range sc.images {
		t := &liveImage{plan.make(), plan.kind, plan.weigh}
		o.images = append(o.images, t)
		if err := t.Place(loss.Site{Arena: arena, Offset: plan.offset, Results: o.results, First: plan.first}); err != nil {
			return err
		}
	}
	return nil
}

// capture passes the photograph through the network, whose features are the targets of the content loss.
func (o *objective) capture(ctx context.Context, arena engine.Arena) error {
	sc := o.scale
	if sc.capture == nil {
		return nil
	}
	taps := make([]feature.Tap, len(sc.content))
	for i := range sc.content {
		taps[i] = o.terms[i].Term.(*loss.Content).Capture()
	}
	if err := sc.dev.Write(o.image, sc.photograph().Pix); err != nil {
		return err
	}
	pass, err := sc.capture.Place(arena, sc.scratch, taps, nil)
	if err != nil {
		return err
	}
	return pass.Evaluate(ctx, o.image, nil)
}

// placeReduced makes the loss of the reduced picture.
func (o *objective) placeReduced(ctx context.Context, arena engine.Arena, known []Units) error {
	r, err := newReduced(o.scale, arena)
	if err != nil {
		return err
	}
	o.reduced = r
	o.images = append(o.images, &liveImage{r, ReducedTerm, func(in *Inputs) float64 { return in.Recipe.Reduced.Weight }})
	if len(known) > 0 {
		known = known[1:]
	}
	return o.scale.reduced.prepare(ctx, r.objective, arena, o.results, known)
}

// listRows lists the rows that the run reports: one for each layer of content and style, over all regions, and one
// for each term of the image.
func (o *objective) listRows() {
	sc := o.scale
	row := func(kind Kind, layer string) int {
		for i, r := range o.rows {
			if r.Kind == kind && r.Layer == layer {
				return i
			}
		}
		o.rows = append(o.rows, Term{Kind: kind, Layer: layer})
		return len(o.rows) - 1
	}
	for _, t := range o.terms {
		o.rowOf = append(o.rowOf, row(t.kind, namesOf(t.layers)))
	}
	for _, t := range o.images {
		o.rowOf = append(o.rowOf, row(t.kind, ""))
	}
	if sc.listsReduced {
		row(ReducedTerm, "")
	}
}

// taps lists the taps of all terms, in the order in which the scale planned their layers.
func (o *objective) taps() []feature.Tap {
	var taps []feature.Tap
	for _, t := range o.terms {
		for i := range t.Layers() {
			taps = append(taps, t.Tap(i))
		}
	}
	return taps
}

func (o *objective) solvers() []feature.Solver {
	solvers := make([]feature.Solver, len(o.terms))
	for i, t := range o.terms {
		solvers[i] = t
	}
	return solvers
}

// Units multiply the losses of content and style if a recipe measures them in units of a grey picture.
type Units struct{ Content, Style float64 }

// takeUnits sets the units and the coefficient of every term. Grey units are the losses at a flat grey picture,
// with everything in place: there the content loss equals its weight, and the style loss its weight times
// strength.
func (o *objective) takeUnits(ctx context.Context, known []Units) error {
	in := o.scale.in
	switch {
	case in.Recipe.Units != recipe.GreyUnits:
	case len(known) > 0:
		o.units = known[0]
	default:
		o.units = Units{1, 1}
		o.weigh(in)
		if err := o.measure(ctx); err != nil {
			return err
		}
	}
	o.weigh(in)
	return nil
}

// measure measures the units at a flat grey picture.
func (o *objective) measure(ctx context.Context) error {
	sc := o.scale
	if err := sc.dev.Write(o.image, flat(sc.size, nil, 0).Pix); err != nil {
		return err
	}
	if err := sc.dev.ResetScalars(o.results); err != nil {
		return err
	}
	if err := o.pass.Evaluate(ctx, o.image, o.gradient); err != nil {
		return err
	}
	results, err := o.read()
	if err != nil {
		return err
	}
	var content, style float64
	for _, t := range o.terms {
		v, err := t.Value(results)
		if err != nil {
			return err
		}
		if t.kind == ContentTerm {
			content += v
		} else {
			style += v
		}
	}
	r := &sc.in.Recipe
	o.units = Units{unit(r.Content.Weight, content), unit(r.Style.Weight*r.Style.Strength, style)}
	return nil
}

func unit(weight, value float64) float64 {
	if !(value > 0) {
		return 1
	}
	return weight / value
}

// allUnits lists the units of the objective and of its reduced one, for another objective of the same scale.
func (o *objective) allUnits() []Units {
	all := []Units{o.units}
	if o.reduced != nil {
		all = append(all, o.reduced.units)
	}
	return all
}

// weigh sets the coefficient of every term from the recipe of in.
func (o *objective) weigh(in *Inputs) {
	for _, t := range o.terms {
		t.Weigh(t.termPlan.weigh(in, o.units))
	}
	for _, t := range o.images {
		t.ImageTerm.Weigh(t.weigh(in))
	}
}

// read reads the results from the device.
func (o *objective) read() ([]float64, error) {
	results := make([]float64, o.results.Len())
	return results, o.scale.dev.ReadScalars(results, o.results)
}

// Evaluate computes the results and the gradient at the image.
func (o *objective) Evaluate(ctx context.Context) error {
	if err := o.scale.dev.ResetScalars(o.results); err != nil {
		return err
	}
	return o.evaluate(ctx)
}

// evaluate adds to results that are zero. Terms of the image are prepared first, since they may use the memory
// of the pass over the features.
func (o *objective) evaluate(ctx context.Context) error {
	for _, t := range o.images {
		if err := t.Prepare(ctx, o.image); err != nil {
			return err
		}
	}
	if err := o.pass.Evaluate(ctx, o.image, o.gradient); err != nil {
		return err
	}
	for _, t := range o.images {
		if err := t.Add(o.image, o.gradient); err != nil {
			return err
		}
	}
	return nil
}

// Value returns the total of the results, and keeps the terms for settle.
func (o *objective) Value(results []float64) (float64, error) {
	trial := o.begin(len(o.rows))
	for i, t := range o.terms {
		v, err := t.Value(results)
		if err != nil {
			return 0, fmt.Errorf("layer %s: %w", namesOf(t.layers), err)
		}
		trial[o.rowOf[i]] += v
	}
	for i, t := range o.images {
		v, err := t.Value(results)
		if err != nil {
			return 0, err
		}
		trial[o.rowOf[len(o.terms)+i]] += v
	}
	return o.end(trial), nil
}

// close releases what the terms keep outside the arena.
func (o *objective) close() error {
	var all error
	for _, t := range o.terms {
		all = errors.Join(all, t.Close())
	}
	for _, t := range o.images {
		all = errors.Join(all, t.Close())
	}
	return all
}

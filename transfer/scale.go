package transfer

import (
	"errors"
	"fmt"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// scale is one size of a plan: its terms, its passes, and the places of its buffers in the arena.
//
//	base     image | gradient | results | optimiser's vectors | average | terms | masks | reduced scale | scratch
//
// Scratch holds the paintings and the photograph while they are read, and the network's maps afterwards. A
// scale is immutable: open makes an objective from it, which evaluates its loss.
type scale struct {
	in         *Inputs // with the recipe of this scale
	dev        engine.Device
	index      int
	size       size
	iterations int

	base      int64 // offset in the arena
	resultsAt int64 // likewise
	vectors   int   // of the optimiser and the average; 0 if there is neither
	results   int   // scalars of the terms, including those of the reduced scale

	content, style []placed
	regions        []region
	guides         []guide // of each region
	terms          []*termPlan
	images         []*imagePlan
	readings       []*reading
	capture        *feature.Plan // of the photograph's features; nil without a content loss
	main           *feature.Plan
	reduced        *scale // whose loss is also counted; nil: none
	listsReduced   bool   // some scale of the run has a reduced one, so all list its term

	scratch int64 // offset
	bytes   int64
}

// newScale lays out one scale from its inputs and the reduced scale whose loss is also counted, or nil. If it
// does not fit the budget, the scale is returned as far as it goes, with the error.
func newScale(in *Inputs, index int, s size, reduced *scale) (*scale, error) {
	sc := bareScale(in, index, s)
	sc.vectors = vectorsOf(&in.Recipe)
	return sc, sc.layOut(reduced, 0)
}

// bareScale returns a scale in which nothing is placed yet.
func bareScale(in *Inputs, index int, s size) *scale {
	return &scale{in: in, dev: in.Network.Device(), index: index, size: s, iterations: in.Recipe.Scales.Iterations}
}

// vectorsOf returns the number of vectors of the image's length that the optimiser and the average take.
func vectorsOf(r *recipe.Recipe) int {
	n := workVectors(&r.Optimizer)
	if r.Averaging > 0 {
		n++
	}
	return n
}

// layOut places everything. Results before first belong to others.
func (sc *scale) layOut(reduced *scale, first int) (err error) {
	if err := sc.in.checkRecipe(); err != nil {
		return err
	}
	if sc.content, sc.style, err = sc.in.layers(); err != nil {
		return err
	}
	if len(sc.style) > 0 {
		sc.regions = sc.in.regions()
	}
	if err := sc.planTerms(first); err != nil {
		return err
	}
	sc.resultsAt = sc.base + 2*imageBytes(sc.size)
	sc.scratch = sc.vectorOffset(sc.vectors)
	for _, t := range sc.terms {
		t.offset = sc.scratch
		sc.scratch += engine.Align(t.bytes)
	}
	for _, t := range sc.images {
		t.offset = sc.scratch
		sc.scratch += engine.Align(t.bytes)
	}
	for i := range sc.guides {
		sc.guides[i].offset = sc.scratch
		sc.scratch += sc.guides[i].bytes()
	}
	if reduced != nil {
		sc.reduced = bareScale(reduced.in, reduced.index, reduced.size)
		sc.reduced.base = sc.scratch
		err := sc.reduced.layOut(nil, sc.results)
		if over := new(feature.BudgetError); errors.As(err, &over) {
			sc.reduced.bytes = over.Need // planMain refuses it, with the need of both
		} else if err != nil {
			return err
		}
		sc.results = sc.reduced.results
		sc.scratch = sc.reduced.scratch // both use one scratch memory in turn
	}
	return sc.planPasses()
}

// vectorOffset returns the offset of the i-th vector after the image, its gradient and the results.
func (sc *scale) vectorOffset(i int) int64 {
	return sc.resultsAt + engine.Align(sc.dev.ScalarsBytes(mostResults)) + imageBytes(sc.size)*int64(i)
}

// mostResults is the most scalars that a scale and its reduced one may have together, including those of the
// optimiser: one page.
const mostResults = engine.Alignment / 8

// planPasses lays out the passes over the photograph, the paintings and the image.
func (sc *scale) planPasses() error {
	x := sc.in.Network
	job := feature.Job{Height: sc.size.height, Width: sc.size.width, Pooling: Pooling(sc.in.Recipe.Pooling)}
	var scratch int64
	if len(sc.content) > 0 {
		var err error
		job.Layers = layersOf(sc.content)
		if sc.capture, err = x.Plan(job); err != nil {
			return err
		}
		scratch = sc.capture.Bytes()
	}
	for i := range sc.in.paintings() {
		if len(sc.style) == 0 {
			break
		}
		r, err := sc.newReading(i)
		if err != nil {
			return err
		}
		sc.readings = append(sc.readings, r)
		scratch = max(scratch, r.bytes())
	}
	job.Layers = nil
	for _, t := range sc.terms {
		job.Layers = append(job.Layers, layersOf(t.layers)...)
	}
	job.Gradient, job.Keep = true, sc.in.Keep
	if sc.reduced != nil {
		scratch = max(scratch, sc.reduced.bytes-sc.scratch, imageBytes(sc.size))
	}
	return sc.planMain(job, scratch)
}

// planMain plans the pass over the image within what is left of the budget.
func (sc *scale) planMain(job feature.Job, scratch int64) error {
	budget := sc.in.Budget
	if budget > 0 {
		job.Budget = max(budget-sc.scratch, 1)
	}
	var err error
	sc.main, err = sc.in.Network.Plan(job)
	if over := new(feature.BudgetError); errors.As(err, &over) {
		return &feature.BudgetError{Need: sc.scratch + max(scratch, over.Need), Budget: budget}
	} else if err != nil {
		return err
	}
	sc.bytes = sc.scratch + max(scratch, sc.main.Bytes())
	if budget > 0 && sc.bytes > budget {
		// The budget limited the pass, which may take less.
		least, err := sc.in.Network.Least(job)
		if err != nil {
			return err
		}
		return &feature.BudgetError{Need: sc.scratch + max(scratch, least), Budget: budget}
	}
	return nil
}

// widest is the largest number of channels in a VGG.
const widest = 512

// hostBytes is the scale's memory on the host while it is current.
func (sc *scale) hostBytes() int64 {
	var bytes int64
	for _, t := range sc.terms {
		bytes += t.hostBytes
	}
	for _, t := range sc.images {
		bytes += t.hostBytes
	}
	kind, options := kindOf(&sc.in.Recipe.Optimizer)
	if levels := kind.Levels(options); levels > 0 {
		// The levels are in the device's own memory, which is counted with the network.
		own := sc.dev.MultilevelBytes(sc.size.height, sc.size.width, levels)
		bytes += max(own-sc.dev.WorkspaceBytes(widest), 0)
	}
	if sc.reduced != nil {
		bytes += sc.reduced.hostBytes() + sc.dev.ResamplerBytes(resampling(sc.size, sc.reduced.size))
	}
	return bytes
}

// workOfAll is the work of reading the pictures and of all iterations, in multiply-adds of direct convolution.
func (sc *scale) workOfAll() float64 {
	work := sc.workOfOne() * sc.evaluations()
	if sc.capture != nil {
		work += sc.capture.Cost()
	}
	for _, r := range sc.readings {
		work += r.plan.Cost()
	}
	return work
}

// workOfOne is the work of one evaluation.
func (sc *scale) workOfOne() float64 {
	work := sc.main.Cost()
	for _, t := range sc.terms {
		work += t.work
	}
	for _, t := range sc.images {
		work += t.work
	}
	if sc.reduced != nil {
		work += sc.reduced.workOfOne()
	}
	return work
}

// evaluations is the expected number of evaluations of the loss at a scale: those of its step rule, and one for units.
func (sc *scale) evaluations() float64 {
	kind, options := kindOf(&sc.in.Recipe.Optimizer)
	n := kind.Evaluations(options, sc.iterations)
	if sc.in.Recipe.Units == recipe.GreyUnits {
		n++
	}
	return n
}

// read returns a picture from the device.
func (sc *scale) read(image engine.Vector) (*canvas.Picture, error) {
	p := canvas.New(sc.size.width, sc.size.height)
	if err := sc.dev.Read(p.Pix, image); err != nil {
		return nil, fmt.Errorf("read the picture from the device: %w", err)
	}
	return p, nil
}

// newRule makes the scale's step rule over an objective, and its average, in the arena.
func (sc *scale) newRule(arena engine.Arena, o *objective) (optim.Rule, []engine.Vector, *average) {
	r := &sc.in.Recipe
	work := make([]engine.Vector, workVectors(&r.Optimizer))
	for i := range work {
		work[i] = arena.Image(sc.vectorOffset(i), sc.size.height, sc.size.width)
	}
	a := &average{dev: sc.dev, iterate: o.image, decay: r.Averaging}
	if a.decay > 0 {
		a.mean = arena.Image(sc.vectorOffset(len(work)), sc.size.height, sc.size.width)
	}
	return newRule(r, optim.Space{Device: sc.dev, X: o.image, G: o.gradient, Scalars: o.results}, work), work, a
}

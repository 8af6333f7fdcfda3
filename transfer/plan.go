package transfer

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/weights"
)

// Job is what to paint.
type Job struct {
	Network *feature.Extractor // as Prepare returns it for the recipe
	Recipe  recipe.Recipe
	Content *canvas.Picture // the photograph
	Style   *Style          // may be nil where the style has no weight

	// Start is the picture that InitPicture begins with, of the result's size or of any other, to
	// which it is then resampled.
	Start *canvas.Picture
	// Seed is that of InitNoise and of Start.Jitter.
	Seed uint64

	// Masks give each painting a part of the photograph, one mask a painting, of any size; a nil mask is
	// everywhere. No masks: the paintings are blended.
	Masks []*canvas.Plane
	// StrengthMap says where to paint how strongly, in [0,1] (0: as the photograph is); nil is 1.
	StrengthMap *canvas.Plane

	// Size is the long side of the result in pixels; 0 keeps the photograph's own.
	Size int
	// Enlarge lets Size exceed the photograph's long side.
	Enlarge bool

	// Budget bounds the arena of the run in bytes, and Keep says what it may hold; 0 is no bound.
	Budget int64
	Keep   feature.Keep

	colouring colouring // of a plan's job
}

// Prepare puts a network on a device as a recipe wants it: its padding, its preprocessing where the
// network states none, and no deeper than the recipe's layers.
func Prepare(dev engine.Device, model *weights.Model, rec recipe.Recipe) (*feature.Extractor, error) {
	options, err := NetworkOptions(model, &rec)
	if err != nil {
		return nil, err
	}
	return feature.New(dev, model, options)
}

// NetworkOptions returns what a recipe decides about a network: preprocessing, padding, depth.
func NetworkOptions(model *weights.Model, rec *recipe.Recipe) (feature.Options, error) {
	deepest, err := Deepest(model, rec)
	if err != nil {
		return feature.Options{}, err
	}
	return feature.Options{
		StemPadding: Padding(rec.StemPadding), Input: Preprocessing(rec.Input), Deepest: deepest}, nil
}

// Deepest returns the last layer of a network that a recipe taps.
func Deepest(model *weights.Model, rec *recipe.Recipe) (feature.Layer, error) {
	net, err := feature.NetworkOf(model)
	if err != nil {
		return feature.Layer{}, err
	}
	deepest := feature.Layer{}
	for _, r := range rec.Variants() {
		for _, l := range slices.Concat(r.Content.Layers, r.Style.Layers) {
			layer, err := net.Layer(l.Layer)
			if err != nil {
				return feature.Layer{}, fmt.Errorf("recipe %s: %w", rec.Name, err)
			}
			if deeper(layer, deepest) {
				deepest = layer
			}
		}
	}
	return deepest, nil
}

// deeper reports whether layer a lies behind layer b. A pooling lies behind its block.
func deeper(a, b feature.Layer) bool {
	if a.Block != b.Block {
		return a.Block > b.Block
	}
	if a.Kind == feature.Pool || b.Kind == feature.Pool {
		return b.Kind != feature.Pool
	}
	return a.Index > b.Index
}

// Plan is a job with all of its memory laid out: one arena for all scales, sized for the largest.
type Plan struct {
	job    Job
	stages []*stage
	bytes  int64
	notes  []string
}

// NewPlan lays out a job. The error says in one line what cannot work; it wraps *feature.BudgetError
// where that is the budget.
func NewPlan(job Job) (*Plan, error) {
	job.Recipe = job.Recipe.Clone()
	if err := job.check(); err != nil {
		return nil, err
	}
	job.recolour()
	p := &Plan{job: job}
	sides, last := job.sides(), job.last()
	if finest := job.at(len(sides)-1, len(sides)); finest.Recipe.HasStyle() {
		p.notes = append(finest.small(), finest.maskNotes()...)
	}
	p.notes = append(p.notes, job.Recipe.ScaleNotes(len(sides))...)
	for i, side := range sides {
		s := last
		if i < len(sides)-1 {
			s = last.shrink(side)
		}
		own := p.job.at(i, len(sides))
		own.Recipe.TaperTo(s.long())
		st, err := newStage(own, i, s, p.preview(own, s))
		if err != nil {
			return nil, fmt.Errorf("recipe %s: %w", job.Recipe.Name, err)
		}
		p.stages = append(p.stages, st)
		p.bytes = max(p.bytes, st.bytes)
	}
	previews := slices.ContainsFunc(p.stages, func(st *stage) bool { return st.preview != nil })
	for _, st := range p.stages {
		st.previews = previews
	}
	return p, nil
}

// preview returns the scale whose loss counts also at a larger one of the given size, the finest that is no
// larger than the recipe says; nil where there is none.
func (p *Plan) preview(job *Job, s size) *stage {
	side := job.Recipe.Preview.Side
	if job.Recipe.Preview.Weight == 0 || s.long() <= side {
		return nil
	}
	for _, st := range slices.Backward(p.stages) {
		if st.size.long() <= side {
			return st
		}
	}
	return nil
}

func (j *Job) check() error {
	if j.Network == nil || j.Content == nil {
		panic("transfer: a job without a network or a photograph")
	}
	if j.Size < 0 {
		return fmt.Errorf("size: %d pixels; it must be positive", j.Size)
	}
	if err := j.checkRecipe(); err != nil {
		return err
	}
	if err := j.checkMasks(); err != nil {
		return err
	}
	if j.Recipe.Start.Init == recipe.InitStyle && j.Style == nil {
		return fmt.Errorf("init style: there is no painting")
	}
	if j.Recipe.Start.Init == recipe.InitPicture && j.Start == nil {
		return fmt.Errorf("init picture: there is no picture to begin with")
	}
	return nil
}

// checkRecipe is what of check may differ by scale.
func (j *Job) checkRecipe() error {
	if err := j.Recipe.Validate(); err != nil {
		return err
	}
	if j.Recipe.HasStyle() && j.Style == nil {
		return fmt.Errorf("recipe %s: the style has a weight, and there is no painting", j.Recipe.Name)
	}
	return nil
}

// sides lists the long sides of the scales. Where the recipe leaves their number open, those that are
// too small for its layers are left out.
func (j *Job) sides() []int {
	last := j.last()
	sides := j.Recipe.Scales.Sides(last.long())
	for j.Recipe.Scales.Count == 0 && len(sides) > 1 {
		coarsest := j.at(0, len(sides))
		if coarsest.shortest(last, sides[0]) >= coarsest.least() {
			break
		}
		sides = sides[1:]
	}
	return sides
}

// at returns the job of scale i of n.
func (j *Job) at(i, n int) *Job {
	own := *j
	var err error
	if own.Recipe, err = j.Recipe.At(i, n); err != nil {
		panic("transfer: a recipe that was not validated: " + err.Error())
	}
	return &own
}

// least returns the shortest side of a picture that reaches all of the recipe's layers.
func (j *Job) least() int {
	content, style, err := j.layers()
	if err != nil {
		return 1 // newStage will tell
	}
	least := 1
	for _, l := range append(content, style...) {
		least = max(least, l.layer.MinSize())
	}
	return least
}

// shortest returns the shortest side of any picture at a scale.
func (j *Job) shortest(last size, side int) int {
	shortest := last.shrink(side).short()
	if j.Recipe.HasStyle() {
		for _, p := range j.Style.paintings {
			shortest = min(shortest, j.paintingSize(p, side).short())
		}
	}
	return shortest
}

// sameSize returns an error where a picture has not the size it must have.
func sameSize(what string, p *canvas.Picture, want size) error {
	if have := (size{p.Width, p.Height}); have != want {
		return fmt.Errorf("%s is %v, the photograph %v: they must be of one size", what, have, want)
	}
	return nil
}

// Bytes returns the size of the arena that the run will take.
func (p *Plan) Bytes() int64 { return p.bytes }

// Size returns that of the result.
func (p *Plan) Size() (width, height int) {
	last := p.stages[len(p.stages)-1].size
	return last.width, last.height
}

// Scale is one step of the pyramid.
type Scale struct {
	Width, Height int
	Iterations    int
	Bytes         int64 // of the arena that this scale uses
	// Recomputed lists the convolutions whose maps the backward pass computes anew, for want of memory.
	Recomputed []feature.Layer
}

// Scales lists the pyramid, coarse to fine.
func (p *Plan) Scales() []Scale {
	all := make([]Scale, len(p.stages))
	for i, st := range p.stages {
		all[i] = Scale{st.size.width, st.size.height, st.iterations, st.bytes, st.main.Recomputed()}
	}
	return all
}

// Iterations returns those of all scales together.
func (p *Plan) Iterations() int {
	n := 0
	for _, st := range p.stages {
		n += st.iterations
	}
	return n
}

// HostBytes returns the most that the run takes on the host beside its arena and the caller's pictures:
// pictures and moments on their way from one scale to the next, the photograph in grey where only its
// brightness is painted, and the matrices of style losses.
func (p *Plan) HostBytes() int64 {
	var most int64
	for i, st := range p.stages {
		bytes := 2*imageBytes(st.size.height, st.size.width) + st.matrixBytes()
		if st.preview != nil {
			bytes += imageBytes(st.size.height, st.size.width) + st.preview.matrixBytes()
		}
		if o := st.job.Recipe.Optimizer; o.Rule == recipe.LBFGS && o.Levels > 0 {
			bytes += 2 * imageBytes(st.size.height, st.size.width) // the picture, its coarser levels and their halves
		}
		if own := p.job.colouring.own; own != nil {
			bytes += imageBytes(own.Height, own.Width)
		}
		if i > 0 {
			before := imageBytes(p.stages[i-1].size.height, p.stages[i-1].size.width)
			bytes += before
			if o := p.stages[i-1].job.Recipe.Optimizer; o.Rule == recipe.Adam && o.CarryMoments {
				bytes += 2 * before
			}
		}
		most = max(most, bytes)
	}
	return most
}

// matrixBytes is what the style losses keep on the host, in matrices [C,C]: moments, target and gradient
// in float64 and the gradient again for the device, and what a Wasserstein distance takes its roots in.
func (st *stage) matrixBytes() int64 {
	each := 32
	if st.job.Recipe.Style.Distance != recipe.Gram {
		each = 56
	}
	n := 0
	for _, l := range st.style {
		c := st.shape(l).Channels
		n += each * c * c
	}
	return int64(n * len(st.regions))
}

// Work returns the multiply-adds of direct convolution on large maps that the run is worth: with a
// device's measured rate, how long it will take.
func (p *Plan) Work() float64 {
	work := 0.0
	for _, st := range p.stages {
		each := st.main.Cost() + st.rootsWork()
		if st.preview != nil {
			each += st.preview.main.Cost() + st.preview.rootsWork()
		}
		work += each * st.evaluations()
		if st.capture != nil {
			work += st.capture.Cost()
		}
		for _, lesson := range st.lessons {
			work += lesson.plan.Cost()
		}
	}
	return work
}

// evaluations is how many of the loss a stage is expected to take: one at its start and one an iteration;
// with a Wolfe search some more in the first iterations, and then a few in a hundred. Units take one.
func (st *stage) evaluations() float64 {
	n := float64(st.iterations + 1)
	if o := st.job.Recipe.Optimizer; st.iterations > 0 && o.Rule == recipe.LBFGS && o.Search == recipe.Wolfe {
		n += 3 + 0.05*float64(st.iterations)
	}
	if st.job.Recipe.Units == recipe.GreyUnits {
		n++
	}
	return n
}

// rootsWork is what the matrix roots of a Wasserstein distance take an evaluation, in the multiply-adds
// that a device does on convolutions in the same time: measured on 512 channels (BenchmarkTransport of
// package loss against BenchmarkVGG19 of engine/cpu).
func (st *stage) rootsWork() float64 {
	perCube := map[recipe.Distance]float64{"wasserstein": 76, "wasserstein-truncated": 103}[st.job.Recipe.Style.Distance]
	work := 0.0
	for _, l := range st.style {
		c := float64(st.shape(l).Channels)
		work += perCube * c * c * c * float64(len(st.regions))
	}
	return work
}

// Notes returns what a user should know before the run, one line each; none as a rule.
func (p *Plan) Notes() []string { return p.notes }

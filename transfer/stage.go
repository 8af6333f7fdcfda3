package transfer

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
)

// placed is a layer of a loss, found in the network.
type placed struct {
	layer  feature.Layer
	weight float64 // of the layer within its loss
}

// socket is a tap that is planned before it is made: targets exist only once there is memory.
type socket struct{ feature.Tap }

// stage is one scale of a plan: its size, its passes, and where its buffers lie in the arena.
//
//	base     image | gradient | optimiser's vectors | average | content targets | masks | preview | scratch
//
// Scratch holds the paintings and the photograph while they are read, and the network's maps afterwards.
type stage struct {
	job        *Job
	dev        engine.Device
	index      int
	size       size
	base       int64 // offset in the arena
	vectors    int   // of the optimiser and the average
	iterations int

	content, style []placed
	targets        []int64 // offsets of the content targets
	regions        []region
	guides         []guide // of each region
	guided         int64   // offset of their planes
	sockets        []*socket
	lessons        []*study
	capture        *feature.Plan // of the photograph's features; nil without a content loss
	captured       []*socket
	main           *feature.Plan
	units          units
	preview        *stage // whose loss counts, too; nil: none
	previews       bool   // some scale of the run has one, so that all list its term

	numbers int   // of the image, 3HW
	scratch int64 // offset
	bytes   int64
}

// newStage lays out one scale, for the job as it is there, with its preview, nil where it has none.
// Everything but the passes' own maps is the stage's.
func newStage(job *Job, index int, s size, preview *stage) (*stage, error) {
	st := bareStage(job, index, s)
	st.vectors = job.vectors()
	return st, st.layOut(preview)
}

// bareStage has no place for anything yet.
func bareStage(job *Job, index int, s size) *stage {
	return &stage{job: job, dev: job.Network.Device(), index: index, size: s,
		iterations: job.Recipe.Scales.Iterations, numbers: 3 * s.width * s.height}
}

func (st *stage) layOut(preview *stage) (err error) {
	job, s := st.job, st.size
	if err := job.checkRecipe(); err != nil {
		return st.fail(err)
	}
	if st.content, st.style, err = job.layers(); err != nil {
		return err
	}
	st.scratch = st.vectorOffset(st.vectors)
	for _, l := range st.content {
		shape := st.shape(l)
		st.targets = append(st.targets, st.scratch)
		st.scratch += engine.Align(st.dev.MapBytes(shape, shape.Height))
	}
	st.guided = st.scratch
	if len(st.style) > 0 {
		net := job.Network.Network()
		st.regions = job.regions()
		for _, r := range st.regions {
			g := guide{mask: r.mask, height: s.height, width: s.width, layers: st.style, net: &net}
			st.guides = append(st.guides, g)
			st.scratch += g.bytes()
		}
	}
	if preview != nil {
		st.preview = bareStage(preview.job, preview.index, preview.size)
		st.preview.base = st.scratch
		if err := st.preview.layOut(nil); err != nil {
			return err
		}
		st.scratch = st.preview.scratch // one scratch serves both, in turn
	}
	return st.plan()
}

// layers finds the recipe's layers that have a weight in the network.
func (j *Job) layers() (content, style []placed, err error) {
	find := func(of recipe.LayerWeights) (found []placed, err error) {
		net := j.Network.Network()
		for _, l := range of {
			layer, err := net.Layer(l.Layer)
			if err != nil {
				return nil, err
			}
			if l.Weight > 0 {
				found = append(found, placed{layer, l.Weight})
			}
		}
		return found, nil
	}
	if j.Recipe.HasContent() {
		if content, err = find(j.Recipe.Content.Layers); err != nil {
			return nil, nil, err
		}
	}
	if j.Recipe.HasStyle() {
		style, err = find(j.Recipe.Style.Layers)
	}
	return content, style, err
}

// vectors returns how many vectors of the image's length the optimiser and the average take.
func (j *Job) vectors() int {
	n := vectors(j.Recipe.Optimizer)
	if j.Recipe.Averaging > 0 {
		n++
	}
	return n
}

func (st *stage) shape(l placed) engine.Shape {
	net := st.job.Network.Network()
	return net.Shape(l.layer, st.size.height, st.size.width)
}

// plan lays out the passes over the photograph, the paintings and the image.
func (st *stage) plan() error {
	x := st.job.Network
	job := feature.Job{Height: st.size.height, Width: st.size.width, Pooling: Pooling(st.job.Recipe.Pooling)}
	var scratch int64
	if len(st.content) > 0 {
		var err error
		job.Taps, st.captured = sockets(st.content)
		if st.capture, err = x.Plan(job); err != nil {
			return st.fail(err)
		}
		scratch = st.capture.Bytes()
	}
	if len(st.style) > 0 {
		for i, p := range st.job.Style.paintings {
			s := st.job.paintingSize(p, st.size.long())
			lesson, err := newStudy(st.job, st.style, i, s.height, s.width)
			if err != nil {
				return st.fail(err)
			}
			st.lessons = append(st.lessons, lesson)
			scratch = max(scratch, lesson.bytes())
		}
	}
	var err error
	tapped := slices.Clone(st.content)
	for range st.regions {
		tapped = append(tapped, st.style...)
	}
	job.Taps, st.sockets = sockets(tapped)
	job.Gradient, job.Keep = true, st.job.Keep
	if st.job.Budget > 0 {
		job.Budget = max(st.job.Budget-st.scratch, 1)
	}
	if st.main, err = x.Plan(job); err != nil {
		return st.fail(err)
	}
	st.bytes = st.scratch + max(scratch, st.main.Bytes())
	if st.preview != nil {
		st.bytes = max(st.bytes, st.preview.bytes, st.scratch+imageBytes(st.size.height, st.size.width))
	}
	if st.job.Budget > 0 && st.bytes > st.job.Budget {
		return st.fail(&feature.BudgetError{Need: st.bytes, Budget: st.job.Budget})
	}
	return nil
}

func (st *stage) fail(err error) error {
	return fmt.Errorf("scale %v: %w", st.size, err)
}

// sockets makes an empty tap for each layer.
func sockets(layers []placed) ([]feature.Placement, []*socket) {
	taps, all := make([]feature.Placement, len(layers)), make([]*socket, len(layers))
	for i, l := range layers {
		all[i] = &socket{}
		taps[i] = feature.Placement{Layer: l.layer, Tap: all[i]}
	}
	return taps, all
}

// contentTap makes the content loss of a layer.
func (st *stage) contentTap(l placed, target engine.Map) feature.Tap {
	c := st.job.Recipe.Content
	coefficient := c.Weight * l.weight * st.units.content
	if c.Reference > 0 {
		coefficient *= c.Reference / float64(st.size.width*st.size.height)
	}
	switch c.Normalization {
	case recipe.ContentSum:
		coefficient /= 2
	case recipe.ContentMean:
		coefficient /= float64(target.Shape().Elements())
	}
	return loss.NewContent(st.dev, target, nil, coefficient)
}

// styleTap makes the style loss of a layer in a region, whose weights there are plane.
func (st *stage) styleTap(l placed, r region, painting engine.Statistics, plane engine.Plane) feature.Tap {
	s := st.job.Recipe.Style
	weight := s.Weight * s.Strength * l.weight * r.share * st.units.style
	switch s.Distance {
	case "wasserstein":
		return loss.NewWasserstein(st.dev, painting, plane, loss.Exact, weight)
	case "wasserstein-truncated":
		return loss.NewWasserstein(st.dev, painting, plane, loss.Truncated, weight)
	}
	return loss.NewGram(st.dev, painting, plane, normalizations[s.Normalization], weight)
}

// variation makes the total variation, nil where it has no weight. The pixels of a range of 255 differ
// 255 times as much.
func (st *stage) variation() *loss.Variation {
	v := st.job.Recipe.Variation
	if v.Weight == 0 {
		return nil
	}
	scale := v.Weight * v.Range
	if v.Kind != recipe.VariationL1 {
		scale *= v.Range
	}
	return loss.NewVariation(st.dev, variations[v.Kind], scale)
}

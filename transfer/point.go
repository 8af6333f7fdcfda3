package transfer

import (
	"context"
	"math"

	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
)

// Kind says which of the losses a term belongs to.
type Kind string

// The kinds of terms.
const (
	ContentTerm   Kind = "content"
	StyleTerm     Kind = "style"
	VariationTerm Kind = "tv"
	PreviewTerm   Kind = "preview"
)

// Term is one summand of the total loss.
type Term struct {
	Kind  Kind
	Layer string  // "" for total variation and the preview
	Value float64 // weighted: the terms add up to the total
}

// point evaluates a stage's loss at its image.
type point struct {
	image, gradient engine.Image
	pass            *feature.Pass
	variation       *loss.Variation
	preview         *preview // nil: none
	content, style  int      // how many layers have a content and a style loss
	terms           []Term

	// A line search may go back to an earlier trial, so the terms of all trials of a step are kept.
	totals []float64
	trials [][]float64
}

// prepare places a stage in the arena, learns its targets and readies its loss.
func (st *stage) prepare(ctx context.Context, arena engine.Arena) (*point, error) {
	p := &point{image: arena.Image(st.base, st.size.height, st.size.width)}
	p.gradient = arena.Image(st.base+imageBytes(st.size.height, st.size.width), st.size.height, st.size.width)
	targets, err := st.statistics(ctx, arena, st.scratch)
	if err != nil {
		return nil, err
	}
	if st.capture != nil {
		if err := st.photograph(ctx, arena, p.image); err != nil {
			return nil, err
		}
	}
	st.units = units{1, 1}
	st.placeTaps(arena, targets)
	for _, l := range st.content {
		p.terms = append(p.terms, Term{Kind: ContentTerm, Layer: l.layer.String()})
	}
	for _, l := range st.style {
		p.terms = append(p.terms, Term{Kind: StyleTerm, Layer: l.layer.String()})
	}
	p.content = len(st.content)
	p.style = len(st.style)
	if p.variation = st.variation(); p.variation != nil {
		p.terms = append(p.terms, Term{Kind: VariationTerm})
	}
	if st.preview != nil {
		if p.preview, err = st.preparePreview(ctx, arena); err != nil {
			return nil, err
		}
	}
	if st.previews {
		p.terms = append(p.terms, Term{Kind: PreviewTerm})
	}
	p.pass = st.main.Place(arena, st.scratch)
	if st.job.Recipe.Units == recipe.GreyUnits {
		if err := st.measure(ctx, p); err != nil {
			return nil, err
		}
		st.placeTaps(arena, targets)
	}
	return p, nil
}

// placeStyle makes the style losses of all regions.
func (st *stage) placeStyle(arena engine.Arena, targets [][]engine.Statistics) {
	sockets, offset := st.sockets[len(st.content):], st.guided
	for r := range st.regions {
		planes := st.guides[r].place(st.dev, arena, offset)
		offset += st.guides[r].bytes()
		for i, l := range st.style {
			sockets[r*len(st.style)+i].Tap = st.styleTap(l, st.regions[r], targets[r][i], planes[i])
		}
	}
}

func (st *stage) target(arena engine.Arena, i int) engine.Map {
	shape := st.shape(st.content[i])
	return arena.Map(st.targets[i], shape, shape.Height)
}

// photograph shows the photograph to the network and keeps its features as targets.
func (st *stage) photograph(ctx context.Context, arena engine.Arena, image engine.Image) error {
	for i := range st.content {
		st.captured[i].Tap = loss.NewCapture(st.dev, st.target(arena, i))
	}
	st.dev.Write(image, st.contentPicture().Pix)
	_, err := st.capture.Place(arena, st.scratch).Evaluate(ctx, image, nil)
	return err
}

// contentPicture returns the photograph at the stage's size.
func (st *stage) contentPicture() *canvas.Picture {
	return canvas.Resize(st.job.Content, st.size.width, st.size.height, canvas.Lanczos)
}

// evaluate is an optim.Objective.
func (p *point) evaluate(ctx context.Context) (float64, error) {
	var previewed float64
	if p.preview != nil { // first, since the network's maps and what the preview adds share memory
		var err error
		if previewed, err = p.preview.evaluate(ctx, p.image); err != nil {
			return 0, err
		}
	}
	values, err := p.pass.Evaluate(ctx, p.image, p.gradient)
	if err != nil {
		return 0, err
	}
	n := len(p.totals)
	if n == len(p.trials) {
		p.trials = append(p.trials, make([]float64, len(p.terms)))
	}
	trial := p.trials[n]
	clear(trial)
	for i, v := range values {
		if i >= p.content {
			i = p.content + (i-p.content)%p.style // a layer's term is the sum over regions
		}
		trial[i] += v
	}
	if p.variation != nil {
		trial[p.content+p.style] = p.variation.Add(p.image, p.gradient)
	}
	if p.preview != nil {
		p.preview.add(p.gradient)
		trial[len(trial)-1] = previewed
	}
	total := 0.0
	for _, v := range trial {
		total += v
	}
	p.totals = append(p.totals, total)
	return total, nil
}

// settle takes over the terms of the trial that a step came to and forgets the others. A step that
// stayed where it was keeps the terms it had.
func (p *point) settle(total float64) {
	for i := len(p.totals) - 1; i >= 0; i-- {
		if p.totals[i] == total {
			for t, v := range p.trials[i] {
				p.terms[t].Value = v
			}
			break
		}
	}
	p.totals = p.totals[:0]
}

// Evaluation is a recipe's loss at one picture.
type Evaluation struct {
	Terms        []Term
	Total        float64
	Gradient     []float32 // of the total by the picture's numbers, RGB in [0,1]; [3,H,W]
	GradientNorm float64   // Euclidean
	Notes        []string  // what a user should know, as Plan.Notes
}

// Evaluate returns the loss of a job at a picture of the photograph's size, with everything at its own
// size: nothing is resampled. Job.Size and the recipe's scales and optimiser do not matter; where
// settings differ by scale, those of the last one hold.
func Evaluate(ctx context.Context, job Job, at *canvas.Picture) (*Evaluation, error) {
	var err error
	if job.Recipe, err = job.Recipe.At(recipe.MaxScales-1, recipe.MaxScales); err != nil {
		return nil, err
	}
	job.Size, job.Recipe.Style.Scale = 0, 1
	job.Recipe.Scales.Count, job.Recipe.Averaging = 1, 0
	job.Recipe.Optimizer = recipe.Usual(recipe.Descent)
	own := size{job.Content.Width, job.Content.Height}
	if err := sameSize("the picture to evaluate at", at, own); err != nil {
		return nil, err
	}
	plan, err := NewPlan(job)
	if err != nil {
		return nil, err
	}
	st := plan.stages[0]
	arena, err := st.dev.NewArena(st.bytes)
	if err != nil {
		return nil, err
	}
	defer arena.Close()
	p, err := st.prepare(ctx, arena)
	if err != nil {
		return nil, err
	}
	st.dev.Write(p.image, at.Pix)
	e := &Evaluation{Gradient: make([]float32, st.numbers), Notes: plan.Notes()}
	if e.Total, err = p.evaluate(ctx); err != nil {
		return nil, err
	}
	p.settle(e.Total)
	e.Terms = p.terms
	st.dev.Read(e.Gradient, p.gradient)
	e.GradientNorm = math.Sqrt(st.dev.Dot(p.gradient, p.gradient))
	return e, nil
}

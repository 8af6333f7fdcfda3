package transfer

import (
	"context"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
)

// preview is the loss of a picture brought down to a coarser scale.
type preview struct {
	*point
	dev        engine.Device
	weight     float64
	resizer    *canvas.Resizer
	large      []float32     // the print, then the gradient by it
	small      []float32     // the print brought down
	pull       []float32     // the gradient by that
	correction engine.Vector // what is added to the print's gradient
}

// preparePreview readies the preview's loss. The correction lies in the scratch memory, where the
// network's maps are no longer needed when it is added.
func (st *stage) preparePreview(ctx context.Context, arena engine.Arena) (*preview, error) {
	below := st.preview
	p, err := below.prepare(ctx, arena)
	if err != nil {
		return nil, err
	}
	return &preview{
		point:      p,
		dev:        st.dev,
		weight:     st.job.Recipe.Preview.Weight,
		resizer:    canvas.NewResizer(st.size.width, st.size.height, below.size.width, below.size.height, canvas.Lanczos),
		large:      make([]float32, st.numbers),
		small:      make([]float32, below.numbers),
		pull:       make([]float32, below.numbers),
		correction: arena.Vector(st.scratch, st.numbers),
	}, nil
}

// evaluate returns the weighted loss of image brought down, and keeps its gradient for add.
func (p *preview) evaluate(ctx context.Context, image engine.Image) (float64, error) {
	p.dev.Read(p.large, image)
	p.resizer.Resize(p.small, p.large)
	p.dev.Write(p.image, p.small)
	total, err := p.point.evaluate(ctx)
	if err != nil {
		return 0, err
	}
	p.settle(total)
	p.dev.Read(p.pull, p.gradient)
	p.resizer.Backward(p.large, p.small, p.pull)
	return p.weight * total, nil
}

// add adds the gradient of the last evaluation to the print's.
func (p *preview) add(gradient engine.Image) {
	p.dev.Write(p.correction, p.large)
	p.dev.Axpy(gradient, float32(p.weight), p.correction)
}

package transfer

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
)

// Painting is a picture to learn from and its share among several.
type Painting struct {
	Picture *canvas.Picture
	Weight  float64 // not negative; only ratios count
	// Mask says which parts of the picture to learn from, in [0,1]; nil is all of it.
	Mask *canvas.Plane
}

// Style is what is learned from paintings: the statistics of their features, at each size that a plan
// asked for. It is safe for concurrent use, and worth keeping: what was learned once is not learned again.
type Style struct {
	paintings []*canvas.Picture
	weights   []float64
	masks     []*canvas.Plane

	mu      sync.Mutex
	learned map[lesson][]engine.Statistics
}

// lesson says which statistics were learned: of which painting, at which size, by which network.
type lesson struct {
	network       *feature.Extractor
	pooling       engine.Pooling
	layers        string
	painting      int
	colours       canvas.ColourMap // zero: its own
	height, width int
}

// NewStyle makes a style of one or more paintings. They must not change afterwards.
func NewStyle(paintings ...Painting) (*Style, error) {
	s := &Style{learned: map[lesson][]engine.Statistics{}}
	sum := 0.0
	for i, p := range paintings {
		if p.Weight < 0 || math.IsNaN(p.Weight) || math.IsInf(p.Weight, 0) {
			return nil, fmt.Errorf("style-weights: %v of painting %d must be a number and not negative", p.Weight, i+1)
		}
		if err := checkMask(fmt.Sprintf("style-mask %d", i+1), p.Mask); err != nil {
			return nil, err
		}
		sum += p.Weight
		s.paintings = append(s.paintings, p.Picture)
		s.weights = append(s.weights, p.Weight)
		s.masks = append(s.masks, p.Mask)
	}
	if len(paintings) == 0 || !(sum > 0) {
		return nil, fmt.Errorf("style-weights: no painting has a weight")
	}
	return s, nil
}

// Paintings returns the pictures that the style was made of, which are not to be changed.
func (s *Style) Paintings() []*canvas.Picture { return s.paintings }

// Bytes returns what the pictures and masks take; none where there is no style.
func (s *Style) Bytes() (bytes int64) {
	if s == nil {
		return 0
	}
	for i, p := range s.paintings {
		bytes += 4 * int64(len(p.Pix))
		if m := s.masks[i]; m != nil {
			bytes += 4 * int64(len(m.Pix))
		}
	}
	return bytes
}

// recall returns what was learned, nil where it was not.
func (s *Style) recall(l lesson) []engine.Statistics {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.learned[l]
}

func (s *Style) keep(l lesson, stats []engine.Statistics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.learned[l] = stats
}

// statistics returns what each region is to look like at one scale, layer by layer: the blend of its
// paintings. It learns what is missing in the scratch memory of arena from offset on.
func (st *stage) statistics(ctx context.Context, arena engine.Arena, offset int64) ([][]engine.Statistics, error) {
	style := st.job.Style
	each := make([][]engine.Statistics, len(st.lessons))
	for i := range st.lessons {
		if style.weights[i] == 0 {
			continue
		}
		stats := style.recall(st.lessons[i].lesson)
		if stats == nil {
			var err error
			if stats, err = st.lessons[i].learn(ctx, st, arena, offset); err != nil {
				return nil, err
			}
			style.keep(st.lessons[i].lesson, stats)
		}
		each[i] = stats
	}
	all := make([][]engine.Statistics, len(st.regions))
	for r := range st.regions {
		all[r] = st.blend(st.regions[r].paintings, each)
	}
	return all, nil
}

// blend mixes the statistics of paintings, layer by layer.
func (st *stage) blend(paintings []int, each [][]engine.Statistics) []engine.Statistics {
	mix := make([]engine.Statistics, len(st.style))
	for layer := range mix {
		var stats []engine.Statistics
		var weights []float64
		for _, i := range paintings {
			if w := st.job.Style.weights[i]; w > 0 {
				stats, weights = append(stats, each[i][layer]), append(weights, w)
			}
		}
		mix[layer] = loss.Blend(stats, weights)
	}
	return mix
}

// study is a painting at one scale and the forward pass over it.
type study struct {
	lesson
	guide   guide
	sockets []*socket
	plan    *feature.Plan
}

// newStudy plans the pass over a painting at the given size.
func newStudy(job *Job, layers []placed, painting, height, width int) (*study, error) {
	x := job.Network
	s := &study{lesson: lesson{network: x, pooling: Pooling(job.Recipe.Pooling), painting: painting,
		colours: job.colouring.of(painting), height: height, width: width}}
	net := x.Network()
	s.guide = guide{mask: job.Style.masks[painting], height: height, width: width, layers: layers, net: &net}
	for _, l := range layers {
		s.layers += l.layer.String() + " "
	}
	var taps []feature.Placement
	taps, s.sockets = sockets(layers)
	plan, err := x.Plan(feature.Job{Height: height, Width: width, Taps: taps, Pooling: Pooling(job.Recipe.Pooling)})
	if err != nil {
		return nil, fmt.Errorf("painting %d at %dx%d: %w", painting+1, width, height, err)
	}
	s.plan = plan
	return s, nil
}

// bytes is the scratch memory that learning needs.
func (s *study) bytes() int64 {
	return imageBytes(s.height, s.width) + s.guide.bytes() + s.plan.Bytes()
}

// learn shows the painting to the network.
func (s *study) learn(ctx context.Context, st *stage, arena engine.Arena, offset int64) ([]engine.Statistics, error) {
	image := arena.Image(offset, s.height, s.width)
	st.dev.Write(image, st.job.painting(s.painting, s.width, s.height).Pix)
	offset += imageBytes(s.height, s.width)
	observers := make([]*loss.Observer, len(s.sockets))
	for i, plane := range s.guide.place(st.dev, arena, offset) {
		observers[i] = loss.NewObserver(st.dev, st.shape(s.guide.layers[i]).Channels, plane)
		s.sockets[i].Tap = observers[i]
	}
	pass := s.plan.Place(arena, offset+s.guide.bytes())
	if _, err := pass.Evaluate(ctx, image, nil); err != nil {
		return nil, err
	}
	stats := make([]engine.Statistics, len(observers))
	for i, o := range observers {
		stats[i] = o.Statistics()
	}
	return stats, nil
}

// imageBytes is the place of an image in an arena.
func imageBytes(height, width int) int64 { return engine.Align(4 * 3 * int64(height) * int64(width)) }

package transfer

import (
	"fmt"
	"math"
	"slices"
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
	// Name is what messages call the painting; "" is its number.
	Name string
}

// Style is what is learned from paintings: the statistics of their features, at the sizes that plans
// asked for. It is safe for concurrent use, and worth keeping: what was learned is not learned again while it
// is among the last that were used, within a bound of memory.
type Style struct {
	paintings []*canvas.Picture
	weights   []float64
	masks     []*canvas.Plane
	names     []string

	mu      sync.Mutex
	lessons map[lessonKey][]loss.Lesson
	order   []lessonKey // of use, the oldest first
	bytes   int64
}

// lessonKey says what was learned: of which painting, at which size, by which network, for which losses.
type lessonKey struct {
	network  *feature.Extractor
	pooling  engine.Pooling
	layers   string // by terms
	learns   string
	painting int
	colours  canvas.ColourMap // zero: its own
	size     size
}

// NewStyle makes a style of one or more paintings. They must not change afterwards.
func NewStyle(paintings ...Painting) (*Style, error) {
	s := &Style{lessons: map[lessonKey][]loss.Lesson{}}
	for i, p := range paintings {
		s.names = append(s.names, p.Name)
		if p.Picture == nil {
			return nil, fmt.Errorf("%s is missing", s.name(i))
		}
		if err := checkMask("the mask of "+s.name(i), p.Mask); err != nil {
			return nil, err
		}
		s.paintings = append(s.paintings, p.Picture)
		s.weights = append(s.weights, p.Weight)
		s.masks = append(s.masks, p.Mask)
	}
	return s, s.checkShares(s.weights)
}

// checkShares returns an error where numbers cannot be the shares of the paintings.
func (s *Style) checkShares(shares []float64) error {
	if len(shares) != len(s.paintings) {
		return fmt.Errorf("shares: %d for %d paintings; each painting needs one", len(shares), len(s.paintings))
	}
	sum := 0.0
	for i, w := range shares {
		if w < 0 || math.IsNaN(w) || math.IsInf(w, 0) {
			return fmt.Errorf("the share %v of %s must be a number and not negative", w, s.name(i))
		}
		sum += w
	}
	if !(sum > 0) {
		return fmt.Errorf("shares: no painting has one")
	}
	return nil
}

// name is what messages call a painting.
func (s *Style) name(i int) string {
	if s.names[i] != "" {
		return s.names[i]
	}
	return fmt.Sprintf("painting %d", i+1)
}

// Paintings returns the pictures that the style was made of, which are not to be changed.
func (s *Style) Paintings() []*canvas.Picture { return s.paintings }

// Shares returns those of the paintings; none where there is no style.
func (s *Style) Shares() []float64 {
	if s == nil {
		return nil
	}
	return slices.Clone(s.weights)
}

// Bytes returns what pictures and masks take; none where there is no style.
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

// mostLessons bounds the lessons that a style keeps: those of the five layers of Gatys et al. take 2.8 MiB a
// painting and size, so that eight of them stay, more than the scales of a run to 4096 pixels.
const mostLessons = 24 << 20

// recall returns what was learned, nil where it was not or is no longer kept.
func (s *Style) recall(key lessonKey) []loss.Lesson {
	s.mu.Lock()
	defer s.mu.Unlock()
	lessons, ok := s.lessons[key]
	if ok {
		s.use(key)
	}
	return lessons
}

// use makes a key the one that was used last.
func (s *Style) use(key lessonKey) {
	s.order = append(slices.DeleteFunc(s.order, func(k lessonKey) bool { return k == key }), key)
}

// keep stores lessons, and forgets those that were used longest ago where there are too many.
func (s *Style) keep(key lessonKey, lessons []loss.Lesson) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.lessons[key]; !twice {
		s.bytes += lessonBytes(lessons)
	}
	s.lessons[key] = lessons
	s.use(key)
	for s.bytes > mostLessons && len(s.order) > 1 {
		s.bytes -= lessonBytes(s.lessons[s.order[0]])
		delete(s.lessons, s.order[0])
		s.order = slices.Delete(s.order, 0, 1)
	}
}

func lessonBytes(lessons []loss.Lesson) (bytes int64) {
	for _, l := range lessons {
		bytes += l.Bytes()
	}
	return bytes
}

// paintings returns those of the style; none where there is no style.
func (in *Inputs) paintings() []*canvas.Picture {
	if in.Style == nil {
		return nil
	}
	return in.Style.paintings
}

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
	Weight  float64 // not negative; only ratios matter
	// Mask selects the parts of the picture to learn from, in [0,1]; nil is all of it.
	Mask *canvas.Plane
	// Name is the painting's name in messages; if empty, its number is used.
	Name string
}

// Style holds paintings and what was learned from them: the statistics of their features, at the sizes that plans
// asked for. It is safe for concurrent use, and worth keeping: lessons are kept for later plans, least recently
// used first out, within a limit of memory.
type Style struct {
	paintings []*canvas.Picture
	weights   []float64
	masks     []*canvas.Plane
	names     []string

	mu      sync.Mutex
	lessons map[lessonKey][]loss.Lesson
	order   []lessonKey // of use, oldest first
	bytes   int64
}

// lessonKey identifies a lesson: painting, size, network and losses.
type lessonKey struct {
	network  *feature.Extractor
	pooling  engine.Pooling
	layers   string // by term
	learns   string
	painting int
	colours  canvas.ColourMap // zero: unchanged
	size     size
}

// NewStyle returns a style of one or more paintings, which must not change afterwards.
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

// checkShares returns an error if numbers cannot be the shares of the paintings.
func (s *Style) checkShares(shares []float64) error {
	if len(shares) != len(s.paintings) {
		return fmt.Errorf("%d shares for %d paintings; each painting needs one", len(shares), len(s.paintings))
	}
	sum := 0.0
	for i, w := range shares {
		if w < 0 || math.IsNaN(w) || math.IsInf(w, 0) {
			return fmt.Errorf("the share %v of %s must be finite and not negative", w, s.name(i))
		}
		sum += w
	}
	if !(sum > 0) {
		return fmt.Errorf("all shares are 0")
	}
	return nil
}

// name returns the name of a painting in messages.
func (s *Style) name(i int) string {
	if s.names[i] != "" {
		return s.names[i]
	}
	return fmt.Sprintf("painting %d", i+1)
}

// Paintings returns the pictures of the style, which must not be changed.
func (s *Style) Paintings() []*canvas.Picture { return s.paintings }

// Shares returns the shares of the paintings; nil if there is no style.
func (s *Style) Shares() []float64 {
	if s == nil {
		return nil
	}
	return slices.Clone(s.weights)
}

// Bytes returns the size of pictures and masks; 0 if there is no style.
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

// mostLessons limits the lessons that a style keeps: those of the five layers of Gatys et al. take 2.8 MiB a
// painting and size, so that eight are kept, more than the scales of a run up to 4096 pixels.
const mostLessons = 24 << 20

// recall returns a lesson, or nil if it was not learned or is no longer kept.
func (s *Style) recall(key lessonKey) []loss.Lesson {
	s.mu.Lock()
	defer s.mu.Unlock()
	lessons, ok := s.lessons[key]
	if ok {
		s.use(key)
	}
	return lessons
}

// use marks a key as the most recently used.
func (s *Style) use(key lessonKey) {
	s.order = append(slices.DeleteFunc(s.order, func(k lessonKey) bool { return k == key }), key)
}

// keep stores lessons, and drops the least recently used ones beyond the limit.
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

// paintings returns the paintings of the style; nil if there is no style.
func (in *Inputs) paintings() []*canvas.Picture {
	if in.Style == nil {
		return nil
	}
	return in.Style.paintings
}

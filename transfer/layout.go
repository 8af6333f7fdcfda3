package transfer

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
	"slices"
	"sync"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
)

// layout holds every scale of a run, in one arena. It is immutable.
type layout struct {
	in     Inputs
	scales []*scale
	bytes  int64

	origin Inputs // before any changes of a run
	once   sync.Once
	sum    string // digest of origin
}

// newLayout lays out inputs that have been checked and recoloured.
func newLayout(in, origin *Inputs) (*layout, error) {
	l := &layout{in: *in, origin: *origin}
	if err := l.layOut(); err != nil {
		return nil, fmt.Errorf("recipe %s: %w", in.Recipe.Name, err)
	}
	return l, nil
}

// BudgetError reports that even the smallest plan of a run exceeds the budget.
type BudgetError struct {
	Need   int64 // bytes of the smallest arena that fits the whole run
	Budget int64 // bytes available
}

// Error gives both numbers in MiB, rounded so that the need is sufficient.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("needs %d MiB of memory for its maps and vectors; the budget is %d MiB",
		(e.Need+1<<20-1)>>20, max(e.Budget, 0)>>20)
}

// layOut plans every scale. If some exceed the budget, the error gives the need of the largest.
func (l *layout) layOut() error {
	sides, last := l.in.sides(), l.in.last()
	need := int64(0)
	for i, side := range sides {
		s := last
		if i < len(sides)-1 {
			s = last.shrink(side)
		}
		own := l.in.at(i, len(sides))
		own.Recipe.TaperTo(s.long())
		sc, err := newScale(own, i, s, l.reduced(own, s))
		if sc != nil {
			l.scales = append(l.scales, sc)
		}
		if budget := new(feature.BudgetError); errors.As(err, &budget) {
			need = max(need, budget.Need)
		} else if err != nil {
			return fmt.Errorf("scale %v: %w", s, err)
		}
		l.bytes = max(l.bytes, sc.bytes)
	}
	if need > 0 {
		return &BudgetError{Need: need, Budget: l.in.Budget}
	}
	all := slices.ContainsFunc(l.scales, func(sc *scale) bool { return sc.reduced != nil })
	for _, sc := range l.scales {
		sc.listsReduced = all
	}
	return nil
}

// reduced returns the scale whose loss is also part of that of a larger scale of the given size: the finest that
// is no larger than the recipe's Reduced.Side, or nil if there is none.
func (l *layout) reduced(in *Inputs, s size) *scale {
	side := in.Recipe.Reduced.Side
	if in.Recipe.Reduced.Weight == 0 || s.long() <= side {
		return nil
	}
	for _, sc := range slices.Backward(l.scales) {
		if sc.size.long() <= side {
			return sc
		}
	}
	return nil
}

// iterations returns the iterations of all scales.
func (l *layout) iterations() int {
	n := 0
	for _, sc := range l.scales {
		n += sc.iterations
	}
	return n
}

// digest identifies what is painted: pictures, masks, recipe, sizes, seed, network. Changes during a run are
// excluded.
func (l *layout) digest() string {
	l.once.Do(func() {
		h := sha256.New()
		in := &l.origin
		for _, s := range in.Recipe.Settings() {
			fmt.Fprintf(h, "%s=%s\n", s.Name, s.Value)
		}
		fmt.Fprintf(h, "%v %v %d %v %d %v\n", in.Network.Network(), in.shares, in.Size, in.Enlarge, in.Seed, in.last())
		hashPictures(h, append([]*canvas.Picture{in.Photograph, in.Start}, in.paintings()...)...)
		hashPlanes(h, append([]*canvas.Plane{in.StrengthMap}, in.Masks...)...)
		if in.Style != nil {
			hashPlanes(h, in.Style.masks...)
		}
		l.sum = hex.EncodeToString(h.Sum(nil))
	})
	return l.sum
}

func hashPictures(h hash.Hash, pictures ...*canvas.Picture) {
	for _, p := range pictures {
		if p == nil {
			fmt.Fprintln(h, "none")
			continue
		}
		fmt.Fprintf(h, "%dx%d\n", p.Width, p.Height)
		hashNumbers(h, p.Pix)
	}
}

func hashPlanes(h hash.Hash, planes ...*canvas.Plane) {
	for _, p := range planes {
		if p == nil {
			fmt.Fprintln(h, "none")
			continue
		}
		fmt.Fprintf(h, "%dx%d\n", p.Width, p.Height)
		hashNumbers(h, p.Pix)
	}
}

func hashNumbers(h hash.Hash, numbers []float32) {
	var buffer [1 << 14]byte
	for len(numbers) > 0 {
		n := min(len(numbers), len(buffer)/4)
		for i, v := range numbers[:n] {
			binary.LittleEndian.PutUint32(buffer[4*i:], math.Float32bits(v))
		}
		h.Write(buffer[:4*n])
		numbers = numbers[n:]
	}
}

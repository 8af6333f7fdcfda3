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

	origin *layout // before any changes of a run, whose arena it keeps; nil: this one
	once   sync.Once
	sum    string // digest
}

// newLayout lays out inputs that have been checked and recoloured. If a run changes, origin is its layout before.
func newLayout(in *Inputs, origin *layout) (*layout, error) {
	l := &layout{in: *in, origin: origin}
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
		l.scales = append(l.scales, sc)
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

// original returns the layout before any changes of a run.
func (l *layout) original() *layout {
	if l.origin != nil {
		return l.origin
	}
	return l
}

// digest identifies what is painted: pictures, masks, recipe, sizes, seed, network and its parameters. Changes during
// a run are excluded.
func (l *layout) digest() string {
	if l.origin != nil {
		return l.origin.digest()
	}
	l.once.Do(func() {
		h := sha256.New()
		in := &l.in
		for _, s := range in.Recipe.Settings() {
			fmt.Fprintf(h, "%s=%s\n", s.Name, s.Value)
		}
		fmt.Fprintf(h, "%s %v %d %v %d %v\n", in.Network.Model().Digest(), in.shares, in.Size, in.Enlarge, in.Seed, in.last())
		for _, p := range append([]*canvas.Picture{in.Photograph, in.Start}, in.paintings()...) {
			if p == nil {
				p = &canvas.Picture{}
			}
			hashNumbers(h, p.Width, p.Height, p.Pix)
		}
		masks := append([]*canvas.Plane{in.StrengthMap}, in.Masks...)
		if in.Style != nil {
			masks = append(masks, in.Style.masks...)
		}
		for _, m := range masks {
			if m == nil {
				m = &canvas.Plane{}
			}
			hashNumbers(h, m.Width, m.Height, m.Pix)
		}
		l.sum = hex.EncodeToString(h.Sum(nil))
	})
	return l.sum
}

// hashNumbers hashes a picture or a plane; a missing one is 0x0.
func hashNumbers(h hash.Hash, width, height int, numbers []float32) {
	fmt.Fprintf(h, "%dx%d\n", width, height)
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

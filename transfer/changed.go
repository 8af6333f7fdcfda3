package transfer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Change is a change to a run, which takes effect at its next step.
type Change struct {
	// Scale and Iteration say when it took effect: before the step that follows that iteration. The run sets them.
	Scale     int `json:"scale"`
	Iteration int `json:"iteration"`
	// Settings are settings of the recipe, by the names of recipe.Parameters. Those in Changeable may change.
	Settings map[string]string `json:"settings,omitempty"`
	// Shares, if not empty, are the new shares of the paintings, one each.
	Shares []float64 `json:"shares,omitempty"`
}

// changeable are the settings that a run may change: all but those that determine sizes, the start, the
// network and the kind of optimiser.
var changeable = []string{
	"strength", "content-weight", "content-layers", "style-weight", "style-layers", "style-normalization", "style-loss", "tv-weight", "tv", "tv-range",
	"reduced-weight", "learning-rate", "iterations", "coarse-iterations", "first-iterations", "style-scale",
}

// Changeable lists the settings that a run may change. Style-scale takes effect at once like all others, but
// existing strokes keep their size until the next scale.
func Changeable() []string { return slices.Clone(changeable) }

// ChangeError reports a setting that a run cannot change.
type ChangeError struct {
	Setting string
	Reason  string
}

func (e *ChangeError) Error() string {
	return fmt.Sprintf("change %s: %s", e.Setting, e.Reason)
}

// changed returns the layout with further changes. It fits the arena of the run, whose memory was reserved: if it
// would take more, more maps are recomputed.
func (l *layout) changed(changes []Change) (*layout, error) {
	in := l.in
	in.Recipe = in.Recipe.Clone()
	for _, c := range changes {
		if err := in.change(c); err != nil {
			return nil, err
		}
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	next, err := newLayout(&in, l.original())
	if err == nil && next.bytes > next.origin.bytes {
		in.Budget = next.origin.bytes
		next, err = newLayout(&in, next.origin)
	}
	if err != nil {
		return nil, err
	}
	if len(next.scales) != len(l.scales) {
		return nil, &ChangeError{"style-layers", "the layers are too deep for the run's smallest scale"}
	}
	return next, nil
}

// change applies one change to the recipe and the shares.
func (in *Inputs) change(c Change) error {
	for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
		if !slices.Contains(changeable, name) {
			return &ChangeError{name, "it applies to the whole run; a run can change " + strings.Join(changeable, ", ")}
		}
	}
	if err := in.Recipe.Override(c.Settings); err != nil {
		return err
	}
	if c.Shares != nil {
		if in.Style == nil {
			return &ChangeError{"shares", "the run has no painting"}
		}
		if err := in.Style.checkShares(c.Shares); err != nil {
			return err
		}
		in.shares = slices.Clone(c.Shares)
	}
	return nil
}

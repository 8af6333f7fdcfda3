package optim

import (
	"fmt"
	"slices"
)

// State is the state of a rule without its vectors, as a plain value: every number is finite, so that any encoding
// holds it exactly, JSON included.
type State struct {
	Rule   string  `json:"rule"`   // Kind.Name
	Loss   float64 `json:"loss"`   // at X
	Norm2  float64 `json:"norm2"`  // squared Euclidean norm of the gradient at X
	First  float64 `json:"first"`  // the loss at the start, or when the function last changed
	Lowest float64 `json:"lowest"` // of the losses accepted since then
	Rate   float64 `json:"rate"`   // the learning rate of the next step

	// Of Adam and gradient descent.
	Given  float64 `json:"given,omitempty"`  // the rate before any explosion reduced it
	Chosen bool    `json:"chosen,omitempty"` // Given was chosen from the gradient
	Still  bool    `json:"still,omitempty"`  // the moments are zero
	Steps  int     `json:"steps,omitempty"`  // steps in Adam's moments
	// Of an interrupted step: X is 1, a step ahead, or 2, back again, and its loss there is not known yet.
	Moved int `json:"moved,omitempty"`
	Tried int `json:"tried,omitempty"` // number of rates that were too large

	// Of L-BFGS.
	Gamma float64 `json:"gamma,omitempty"` // scale of the initial inverse Hessian
	Made  uint64  `json:"made,omitempty"`  // pairs made so far; the serial number of the next
	Pairs []Pair  `json:"pairs,omitempty"` // from the oldest to the newest

	// Vectors are the indices, ascending, of the working vectors whose contents belong to the state; the contents of
	// the others do not matter. Indices refer to the slice with which the rule was made.
	Vectors []int `json:"vectors,omitempty"`
}

// held returns the vectors of all pairs.
func (s *State) held() []int {
	var vectors []int
	for _, p := range s.Pairs {
		vectors = append(vectors, p.S, p.Y)
	}
	slices.Sort(vectors)
	return vectors
}

// Pair is a curvature pair of L-BFGS: the step s and the change y of the gradient along it. Once made, a pair keeps
// its serial number, its place and its contents until it is dropped, so a program that saves states repeatedly need
// save each pair only once. Two runs that continue from one state may give different pairs the same number.
type Pair struct {
	Serial uint64  `json:"serial"`
	S      int     `json:"s"` // indices of the working vectors
	Y      int     `json:"y"`
	Rho    float64 `json:"rho"` // 1 / y's
}

// StateError reports that a State does not fit the rule that is to be restored from it.
type StateError struct {
	Rule   string // "L-BFGS"
	Reason string
}

func (e *StateError) Error() string {
	return fmt.Sprintf("optim: %s cannot restore the state: %s", e.Rule, e.Reason)
}

// audit records the first fault found in a state.
type audit struct {
	rule   string
	reason string
}

func (a *audit) demand(ok bool, format string, args ...any) {
	if !ok && a.reason == "" {
		a.reason = fmt.Sprintf(format, args...)
	}
}

func (a *audit) err() error {
	if a.reason == "" {
		return nil
	}
	return &StateError{a.rule, a.reason}
}

// common checks what must hold for a state of every rule.
func (a *audit) common(s *State, name string, vectors []int) {
	a.demand(s.Rule == name, "it is a state of %q", s.Rule)
	a.demand(finite(s.Loss) && finite(s.First) && finite(s.Lowest), "a loss is not finite")
	a.demand(finite(s.Norm2) && s.Norm2 >= 0, "the gradient's squared norm is %v", s.Norm2)
	a.demand(finite(s.Rate) && s.Rate >= 0, "the learning rate is %v", s.Rate)
	a.demand(slices.Equal(s.Vectors, vectors), "it lists the vectors %v, want %v", s.Vectors, vectors)
}

// pairs checks that the pairs of a rule with the given history are distinct and complete.
func (a *audit) pairs(s *State, history, vectors int) {
	a.demand(finite(s.Gamma) && s.Gamma > 0, "the scale of the inverse Hessian is %v", s.Gamma)
	a.demand(len(s.Pairs) <= history, "it has %d pairs; at most %d are kept", len(s.Pairs), history)
	held := make([]bool, vectors)
	for i, p := range s.Pairs {
		a.demand(finite(p.Rho) && p.Rho > 0, "the curvature of pair %d is %v", p.Serial, p.Rho)
		a.demand(p.Serial < s.Made && (i == 0 || p.Serial > s.Pairs[i-1].Serial), "pair %d is out of order", p.Serial)
		for _, v := range []int{p.S, p.Y} {
			inside := 0 <= v && v < vectors
			a.demand(inside && !held[v], "pair %d uses vector %d, which is out of range or in use", p.Serial, v)
			if inside {
				held[v] = true
			}
		}
	}
}

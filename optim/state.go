package optim

import (
	"fmt"
	"slices"
)

// State is what a rule knows besides its vectors, as a plain value: every number is finite, so that any encoding
// of Go's holds it exactly, JSON included.
type State struct {
	Rule   string  `json:"rule"`   // "lbfgs", "adam" or "descent"
	Loss   float64 `json:"loss"`   // at X
	Norm2  float64 `json:"norm2"`  // squared Euclidean norm of the gradient at X
	First  float64 `json:"first"`  // the loss at the start, or where the function last changed
	Lowest float64 `json:"lowest"` // of the losses accepted since then
	Rate   float64 `json:"rate"`   // the learning rate of the next step

	// Of Adam and gradient descent.
	Given  float64 `json:"given,omitempty"`  // the rate before any explosion reduced it
	Chosen bool    `json:"chosen,omitempty"` // Given was chosen by the gradient
	Still  bool    `json:"still,omitempty"`  // the moments are zero
	Steps  int     `json:"steps,omitempty"`  // those that Adam's moments have seen
	// Of a step that was interrupted: X is 1, a step ahead, or 2, back again, and its loss there not known yet.
	Moved int `json:"moved,omitempty"`
	Tried int `json:"tried,omitempty"` // rates that were too large

	// Of L-BFGS.
	Gamma float64 `json:"gamma,omitempty"` // scale of the initial inverse Hessian
	Made  uint64  `json:"made,omitempty"`  // pairs made so far; the serial number of the next
	Pairs []Pair  `json:"pairs,omitempty"` // from the oldest to the newest

	// Vectors are the indices, ascending, of the working vectors whose contents belong to the state. What the others
	// hold does not matter. Indices are those in the slice that the rule was made with.
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
// its serial number, its place and its contents until it is dropped, so whoever saves states again and again
// saves each pair once. Two runs that go on from one state number alike what may be different pairs.
type Pair struct {
	Serial uint64  `json:"serial"`
	S      int     `json:"s"` // indices of the working vectors
	Y      int     `json:"y"`
	Rho    float64 `json:"rho"` // 1 / y's
}

// The names of rules in a State.
const (
	ruleLBFGS   = "lbfgs"
	ruleAdam    = "adam"
	ruleDescent = "descent"
)

// StateError says that a State does not fit the rule that was to be restored from it.
type StateError struct {
	Rule   string // "L-BFGS"
	Reason string
}

func (e *StateError) Error() string {
	return fmt.Sprintf("optim: the state cannot be restored by %s: %s", e.Rule, e.Reason)
}

// audit collects what is wrong with a state; the first fault counts.
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

// common demands what holds for a state of every rule.
func (a *audit) common(s *State, name string, vectors []int) {
	a.demand(s.Rule == name, "it is one of %q", s.Rule)
	a.demand(finite(s.Loss) && finite(s.First) && finite(s.Lowest), "a loss is not finite")
	a.demand(finite(s.Norm2) && s.Norm2 >= 0, "the gradient's squared norm is %v", s.Norm2)
	a.demand(finite(s.Rate) && s.Rate >= 0, "the learning rate is %v", s.Rate)
	a.demand(slices.Equal(s.Vectors, vectors), "it lists the vectors %v, want %v", s.Vectors, vectors)
}

// pairs demands that the pairs of a rule with the given history are distinct and whole.
func (a *audit) pairs(s *State, history, vectors int) {
	a.demand(finite(s.Gamma) && s.Gamma > 0, "the scale of the inverse Hessian is %v", s.Gamma)
	a.demand(len(s.Pairs) <= history, "it has %d pairs, at most %d are kept", len(s.Pairs), history)
	held := make([]bool, vectors)
	for i, p := range s.Pairs {
		a.demand(finite(p.Rho) && p.Rho > 0, "the curvature of pair %d is %v", p.Serial, p.Rho)
		a.demand(p.Serial < s.Made && (i == 0 || p.Serial > s.Pairs[i-1].Serial), "pair %d is out of order", p.Serial)
		for _, v := range []int{p.S, p.Y} {
			inside := 0 <= v && v < vectors
			a.demand(inside && !held[v], "pair %d lies in vector %d, which is out of range or another's", p.Serial, v)
			if inside {
				held[v] = true
			}
		}
	}
}

package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/optim"
)

// Progress says how far a run is: at the start of a scale, or after an iteration. It and its Terms are valid
// until the run's next step only.
type Progress struct {
	Scale, Scales         int // Scale counts from 0
	Width, Height         int // of the picture at this scale
	Iteration, Iterations int // at this scale; Iteration 0 is its start
	Done, Total           int // iterations of all scales
	Evaluations           int // of the loss, all scales
	Elapsed               time.Duration
	Loss                  float64
	Terms                 []Term
	GradientNorm          float64
	Events                optim.Event // what went wrong at this iteration, and was dealt with
	Changes               []Change    // that took effect with this step

	run *Run
}

// Picture returns the picture as it is now: with averaging, the average. It takes time and memory.
func (p *Progress) Picture() (*canvas.Picture, error) { return p.run.Picture() }

// Result is the outcome of a run.
type Result struct {
	// Picture is the result. Its values may leave [0,1] a little where the recipe does not clamp.
	Picture *canvas.Picture
	// Finished is false where an error or the context ended the run: Picture is then what was reached,
	// at the size of the scale that was reached.
	Finished    bool
	Iterations  int
	Evaluations int
	Elapsed     time.Duration
	// FirstLoss and LastLoss are those of the last scale that was reached; only they can be compared.
	FirstLoss, LastLoss float64
	Terms               []Term      // of LastLoss
	Events              optim.Event // all that were met
	Changes             []Change    // all that were made
}

// Run is a painting in progress. It is for one goroutine at a time.
type Run struct {
	*easel  // with all changes so far
	changed []Change
	pending []Change // take effect at the next step
	// restarted is what changes did to the step rule, for the report of the step that follows.
	restarted optim.Step

	progress Progress
	total    Result
	before   time.Duration // spent before the run was resumed
	started  time.Time
}

// newRun takes the memory of a run.
func newRun(l *layout) (*Run, error) {
	e, err := newEasel(l)
	if err != nil {
		return nil, err
	}
	return &Run{easel: e, started: time.Now()}, nil
}

// resume returns the run that a snapshot was taken of.
func resume(ctx context.Context, l *layout, s *Snapshot) (*Run, error) {
	changed, err := s.layout(l)
	if err != nil {
		return nil, err
	}
	r, err := newRun(changed)
	if err != nil {
		return nil, err
	}
	r.changed, r.before = slices.Clone(s.Changes), s.Elapsed
	r.total = Result{Iterations: s.Iterations, Evaluations: s.Evaluations, FirstLoss: s.FirstLoss, LastLoss: s.LastLoss,
		Terms: slices.Clone(s.Terms), Events: s.Events}
	step, err := r.restore(ctx, s)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if r.live != nil {
		r.note(optim.Step{Loss: step.Loss, GradientNorm: step.GradientNorm, Events: step.Events}, nil)
	}
	return r, nil
}

// Finish steps the run to its end, and closes it. See Plan.Run.
func (r *Run) Finish(ctx context.Context, report func(*Progress)) (*Result, error) {
	var err error
	for err == nil && !r.Done() {
		if err = r.Step(ctx); err == nil && report != nil {
			report(r.Progress())
		}
	}
	result, failed := r.Result()
	return result, errors.Join(err, failed, r.Close())
}

// Done reports whether every iteration of every scale was made.
func (r *Run) Done() bool {
	return r.index == len(r.scales)-1 && r.live != nil && r.live.ended()
}

// Step makes one iteration, or, where a scale begins, takes the loss at its start. Changes that were asked for
// take effect first. Where it fails the picture is the last one that was accepted; a run that the context ended may be
// stepped again, and then goes on as if it had not been interrupted. A run that is done stays as it is.
func (r *Run) Step(ctx context.Context) error {
	if r.Done() && len(r.pending) == 0 {
		return nil
	}
	changes, err := r.apply(ctx)
	if err == nil && r.Done() { // the change took iterations away
		return nil
	}
	if err == nil {
		var step optim.Step
		if step, err = r.advance(ctx); err == nil {
			step.Events |= r.restarted.Events
			step.Evaluations += r.restarted.Evaluations
			r.restarted = optim.Step{}
			r.note(step, changes)
		}
	}
	if err != nil {
		return fmt.Errorf("scale %v: %w", r.scales[r.index].size, err)
	}
	return nil
}

// advance is Step without changes.
func (r *Run) advance(ctx context.Context) (optim.Step, error) {
	if r.live != nil && r.live.ended() && r.index < len(r.scales)-1 {
		if err := r.leave(); err != nil {
			return optim.Step{}, err
		}
		r.index++
	}
	if r.live == nil {
		step, err := r.enter(ctx)
		if err == nil {
			r.total.FirstLoss = step.Loss
		}
		return step, err
	}
	l := r.live
	step, err := l.rule.Step(ctx, l.objective)
	if err != nil {
		return step, err
	}
	l.iteration++
	l.stalled = step.Events.Has(optim.Stalled)
	r.total.Iterations++
	return step, l.average.add()
}

// note settles the terms of a step and keeps what there is to report of it.
func (r *Run) note(step optim.Step, changes []Change) {
	l, t := r.live, &r.total
	l.objective.settle(l.objective.rows, step.Loss)
	t.Evaluations += step.Evaluations
	t.Events |= step.Events
	t.LastLoss, t.Terms = step.Loss, l.objective.rows
	done := l.iteration
	for _, earlier := range r.scales[:r.index] {
		done += earlier.iterations
	}
	r.progress = Progress{
		Scale: r.index, Scales: len(r.scales), Width: l.size.width, Height: l.size.height,
		Iteration: l.iteration, Iterations: l.iterations, Done: done, Total: r.layout.iterations(),
		Evaluations: t.Evaluations, Elapsed: r.elapsed(),
		Loss: step.Loss, Terms: l.objective.rows, GradientNorm: step.GradientNorm, Events: step.Events,
		Changes: changes, run: r,
	}
}

func (r *Run) elapsed() time.Duration { return r.before + time.Since(r.started) }

// Progress says how far the run is. Before its first step it is zero.
func (r *Run) Progress() *Progress { return &r.progress }

// Picture returns the picture as it is now, at the size of the scale at work: with averaging, the average. It is nil
// before the first scale has begun.
func (r *Run) Picture() (*canvas.Picture, error) {
	if r.live == nil {
		return r.in.colouring.finish(r.picture), nil
	}
	p, err := r.live.read(r.live.average.result())
	if err != nil {
		return nil, err
	}
	return r.in.colouring.finish(p), nil
}

// Result returns what the run has reached.
func (r *Run) Result() (*Result, error) {
	t := r.total
	t.Elapsed, t.Finished, t.Changes = r.elapsed(), r.Done(), r.changed
	var err error
	t.Picture, err = r.Picture()
	return &t, err
}

// Change asks for something to be done otherwise from the next step on. What cannot be is an error now, and
// nothing changes.
func (r *Run) Change(c Change) error {
	all := append(slices.Clone(r.pending), c)
	if _, err := r.layout.changed(all); err != nil {
		return err
	}
	r.pending = all
	return nil
}

// apply makes the changes that were asked for.
func (r *Run) apply(ctx context.Context) ([]Change, error) {
	if len(r.pending) == 0 {
		return nil, nil
	}
	next, err := r.layout.changed(r.pending)
	if err != nil {
		return nil, err
	}
	changes := slices.Clone(r.pending)
	for i := range changes {
		changes[i].Scale, changes[i].Iteration = r.index, 0
		if r.live != nil {
			changes[i].Iteration = r.live.iteration
		}
	}
	step, err := r.adopt(ctx, next)
	r.restarted.Events |= step.Events
	r.restarted.Evaluations += step.Evaluations
	if err != nil {
		return nil, err
	}
	r.changed = append(r.changed, changes...)
	r.pending = nil
	return changes, nil
}

// Snapshot returns the state of the run. Changes that have not taken effect yet are not part of it.
func (r *Run) Snapshot() (*Snapshot, error) {
	t := &r.total
	s := &Snapshot{
		Changes: slices.Clone(r.changed), Iterations: t.Iterations, Evaluations: t.Evaluations, FirstLoss: t.FirstLoss,
		LastLoss: t.LastLoss, Terms: slices.Clone(t.Terms), Events: t.Events, Elapsed: r.elapsed(),
	}
	return s, s.take(r.easel)
}

// Close gives the run's memory back. Its results stay valid.
func (r *Run) Close() error { return r.easel.close() }

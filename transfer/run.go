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

// Progress is the progress of a run: at the start of a scale, or after an iteration. It and its Terms are valid
// only until the run's next step.
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
	Events                optim.Event // problems met and handled at this iteration
	Changes               []Change    // that took effect at this step

	run *Run
}

// Picture returns the current picture: with averaging, the average. It takes time and memory.
func (p *Progress) Picture() (*canvas.Picture, error) { return p.run.Picture() }

// Result is the outcome of a run.
type Result struct {
	// Picture is the result. Its values may leave [0,1] slightly unless the recipe clamps.
	Picture *canvas.Picture
	// Finished is false if an error or the context ended the run: Picture is then the last one reached,
	// at the size of its scale.
	Finished    bool
	Iterations  int
	Evaluations int
	Elapsed     time.Duration
	// FirstLoss and LastLoss are those of the last scale that was reached; losses of different scales cannot be compared.
	FirstLoss, LastLoss float64
	Terms               []Term      // of LastLoss
	Events              optim.Event // of the whole run
	Changes             []Change    // of the whole run
}

// Run is a painting in progress. It must be used by one goroutine at a time.
type Run struct {
	*easel  // with all changes so far
	changed []Change
	pending []Change // to apply at the next step

	// What happened since the last report besides the steps: changes, and their effect on the step rule.
	made      []Change
	restarted optim.Step

	progress Progress
	total    Result
	before   time.Duration // spent before the run was resumed
	started  time.Time
}

// newRun allocates the memory of a run.
func newRun(l *layout) (*Run, error) {
	e, err := newEasel(l)
	if err != nil {
		return nil, err
	}
	return &Run{easel: e, started: time.Now()}, nil
}

// resume returns the run from which a snapshot was taken.
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
		r.note(optim.Step{Loss: step.Loss, GradientNorm: step.GradientNorm, Events: step.Events})
	}
	return r, nil
}

// Finish steps the run to its end and closes it. See Plan.Run.
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

// Done reports whether every iteration of every scale has been made.
func (r *Run) Done() bool {
	return r.index == len(r.scales)-1 && r.live != nil && r.live.ended()
}

// Step makes one iteration or, at the start of a scale, evaluates its loss. Pending changes take effect
// first. If it fails, the picture is the last accepted one; a run that the context ended may be stepped again,
// and then continues as if it had not been interrupted, except that a change that was interrupted lets the scale start
// again at its picture. After any other failure the run can only be closed. Stepping a run that is done does nothing.
func (r *Run) Step(ctx context.Context) error {
	if r.Done() && len(r.pending) == 0 {
		return nil
	}
	if r.failed != nil {
		return r.failed
	}
	err := r.apply(ctx)
	if err == nil {
		err = r.advance(ctx)
	}
	if err != nil {
		return fmt.Errorf("scale %v: %w", r.scales[r.index].size, err)
	}
	return nil
}

// advance is Step without changes.
func (r *Run) advance(ctx context.Context) error {
	if r.live != nil && r.live.ended() && r.index < len(r.scales)-1 {
		if err := r.leave(); err != nil {
			return err
		}
		r.index++
	}
	if r.live == nil {
		step, err := r.enter(ctx)
		if err != nil {
			return err
		}
		if r.live.iteration == 0 {
			r.total.FirstLoss = step.Loss
			r.note(step)
			return nil
		}
		r.carry(step)
	}
	if r.live.ended() { // a change removed the remaining iterations
		step := optim.Step{Loss: r.total.LastLoss, GradientNorm: r.progress.GradientNorm}
		if r.restarted.Evaluations > 0 {
			step.Loss, step.GradientNorm = r.restarted.Loss, r.restarted.GradientNorm
		}
		r.note(step)
		return nil
	}
	step, err := r.iterate(ctx)
	if err == nil {
		r.note(step)
	}
	return err
}

// iterate makes one iteration.
func (r *Run) iterate(ctx context.Context) (optim.Step, error) {
	l := r.live
	step, err := l.rule.Step(ctx, l.objective)
	if err != nil {
		if interrupted := ctx.Err(); interrupted == nil || !errors.Is(err, interrupted) {
			r.failed = err
		}
		return step, err
	}
	l.iteration++
	l.stalled = step.Events.Has(optim.Stalled)
	r.total.Iterations++
	return step, l.average.add()
}

// carry adds a step to what the next report includes.
func (r *Run) carry(step optim.Step) {
	step.Events |= r.restarted.Events
	step.Evaluations += r.restarted.Evaluations
	r.restarted = step
}

// note settles the terms of a step and records its progress, with what has been carried.
func (r *Run) note(step optim.Step) {
	r.carry(step)
	step = r.restarted
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
		Changes: r.made, run: r,
	}
	r.made, r.restarted = nil, optim.Step{}
}

func (r *Run) elapsed() time.Duration { return r.before + time.Since(r.started) }

// Progress returns the progress of the run. Before its first step it is zero.
func (r *Run) Progress() *Progress { return &r.progress }

// Picture returns the current picture, at the size of the current scale: with averaging, the average. It is nil
// before the first scale has started.
func (r *Run) Picture() (*canvas.Picture, error) {
	if r.live != nil {
		p, err := r.live.read(r.live.average.result())
		if err != nil {
			return nil, err
		}
		return r.in.colouring.finish(p), nil
	}
	if r.picture == nil {
		return nil, nil
	}
	return r.in.colouring.finish(r.picture.Clone()), nil
}

// Result returns the result so far.
func (r *Run) Result() (*Result, error) {
	t := r.total
	t.Elapsed, t.Finished, t.Terms, t.Changes = r.elapsed(), r.Done(), slices.Clone(t.Terms), slices.Clone(r.changed)
	var err error
	t.Picture, err = r.Picture()
	return &t, err
}

// Change requests a change, which takes effect at the next step. An impossible change is an error now, and
// nothing changes.
func (r *Run) Change(c Change) error {
	all := append(slices.Clone(r.pending), c)
	if _, err := r.layout.changed(all); err != nil {
		return err
	}
	r.pending = all
	return nil
}

// apply makes the pending changes.
func (r *Run) apply(ctx context.Context) error {
	if len(r.pending) == 0 {
		return nil
	}
	next, err := r.layout.changed(r.pending)
	if err != nil {
		return err
	}
	changes := slices.Clone(r.pending)
	for i := range changes {
		changes[i].Scale, changes[i].Iteration = r.index, r.iteration
		if r.live != nil {
			changes[i].Iteration = r.live.iteration
		}
	}
	step, err := r.adopt(ctx, next)
	if r.layout == next {
		r.pending, r.changed, r.made = nil, append(r.changed, changes...), append(r.made, changes...)
	}
	r.carry(step)
	return err
}

// Snapshot returns the state of the run, without pending changes.
func (r *Run) Snapshot() (*Snapshot, error) {
	if r.failed != nil {
		return nil, r.failed
	}
	t := &r.total
	s := &Snapshot{
		Changes: slices.Clone(r.changed), Iterations: t.Iterations, Evaluations: t.Evaluations, FirstLoss: t.FirstLoss,
		LastLoss: t.LastLoss, Terms: slices.Clone(t.Terms), Events: t.Events, Elapsed: r.elapsed(),
	}
	return s, s.take(r.easel)
}

// Close releases the memory of the run. Its results stay valid.
func (r *Run) Close() error { return r.easel.close() }

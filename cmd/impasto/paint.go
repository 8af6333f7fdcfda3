package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// painter paints an order and writes its pictures to files.
type painter struct {
	console
	machine machineFlags
	report  reportFlags
	order   order.Order

	variations int // how many pictures; 0 is 1
	output     string
	tracePath  string
	show       bool
	dryRun     bool
}

// run makes all checks that are possible before painting, cheapest first, and paints.
func (p *painter) run(ctx context.Context) error {
	all, err := p.each()
	if err != nil {
		return err
	}
	ready, err := p.machine.sit(ctx, p.console, p.order)
	if err != nil {
		return err
	}
	defer ready.close()
	for _, one := range all {
		if err = one.paint(ctx, ready); err != nil || p.dryRun {
			break
		}
	}
	return errors.Join(err, p.printAll(all))
}

// piece is one picture of a painter: that of the order, or a variation of it.
type piece struct {
	*painter
	variation variation
	seed      uint64
	output    string
	tracePath string
	result    *paintResult // nil until the picture is painted
}

// each returns the pictures to be painted. It fails if one could not be written.
func (p *painter) each() ([]*piece, error) {
	all := make([]*piece, max(p.variations, 1))
	for i := range all {
		one := &piece{painter: p, seed: p.order.Seed + uint64(i)}
		if len(all) > 1 {
			one.variation = variation{i + 1, len(all)}
		}
		one.tracePath = one.variation.file(p.tracePath)
		var err error
		if one.output, err = outputPath(p.output, &p.order, one.variation); err != nil {
			return nil, err
		}
		all[i] = one
	}
	return all, nil
}

func (p *piece) paint(ctx context.Context, ready *sitting) error {
	var see func(*impasto.Progress)
	options := ready.options()
	options.Seed, options.Progress = p.seed, func(now *impasto.Progress) { see(now) }
	plan, err := ready.plan(ctx, options)
	if err != nil {
		return err
	}
	takes, err := plan.Time(ctx)
	if err != nil {
		return nothingPainted(err)
	}
	if p.dryRun {
		p.printNotes(ready, plan)
		return p.printPlan(ready, plan, takes)
	}
	own := ready.order.Clone()
	own.Seed = p.seed
	record, err := newRecorder(&own, ready.model.Machine())
	if err != nil {
		return err
	}
	rows, err := newTrace(p.tracePath)
	if err != nil {
		return err
	}
	p.announce(ready, plan, takes)
	progress := newReporterOf(p.variation, p.report.Progress, p.console, plan.Scales())
	see = func(now *impasto.Progress) {
		record.tell(now)
		rows.tell(now)
		progress.tell(now)
	}
	result, err := plan.Run(ctx)
	progress.close()
	if failed := rows.close(); err == nil {
		err = failed
	}
	return p.finish(ctx, ready, plan, record, result, err)
}

// nothingPainted returns the error of a run that was interrupted before it had a picture.
func nothingPainted(err error) error {
	if errors.Is(err, context.Canceled) {
		return interrupted{"nothing has been painted yet"}
	}
	return err
}

// announce describes the run in one line, followed by notes.
func (p *piece) announce(ready *sitting, plan *impasto.Plan, takes time.Duration) {
	if p.report.Progress == "none" {
		return
	}
	w, h := plan.Size()
	if p.variation.number <= 1 {
		machine, moved := ready.model.Machine(), plan.Recipe()
		p.notef("%s on %s: %dx%d, %s, content weight %.3g; about %s of memory and %s (%s, %s)",
			ready.recipe.Name, ready.model.Network().Name, w, h, schedule(plan), contentWeight(&moved, w*h),
			byteSize(plan.Peak()), clock(takes), machine.Name, count(machine.Threads, "thread"))
		p.printNotes(ready, plan)
	}
	if p.variation.several() {
		p.notef("%s, seed %d: %s", p.variation, p.seed, p.output)
	}
}

// printNotes prints what a user should know before the run.
func (p *piece) printNotes(ready *sitting, plan *impasto.Plan) {
	if p.report.Progress == "none" {
		return
	}
	for _, note := range append(plan.Notes(), ready.notes()...) {
		p.notef("note: %s", note)
	}
}

// contentWeight returns alpha, the content weight of a recipe, at a size.
func contentWeight(r *recipe.Recipe, pixels int) float64 {
	if c := r.Content; c.Reference > 0 {
		return c.Weight * c.Reference / float64(pixels)
	}
	return r.Content.Weight
}

// schedule returns a text such as "300 iterations" or "3 scales, 700 iterations".
func schedule(plan *impasto.Plan) string {
	iterations := count(plan.Iterations(), "iteration")
	if n := len(plan.Scales()); n > 1 {
		return fmt.Sprintf("%d scales, %s", n, iterations)
	}
	return iterations
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// finish saves the picture of a run, finished or not, and reports the result.
func (p *piece) finish(ctx context.Context, ready *sitting, plan *impasto.Plan, record *recorder, result *impasto.Result, err error) error {
	if result == nil || result.Picture == nil || result.Iterations == 0 && err != nil {
		return nothingPainted(err)
	}
	text, failed := record.finish(result)
	if failed != nil {
		return errors.Join(err, failed)
	}
	_, encoding := p.order.Output.Encoding()
	encoding.Recipe = text
	if failed := canvas.Save(p.output, result.Picture, encoding); failed != nil {
		return errors.Join(err, failed)
	}
	if p.show {
		p.showPicture(result.Picture)
	}
	if failed := p.printResult(ready, plan, result); failed != nil {
		return errors.Join(err, failed)
	}
	for _, note := range []string{risen(result), stalled(plan, result)} {
		if note != "" {
			p.notef("note: %s", note)
		}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return interrupted{fmt.Sprintf("the picture after %s, %dx%d, is in %s",
			count(result.Iterations, "iteration"), result.Picture.Width, result.Picture.Height, p.output)}
	}
	return fmt.Errorf("%w; the picture so far is in %s", err, p.output)
}

// risen returns a note if the loss rose. The steps were then too long, usually for weights that do not suit the
// network, and the result cannot be trusted.
func risen(r *impasto.Result) string {
	if r.LastLoss <= r.FirstLoss {
		return ""
	}
	largest := slices.MaxFunc(r.Terms, func(a, b transfer.Term) int { return cmp.Compare(a.Value, b.Value) })
	return fmt.Sprintf("the loss rose, mostly in the term %s: the picture is worse than its start; try --line-search wolfe, a smaller --learning-rate or other weights",
		termName(largest))
}

// stalled returns a note if a run that was not interrupted has fewer iterations than planned.
func stalled(plan *impasto.Plan, r *impasto.Result) string {
	if !r.Finished || r.Iterations >= plan.Iterations() || !r.Events.Has(optim.Stalled) {
		return ""
	}
	return fmt.Sprintf("the optimiser stopped after %d of %d iterations: its line search found no lower loss, so more iterations would not change the picture",
		r.Iterations, plan.Iterations())
}

// showPicture shows the picture in the terminal that standard error is connected to.
func (p *painter) showPicture(picture *canvas.Picture) {
	size, terminal := terminalOf(p.err)
	if !terminal {
		p.notef("--show: standard error is not a terminal")
		return
	}
	shown := picture.Clone()
	shown.Clamp()
	img, err := shown.Image()
	if err == nil {
		err = show(p.err, img, graphicsOf(os.Getenv), size)
	}
	if err != nil {
		p.notef("--show: %v", err)
	}
}

// paintResult is what --json prints.
type paintResult struct {
	Output         string             `json:"output"`
	Width          int                `json:"width"`
	Height         int                `json:"height"`
	Finished       bool               `json:"finished"`
	Recipe         string             `json:"recipe"`
	Network        string             `json:"network"`
	ISA            string             `json:"isa"`
	Threads        int                `json:"threads"`
	Seed           uint64             `json:"seed"`
	Iterations     int                `json:"iterations"`
	Evaluations    int                `json:"evaluations"`
	Seconds        float64            `json:"seconds"`
	FirstLoss      float64            `json:"first_loss"` // of the last scale
	LastLoss       float64            `json:"last_loss"`
	Terms          map[string]float64 `json:"terms"`
	Events         string             `json:"events,omitempty"`
	PredictedBytes int64              `json:"predicted_bytes"`
	PeakBytes      int64              `json:"peak_bytes,omitempty"`
}

// printResult prints the result. JSON is left to printAll, which prints that of all pictures.
func (p *piece) printResult(ready *sitting, plan *impasto.Plan, r *impasto.Result) error {
	if p.report.JSON {
		machine := ready.model.Machine()
		p.result = &paintResult{p.output, r.Picture.Width, r.Picture.Height, r.Finished,
			ready.recipe.Name, ready.model.Network().Name, machine.Name, machine.Threads, p.seed,
			r.Iterations, r.Evaluations, r.Elapsed.Seconds(), r.FirstLoss, r.LastLoss, termValues(r.Terms), r.Events.String(),
			plan.Peak(), peakBytes()}
		return nil
	}
	_, err := fmt.Fprintf(p.out, "%s: %dx%d, %s in %s, loss %.5g -> %.5g\n", p.output,
		r.Picture.Width, r.Picture.Height, count(r.Iterations, "iteration"), clock(r.Elapsed), r.FirstLoss, r.LastLoss)
	return err
}

// printAll prints one JSON object with the results of all pictures that were painted.
func (p *painter) printAll(all []*piece) error {
	var results []*paintResult
	for _, one := range all {
		if one.result != nil {
			results = append(results, one.result)
		}
	}
	switch {
	case len(results) == 0:
		return nil
	case len(all) == 1:
		return printJSON(p.console, results[0])
	}
	return printJSON(p.console, map[string]any{"variations": results})
}

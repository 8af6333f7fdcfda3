package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// painter does the main job: from names of pictures to a picture in a file.
type painter struct {
	console
	machine machineFlags
	report  reportFlags
	recipe  recipe.Recipe

	content string
	styles  []string
	control controlFlags
	start   string // picture to begin with, "" for what the recipe says
	seed    uint64

	variations int          // how many pictures; 0 is 1
	variation  variation    // the one at work: output, tracePath and seed are its
	result     *paintResult // what it came to, once it has

	size    int // long side; 0: the photograph's own
	enlarge bool

	output    string
	preview   bool
	dryRun    bool
	tracePath string
}

// run checks all that can be checked before the work begins, in the order of what it costs, and paints.
func (p *painter) run(ctx context.Context) error {
	all, err := p.each()
	if err != nil {
		return err
	}
	guidance, err := p.control.guidance(len(p.styles))
	if err != nil {
		return err
	}
	photo, err := loadPicture(p.content)
	if err != nil {
		return err
	}
	pictures, err := loadPictures(p.styles)
	if err != nil {
		return err
	}
	options := impasto.Options{Recipe: p.recipe, Size: p.size, Enlarge: p.enlarge,
		Masks: guidance.masks, StrengthMap: guidance.strength}
	if p.start != "" {
		if options.Start, err = loadPicture(p.start); err != nil {
			return err
		}
	}
	model, err := p.machine.open(ctx, p.console)
	if err != nil {
		return err
	}
	defer model.Close()
	// A layer that the network has not is a mistake in the command line.
	if _, err := transfer.Deepest(model.Network(), &p.recipe); err != nil {
		return usageError{err}
	}
	style, err := model.Learn(ctx, guidance.paintings(pictures)...)
	if err != nil {
		return err
	}
	for _, one := range all {
		if err = one.paint(ctx, model, photo, style, options); err != nil || one.dryRun {
			break
		}
	}
	return errors.Join(err, p.printAll(all))
}

// each returns a painter for every variation. It fails where a result could not be written.
func (p *painter) each() ([]*painter, error) {
	all := make([]*painter, max(p.variations, 1))
	for i := range all {
		one := *p
		if len(all) > 1 {
			one.variation = variation{i + 1, len(all)}
		}
		one.seed += uint64(i)
		one.tracePath = one.variation.file(p.tracePath)
		var err error
		if one.output, err = outputPath(p.output, p.content, p.styles, one.variation); err != nil {
			return nil, err
		}
		all[i] = &one
	}
	return all, nil
}

func (p *painter) paint(ctx context.Context, model *impasto.Model, photo *canvas.Picture, style *impasto.Style, o impasto.Options) error {
	o.Seed = p.seed
	plan, err := model.Plan(photo, style, o)
	if err != nil {
		return withWhatFits(err, model, photo, style, o)
	}
	seconds := plan.Seconds(measureRate(model.Device()))
	if p.dryRun {
		p.tellNotes(model, plan)
		return p.printPlan(model, plan, seconds)
	}
	rows, err := newTrace(p.tracePath)
	if err != nil {
		return err
	}
	p.announce(model, plan, seconds)
	progress := newReporterOf(p.variation, p.report.Progress, p.console, plan.Scales())
	result, err := plan.Run(ctx, func(now *impasto.Progress) {
		rows.tell(now)
		progress.tell(now)
	})
	progress.close()
	if failed := rows.close(); err == nil {
		err = failed
	}
	return p.finish(ctx, model, plan, result, err)
}

// announce says in one line what will happen, and warns where the recipe is off its ground.
func (p *painter) announce(model *impasto.Model, plan *impasto.Plan, seconds time.Duration) {
	if p.report.Progress == "none" {
		return
	}
	w, h := plan.Size()
	dev := model.Device()
	if p.variation.number <= 1 {
		p.notef("%s on %s: %dx%d, %s, content weight %.3g; about %s of memory and %s (%s, %s)",
			p.recipe.Name, model.Network().Name, w, h, schedule(plan), p.contentWeight(w*h),
			byteSize(plan.Peak()), clock(seconds), dev.Name(), count(dev.Threads(), "thread"))
		p.tellNotes(model, plan)
	}
	if p.variation.several() {
		p.notef("%s, seed %d: %s", p.variation, p.seed, p.output)
	}
}

// tellNotes says what a user should know before the run.
func (p *painter) tellNotes(model *impasto.Model, plan *impasto.Plan) {
	if p.report.Progress == "none" {
		return
	}
	for _, note := range append(p.foreign(model), plan.Notes()...) {
		p.notef("note: %s", note)
	}
}

// contentWeight is the alpha that the recipe comes to at a size.
func (p *painter) contentWeight(pixels int) float64 {
	c := p.recipe.Content
	if c.Reference > 0 {
		return c.Weight * c.Reference / float64(pixels)
	}
	return c.Weight
}

// foreign says where a recipe's weights were made for another network.
func (p *painter) foreign(model *impasto.Model) []string {
	network := model.Network()
	if p.recipe.Network == network.Name || p.recipe.Network == string(network.Architecture) {
		return nil
	}
	return []string{fmt.Sprintf("the weights of recipe %s were made for %s; on %s the balance of content and style is another one",
		p.recipe.Name, p.recipe.Network, network.Name)}
}

// schedule writes "300 iterations", or "3 scales, 700 iterations".
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

// finish saves the picture that a run came to, whole or not, and tells what there is to tell.
func (p *painter) finish(ctx context.Context, model *impasto.Model, plan *impasto.Plan, result *impasto.Result, err error) error {
	if result == nil || result.Picture == nil || result.Iterations == 0 && err != nil {
		if errors.Is(err, context.Canceled) {
			return interrupted{"nothing was painted yet"}
		}
		return err
	}
	if failed := canvas.Save(p.output, result.Picture, canvas.EncodeOptions{Recipe: p.record(model, result)}); failed != nil {
		return errors.Join(err, failed)
	}
	if p.preview {
		p.draw(result.Picture)
	}
	if failed := p.printResult(model, plan, result); failed != nil {
		return errors.Join(err, failed)
	}
	if note := risen(result); note != "" {
		p.notef("note: %s", note)
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

// risen says where a picture ended farther from what was asked than it began: steps that are too long for
// weights that do not fit the network, and never a result to trust.
func risen(r *impasto.Result) string {
	if r.LastLoss <= r.FirstLoss {
		return ""
	}
	largest := slices.MaxFunc(r.Terms, func(a, b transfer.Term) int { return cmp.Compare(a.Value, b.Value) })
	return fmt.Sprintf("the loss rose, and most of it is %s: the picture is worse than the start; try --line-search wolfe, a smaller --learning-rate or other weights",
		termName(largest))
}

// draw shows the picture in the terminal behind standard error.
func (p *painter) draw(picture *canvas.Picture) {
	size, terminal := terminalOf(p.err)
	if !terminal {
		p.notef("--preview: standard error is no terminal")
		return
	}
	shown := picture.Clone()
	shown.Clamp()
	img, err := shown.Image()
	if err == nil {
		err = show(p.err, img, graphicsOf(os.Getenv), size)
	}
	if err != nil {
		p.notef("--preview: %v", err)
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

// printResult prints what a picture came to. As JSON, that of several pictures waits for printAll.
func (p *painter) printResult(model *impasto.Model, plan *impasto.Plan, r *impasto.Result) error {
	if p.report.JSON {
		p.result = &paintResult{p.output, r.Picture.Width, r.Picture.Height, r.Finished,
			p.recipe.Name, model.Network().Name, model.Device().Name(), model.Device().Threads(), p.seed,
			r.Iterations, r.Evaluations, r.Elapsed.Seconds(), r.FirstLoss, r.LastLoss, termValues(r.Terms), r.Events.String(),
			plan.Peak(), peakBytes()}
		return nil
	}
	_, err := fmt.Fprintf(p.out, "%s: %dx%d, %s in %s, loss %.5g -> %.5g\n", p.output,
		r.Picture.Width, r.Picture.Height, count(r.Iterations, "iteration"), clock(r.Elapsed), r.FirstLoss, r.LastLoss)
	return err
}

// printAll prints one JSON object, of those pictures that were made.
func (p *painter) printAll(all []*painter) error {
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

// record is how a picture was made, as it is embedded in the file.
func (p *painter) record(model *impasto.Model, r *impasto.Result) string {
	settings := map[string]string{}
	for _, s := range p.recipe.Settings() {
		settings[s.Name] = s.Value
	}
	record := map[string]any{
		"program": thisBuild().String(), "recipe": p.recipe.Name, "settings": settings,
		"network": model.Network().Name, "isa": model.Device().Name(),
		"content": stem(p.content), "styles": stems(p.styles), "seed": p.seed, "size": p.size,
		"iterations": r.Iterations, "finished": r.Finished,
	}
	maps.Copy(record, p.control.record())
	text, err := json.Marshal(record)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(text)
}

func stems(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = stem(n)
	}
	return out
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

// easel holds what one cell after the other is painted with. A model keeps one network for each way to put it on
// the device, which a recipe decides; so that a sweep over recipes needs no more memory than one of them, a
// model is closed before the next is opened.
type easel struct {
	name    string         // of the network that was read last, as it was asked for
	read    *weights.Model // nil: none yet
	digests map[string]sweepInput
	key     string // of the open model
	model   *impasto.Model
	taught  string // the paintings of style
	style   *impasto.Style
	rate    float64 // of the device, multiply-adds a second
}

func (e *easel) close() {
	if e.model != nil {
		e.model.Close()
	}
	e.key, e.model, e.taught, e.style = "", nil, "", nil
}

// network tells what a network is.
func (e *easel) network(ctx context.Context, w *sweepWork, name string) (sweepInput, error) {
	if known, ok := e.digests[name]; ok {
		return known, nil
	}
	if err := e.resolve(ctx, w, name); err != nil {
		return sweepInput{}, err
	}
	if e.digests == nil {
		e.digests = map[string]sweepInput{}
	}
	e.digests[name] = sweepInput{e.read.Name, networkDigest(e.read)}
	return e.digests[name], nil
}

// resolve reads a network, unless it was the last that was read.
func (e *easel) resolve(ctx context.Context, w *sweepWork, name string) error {
	if e.read != nil && e.name == name {
		return nil
	}
	flags := w.machineFlags
	flags.Network = name
	read, err := flags.resolve(ctx, w.console)
	if err != nil {
		return err
	}
	e.name, e.read = name, read
	return nil
}

// modelKey tells which cells can share a model.
func (cell *sweepCell) modelKey() string {
	s := cell.parameters.Settings
	return strings.Join([]string{cell.options.Network, s["stem-padding"], s["input"], s["content-layers"], s["style-layers"]}, " ")
}

// turn readies the easel for a cell.
func (e *easel) turn(ctx context.Context, w *sweepWork, cell *sweepCell) error {
	if key := cell.modelKey(); e.model == nil || e.key != key {
		e.close()
		if err := e.resolve(ctx, w, cell.options.Network); err != nil {
			return err
		}
		model, err := impasto.Open(ctx, e.read, impasto.Settings{Threads: w.Threads, Memory: int64(w.Memory), CPU: instructionSet()})
		if err != nil {
			return err
		}
		e.key, e.model = key, model
		if e.rate == 0 {
			e.rate = measureRate(model.Device())
		}
	}
	if _, err := transfer.Deepest(e.model.Network(), &cell.recipe); err != nil {
		return usageError{err}
	}
	return nil
}

// learn readies the style of a cell's paintings.
func (e *easel) learn(ctx context.Context, cell *sweepCell, g *guidance) error {
	o := &cell.options
	taught := fmt.Sprintf("%q %q %q", o.styles, cell.parameters.StyleWeights, o.StyleMask)
	if e.style != nil && e.taught == taught {
		return nil
	}
	pictures, err := loadPictures(o.styles)
	if err != nil {
		return err
	}
	e.taught = taught
	e.style, err = e.model.Learn(ctx, g.paintings(pictures)...)
	return err
}

// plan lays out a cell's run.
func (e *easel) plan(ctx context.Context, w *sweepWork, cell *sweepCell) (*impasto.Plan, error) {
	if err := e.turn(ctx, w, cell); err != nil {
		return nil, err
	}
	o := &cell.options
	guidance, err := o.guidance(len(o.styles))
	if err != nil {
		return nil, err
	}
	if err := e.learn(ctx, cell, guidance); err != nil {
		return nil, err
	}
	options := impasto.Options{Recipe: cell.recipe, Size: o.size.pixels, Enlarge: o.enlarge, Seed: o.Seed,
		Masks: guidance.masks, StrengthMap: guidance.strength}
	if start, ok := o.start(); ok {
		if options.Start, err = loadPicture(start); err != nil {
			return nil, err
		}
	}
	plan, err := e.model.Plan(w.photo, e.style, options)
	if err != nil {
		return nil, withWhatFits(err, e.model, w.photo, e.style, options)
	}
	return plan, nil
}

// sweepForecast is what a sweep is expected to take.
type sweepForecast struct {
	left    time.Duration
	each    map[*sweepCell]time.Duration // of those that were planned
	peak    int64
	device  string
	threads int
	size    string // of the pictures
}

// of is the time of one cell: of those that were not planned, the mean.
func (f *sweepForecast) of(cell *sweepCell) time.Duration {
	if d, ok := f.each[cell]; ok {
		return d
	}
	sum := time.Duration(0)
	for _, d := range f.each {
		sum += d
	}
	return sum / time.Duration(max(len(f.each), 1))
}

// forecast plans the cells that are to be painted, or as many as are enough to tell, so that a run that cannot be is
// refused before any work; the error names the cell.
func (w *sweepWork) forecast(ctx context.Context) (*sweepForecast, error) {
	f := &sweepForecast{each: map[*sweepCell]time.Duration{}}
	pending := w.inOrder()
	step := (len(pending) + askBeyond - 1) / askBeyond
	for i := 0; i < len(pending); i += step {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		cell := pending[i]
		plan, err := w.easel.plan(ctx, w, cell)
		if err != nil {
			return nil, fmt.Errorf("cell %s: %w", cell.label, err)
		}
		f.each[cell] = plan.Seconds(w.easel.rate)
		f.peak = max(f.peak, plan.Peak())
		dev := w.easel.model.Device()
		f.device, f.threads = dev.Name(), dev.Threads()
		width, height := plan.Size()
		if size := fmt.Sprintf("%dx%d", width, height); f.size == "" {
			f.size = size
		} else if f.size != size {
			f.size = "several sizes"
		}
	}
	for _, cell := range pending {
		f.left += f.of(cell)
	}
	return f, nil
}

// inOrder lists the cells to paint: those of one model behind each other, and last those that were begun
// before and never came to an end, since they may end the program again.
func (w *sweepWork) inOrder() []*sweepCell {
	pending := w.pending()
	first, begun := map[string]int{}, map[*sweepCell]int{}
	for i, cell := range pending {
		if _, ok := first[cell.modelKey()]; !ok {
			first[cell.modelKey()] = i
		}
		if w.folder.begun(cell) {
			begun[cell] = 1
		}
	}
	slices.SortStableFunc(pending, func(a, b *sweepCell) int {
		return cmp.Or(cmp.Compare(begun[a], begun[b]), cmp.Compare(first[a.modelKey()], first[b.modelKey()]))
	})
	return pending
}

// paintAll paints what is to be painted. Where a cell fails the others go on. It returns an error for an interruption only.
func (w *sweepWork) paintAll(ctx context.Context, f *sweepForecast) error {
	pending := w.inOrder()
	progress := w.newProgress(f, pending)
	defer progress.close()
	for _, cell := range pending {
		progress.begin(cell)
		err := w.paint(ctx, cell, progress)
		if ctx.Err() != nil {
			return interrupted{fmt.Sprintf("%d of %d pictures are in %s; the same command goes on", len(w.cells)-len(w.pending()), len(w.cells), w.folder.path)}
		}
		cell.problem = err
		progress.end(cell)
	}
	return nil
}

// paint paints one cell and stores it. What goes wrong within it, even a panic, is its own.
func (w *sweepWork) paint(ctx context.Context, cell *sweepCell, progress sweepProgress) (err error) {
	if err := w.folder.mark(cell); err != nil {
		return err
	}
	defer w.folder.unmark(cell)
	defer func() {
		if r := recover(); r != nil {
			w.easel.close()
			err = fmt.Errorf("the program failed: %v", r)
		}
	}()
	plan, err := w.easel.plan(ctx, w, cell)
	if err != nil {
		return err
	}
	result, err := plan.Run(ctx, func(p *impasto.Progress) { progress.tell(cell, plan.Scales(), p) })
	if err != nil {
		return err
	}
	if result == nil || result.Picture == nil {
		return errors.New("nothing was painted")
	}
	record := (&painter{recipe: cell.recipe, content: w.Content, styles: cell.options.styles, control: cell.options.controlFlags,
		seed: cell.options.Seed, size: cell.options.size.pixels}).record(w.easel.model, result)
	cell.stored, err = w.folder.store(cell, newStoredCell(cell, plan, result, w.easel.model.Device().Name()), result.Picture, canvas.EncodeOptions{Recipe: record})
	return err
}

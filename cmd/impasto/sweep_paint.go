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
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/weights"
)

// easel holds what one cell after the other is painted with. A model keeps one network for each way to put it on
// the device, which a recipe decides; so that a sweep over recipes needs no more memory than one of them, a
// model is closed before the next is opened.
type easel struct {
	name    string         // of the network that was read last, as it was asked for
	read    *weights.Model // nil: none yet
	digests map[string]order.Input
	key     string // of the open model
	model   *impasto.Model
	inputs  string // of the sitting
	sitting *sitting
}

func (e *easel) close() {
	if e.model != nil {
		e.model.Close()
	}
	e.key, e.model, e.inputs, e.sitting = "", nil, "", nil
}

// network identifies a network.
func (e *easel) network(ctx context.Context, w *sweepWork, name string) (order.Input, error) {
	if known, ok := e.digests[name]; ok {
		return known, nil
	}
	if err := e.resolve(ctx, w, name); err != nil {
		return order.Input{}, err
	}
	if e.digests == nil {
		e.digests = map[string]order.Input{}
	}
	e.digests[name] = order.Input{Name: e.read.Name, SHA256: e.read.Digest()}
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
	s := cell.settings
	return strings.Join([]string{cell.network, s["stem-padding"], s["input"], s["content-layers"], s["style-layers"]}, " ")
}

// inputKey tells which cells can share their pictures and what was learned of the paintings.
func (cell *sweepCell) inputKey() string {
	o := order.Order{Photograph: cell.order.Photograph, Paintings: cell.order.Paintings, RegionMap: cell.order.RegionMap,
		Start: cell.order.Start, StrengthMap: cell.order.StrengthMap}
	return asJSON(o)
}

// turn readies the easel for a cell.
func (e *easel) turn(ctx context.Context, w *sweepWork, cell *sweepCell) error {
	if key := cell.modelKey(); e.model == nil || e.key != key {
		e.close()
		if err := e.resolve(ctx, w, cell.network); err != nil {
			return err
		}
		model, err := impasto.Open(ctx, e.read, impasto.Settings{Threads: w.Threads, Memory: int64(w.Memory), CPU: instructionSet()})
		if err != nil {
			return err
		}
		e.key, e.model = key, model
	}
	if err := e.model.Check(&cell.recipe); err != nil {
		return usageError{err}
	}
	return nil
}

// sit readies the pictures of a cell.
func (e *easel) sit(ctx context.Context, cell *sweepCell) error {
	key := cell.inputKey()
	if e.sitting == nil || e.inputs != key {
		ready, err := resolve(ctx, cell.order, trusting())
		if err != nil {
			return err
		}
		ready.model = e.model
		if ready.style, err = e.model.Learn(ctx, ready.paintings()...); err != nil {
			return err
		}
		e.inputs, e.sitting = key, ready
	}
	e.sitting.order, e.sitting.recipe = cell.order, cell.recipe
	return nil
}

// plan lays out a cell's run.
func (e *easel) plan(ctx context.Context, w *sweepWork, cell *sweepCell, progress func(*impasto.Progress)) (*impasto.Plan, error) {
	if err := e.turn(ctx, w, cell); err != nil {
		return nil, err
	}
	if err := e.sit(ctx, cell); err != nil {
		return nil, err
	}
	o := e.sitting.options()
	o.Progress = progress
	return e.sitting.plan(ctx, o)
}

// sweepForecast is what a sweep is expected to take.
type sweepForecast struct {
	left    time.Duration
	each    map[*sweepCell]time.Duration // of those that were planned
	peak    int64
	machine impasto.Machine
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
		plan, err := w.easel.plan(ctx, w, cell, nil)
		if err != nil {
			return nil, fmt.Errorf("cell %s: %w", cell.Label, err)
		}
		if f.each[cell], err = plan.Time(ctx); err != nil {
			return nil, err
		}
		f.peak, f.machine = max(f.peak, plan.Peak()), w.easel.model.Machine()
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
		if w.folder.Begun(cell.file()) {
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
			return interrupted{fmt.Sprintf("%d of %d pictures are in %s; the same command goes on", len(w.cells)-len(w.pending()), len(w.cells), w.folder.Path)}
		}
		cell.problem = err
		progress.end(cell)
	}
	return nil
}

// paint paints one cell and stores it. What goes wrong within it, even a panic, is its own.
func (w *sweepWork) paint(ctx context.Context, cell *sweepCell, progress sweepProgress) (err error) {
	if err := w.folder.Mark(cell.file()); err != nil {
		return err
	}
	defer w.folder.Unmark(cell.file())
	defer func() {
		if r := recover(); r != nil {
			w.easel.close()
			err = fmt.Errorf("the program failed: %v", r)
		}
	}()
	var plan *impasto.Plan
	var record *recorder
	plan, err = w.easel.plan(ctx, w, cell, func(p *impasto.Progress) {
		record.tell(p)
		progress.tell(cell, plan.Scales(), p)
	})
	if err != nil {
		return err
	}
	machine := w.easel.model.Machine()
	if record, err = newRecorder(&cell.order, machine); err != nil {
		return err
	}
	result, err := plan.Run(ctx)
	if err != nil {
		return err
	}
	if result == nil || result.Picture == nil {
		return errors.New("nothing was painted")
	}
	text, err := record.finish(result)
	if err != nil {
		return err
	}
	return w.store(cell, newStoredCell(cell, plan, result, machine.Name), result.Picture, canvas.EncodeOptions{Recipe: text})
}

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

// easel holds the model and the inputs with which cells are painted one after the other. A model keeps a copy of the
// network for each way in which recipes place it on the device. A model is closed before the next is opened, so that a
// sweep over recipes needs no more memory than one recipe.
type easel struct {
	name    string         // of the network read last, as --network names it
	read    *weights.Model // nil if none has been read
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

// network returns the name and digest of a network.
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

// resolve reads a network unless it was read last.
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

// modelKey returns a key that is equal for cells that can share a model.
func (cell *sweepCell) modelKey() string {
	s := cell.settings
	return strings.Join([]string{cell.network, s["stem-padding"], s["input"], s["content-layers"], s["style-layers"]}, " ")
}

// inputKey returns a key that is equal for cells that can share their pictures and the learned paintings.
func (cell *sweepCell) inputKey() string {
	o := order.Order{Photograph: cell.order.Photograph, Paintings: cell.order.Paintings, RegionMap: cell.order.RegionMap,
		Start: cell.order.Start, StrengthMap: cell.order.StrengthMap}
	return asJSON(o)
}

// turn prepares the model for a cell.
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

// sit prepares the pictures of a cell.
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

// plan plans the run of a cell.
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

// sweepForecast is the expected cost of a sweep.
type sweepForecast struct {
	left    time.Duration
	each    map[*sweepCell]time.Duration // of the planned cells
	peak    int64
	machine impasto.Machine
	size    string // of the pictures
}

// of returns the time of a cell: the mean if the cell was not planned.
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

// forecast plans the cells to be painted, or a sample of them, so that an impossible run is refused before any work;
// the error names the cell.
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

// inOrder returns the cells to paint, grouped by model. Cells that were started before but never finished come last,
// since they may crash the program again.
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

// paintAll paints the pending cells. If a cell fails, the others are still painted. Only an interruption is an error.
func (w *sweepWork) paintAll(ctx context.Context, f *sweepForecast) error {
	pending := w.inOrder()
	progress := w.newProgress(f, pending)
	defer progress.close()
	for _, cell := range pending {
		progress.begin(cell)
		err := w.paint(ctx, cell, progress)
		if ctx.Err() != nil {
			return interrupted{fmt.Sprintf("%d of %d pictures are in %s; the same command resumes the sweep", len(w.cells)-len(w.pending()), len(w.cells), w.folder.Path)}
		}
		cell.problem = err
		progress.end(cell)
	}
	return nil
}

// paint paints one cell and stores it. Failures, even panics, are confined to the cell.
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

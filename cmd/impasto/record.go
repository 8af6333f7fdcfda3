package main

import (
	"fmt"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/order"
)

// recorder collects the events of a run for the record in its picture.
type recorder struct{ record order.Record }

// newRecorder returns a recorder for an order whose inputs and network are identified.
func newRecorder(o *order.Order, machine impasto.Machine) (*recorder, error) {
	r, err := order.NewRecord(o)
	if err != nil {
		return nil, err
	}
	r.Program, r.ISA, r.Threads = thisBuild().program(), machine.Name, machine.Threads
	return &recorder{r}, nil
}

// program returns the build in the form of a record.
func (b build) program() order.Program {
	p := order.Program{Name: "impasto", Version: b.Version, Build: fmt.Sprintf("%s, %s", b.Go, b.Platform)}
	if b.Revision != "" {
		p.Build = b.Revision[:min(12, len(b.Revision))] + ", " + p.Build
	}
	if b.Modified {
		p.Build = "with changes, " + p.Build
	}
	return p
}

// mostEvents is the largest number of events in a record.
const mostEvents = 10_000

// tell adds the report of a step.
func (r *recorder) tell(p *impasto.Progress) {
	rec := &r.record
	if p.Scale == len(rec.Scales) {
		rec.Scales = append(rec.Scales, order.Scale{Width: p.Width, Height: p.Height, FirstLoss: order.Finite(p.Loss)})
	}
	at := &rec.Scales[p.Scale]
	at.Iterations, at.LastLoss = p.Iteration, order.Finite(p.Loss)
	if p.Events != 0 && len(rec.Events) < mostEvents {
		rec.Events = append(rec.Events, order.Event{Scale: p.Scale, Iteration: p.Iteration, Text: p.Events.String()})
	}
}

// finish returns the record of the run as JSON.
func (r *recorder) finish(result *impasto.Result) (string, error) {
	rec := &r.record
	rec.Finished, rec.Width, rec.Height = result.Finished, result.Picture.Width, result.Picture.Height
	rec.Iterations, rec.Evaluations, rec.Seconds = result.Iterations, result.Evaluations, result.Elapsed.Seconds()
	rec.FirstLoss, rec.LastLoss = order.Finite(result.FirstLoss), order.Finite(result.LastLoss)
	for _, t := range result.Terms {
		rec.Terms = append(rec.Terms, order.Term{Name: termName(t), Value: order.Finite(t.Value)})
	}
	for _, c := range result.Changes {
		if len(c.Settings) == 0 && len(c.Shares) == 0 {
			continue // it changed nothing, and a record has no place for it
		}
		rec.Changes = append(rec.Changes, order.Change{Scale: c.Scale, Iteration: c.Iteration, Settings: c.Settings, Shares: c.Shares})
	}
	text, err := rec.JSON()
	return string(text), err
}

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/feature"
)

// planResult is what --dry-run prints as JSON.
type planResult struct {
	Width      int         `json:"width"`
	Height     int         `json:"height"`
	Recipe     string      `json:"recipe"`
	Network    string      `json:"network"`
	ISA        string      `json:"isa"`
	Threads    int         `json:"threads"`
	Iterations int         `json:"iterations"`
	PeakBytes  int64       `json:"peak_bytes"` // predicted for the whole process
	Budget     int64       `json:"budget_bytes"`
	Variations int         `json:"variations"`
	Seconds    float64     `json:"seconds"` // predicted for all variations
	Scales     []planScale `json:"scales"`
}

type planScale struct {
	Width      int      `json:"width"`
	Height     int      `json:"height"`
	Iterations int      `json:"iterations"`
	ArenaBytes int64    `json:"arena_bytes"`
	Recomputed []string `json:"recomputed,omitempty"`
}

func (p *piece) printPlan(ready *sitting, plan *impasto.Plan, takes time.Duration) error {
	w, h := plan.Size()
	machine := ready.model.Machine()
	r := planResult{w, h, ready.recipe.Name, ready.model.Network().Name, machine.Name, machine.Threads,
		plan.Iterations(), plan.Peak(), ready.model.Memory(), 1, takes.Seconds(), nil}
	if p.variation.several() {
		r.Variations = p.variation.of
		r.Seconds *= float64(p.variation.of)
	}
	for _, s := range plan.Scales() {
		r.Scales = append(r.Scales, planScale{s.Width, s.Height, s.Iterations, s.Bytes, layerNames(s.Recomputed)})
	}
	if p.report.JSON {
		return printJSON(p.console, r)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s on %s: %dx%d, %s; nothing is painted\n", r.Recipe, r.Network, w, h, schedule(plan))
	for i, s := range r.Scales {
		fmt.Fprintf(&text, "scale %d: %dx%d, %s, arena %s", i+1, s.Width, s.Height, count(s.Iterations, "iteration"), byteSize(s.ArenaBytes))
		if len(s.Recomputed) > 0 {
			fmt.Fprintf(&text, ", recomputed to save memory: %s", strings.Join(s.Recomputed, " "))
		}
		text.WriteByte('\n')
	}
	each := ""
	if p.variation.several() {
		each = fmt.Sprintf(" for each of %d variations", p.variation.of)
	}
	fmt.Fprintf(&text, "memory: about %s of %s\ntime: about %s%s (%s, %s)\n", byteSize(r.PeakBytes), byteSize(r.Budget),
		clock(takes), each, r.ISA, count(r.Threads, "thread"))
	_, err := p.out.Write([]byte(text.String()))
	return err
}

func layerNames(layers []feature.Layer) []string {
	names := make([]string, len(layers))
	for i, l := range layers {
		names[i] = l.String()
	}
	return names
}

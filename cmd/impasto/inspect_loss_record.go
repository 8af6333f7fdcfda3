package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"strings"

	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
)

// record returns the record of the run in the picture of --at, nil if there is none. An unreadable record is an error
// only if it is needed.
func (l *inspectLossCommand) record(c console) (*order.Record, error) {
	if l.At == "" || l.AsGiven || strings.HasPrefix(l.At, "@") {
		return nil, nil
	}
	r, err := order.ReadRecord(l.At)
	var field *order.FieldError
	switch {
	case err == nil:
		return &r, nil
	case errors.Is(err, order.ErrNoRecord):
		return nil, nil
	case errors.As(err, &field) && l.Content != "" && len(l.Style) > 0:
		c.notef("note: %v; every picture is used at its own size", err)
		return nil, nil
	case errors.As(err, &field):
		return nil, fmt.Errorf("%w; name the photograph with --content and the paintings with --style", err)
	}
	return nil, nil // loading the picture reports the error
}

// resolveRecorded finds the pictures of a recorded run, and also returns the recorded order. Flags override the record;
// the names in a record have no folders and refer to files in the current folder or beside the picture.
func (l *inspectLossCommand) resolveRecorded(ctx context.Context, record *order.Record) (*sitting, order.Order, error) {
	recorded, err := record.Rerun()
	if err != nil {
		return nil, recorded, fmt.Errorf("the record of %s: %w", l.At, err)
	}
	recorded = recorded.Portable()
	o, err := l.changed(&recorded)
	if err != nil {
		return nil, recorded, err
	}
	from := trusting()
	from.LookIn = []string{filepath.Dir(l.At)}
	from.Limits.HashBytes = 1 << 30
	s, err := resolve(ctx, o, from)
	if err != nil {
		return nil, recorded, fmt.Errorf("%w; these are the names in the record of %s: if the files have moved, name them with --content, --style and the flags for masks", err, l.At)
	}
	return s, recorded, nil
}

// changed returns a recorded order with the changes of the flags.
func (l *inspectLossCommand) changed(recorded *order.Order) (order.Order, error) {
	o := recorded.Clone()
	o.Start, o.Output = nil, order.Output{}
	if l.Content != "" {
		o.Photograph = order.Input{Name: l.Content}
	}
	if n := len(l.Style); n > 0 && n != len(o.Paintings) {
		return o, usagef("--style: %s was painted from %s, but %d given; name all of them or none", l.At, count(len(o.Paintings), "painting"), n)
	}
	for i, name := range l.Style {
		o.Paintings[i].Picture = order.Input{Name: name}
	}
	if l.Recipe != "" {
		var err error
		if o.Recipe, err = openRecipe(l.Recipe); err != nil {
			return o, err
		}
		o.Settings = nil
	}
	if o.Settings == nil {
		o.Settings = map[string]string{}
	}
	if recorded.Start != nil { // no loss depends on it
		o.Settings["init"] = recipe.InitContent.String()
	}
	maps.Copy(o.Settings, l.values())
	if l.Size.pixels > 0 {
		o.Size = l.Size.pixels
	}
	if err := l.guideAgain(&o); err != nil {
		return o, err
	}
	return o, checkOrder(&o)
}

// guideAgain replaces masks and shares by those of the flags.
func (l *inspectLossCommand) guideAgain(o *order.Order) error {
	if len(l.ContentMask) > 0 {
		o.RegionMap = nil
		for i := range o.Paintings {
			o.Paintings[i].Region = nil
		}
	}
	return l.guide(o)
}

// networkOf returns the network of a recorded order as --network takes it, "" for the built-in one.
func networkOf(o *order.Order) string {
	if o.Network.Name == builtInNetwork && (o.Network.SHA256 == "" || o.Network.SHA256 == builtInDigest()) {
		return ""
	}
	return cmp.Or(o.Network.Name, builtInNetwork)
}

// differences returns notes on files whose contents differ from those recorded.
func (v *lossView) differences() []string {
	if v.record == nil {
		return nil
	}
	then := map[string]order.Input{"network": v.recorded.Network}
	for path, in := range v.recorded.Files() {
		then[path] = *in
	}
	var notes []string
	note := func(path string, in order.Input) {
		if was, ok := then[path]; ok && was.SHA256 != "" && in.SHA256 != was.SHA256 {
			notes = append(notes, fmt.Sprintf("%s is not the file that %s was painted with: the record has %s", in.String(), v.name, was.String()))
		}
	}
	for path, in := range v.order.Files() {
		note(path, *in)
	}
	note("network", v.order.Network)
	return notes
}

// beyond returns a note if the loss of a result differs from that at the end of its run although nothing was changed:
// a file cannot hold values beyond black and white.
func (l *inspectLossCommand) beyond(v *lossView, total float64) string {
	changed := l.Recipe != "" || len(l.values()) > 0 || l.StyleWeights != nil || len(l.ContentMask)+len(l.StyleMask) > 0 || l.StrengthMap != ""
	if v.record == nil || changed || v.record.LastLoss == nil || len(v.differences()) > 0 {
		return ""
	}
	const rounding = 0.01
	last := *v.record.LastLoss
	if math.Abs(total-last) <= rounding*math.Abs(last) {
		return ""
	}
	return fmt.Sprintf("the run ended at a loss of %.6g: a file holds values from black to white only, and values beyond are clipped", last)
}

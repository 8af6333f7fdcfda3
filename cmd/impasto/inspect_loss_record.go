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

// record returns what the picture of --at says of its run, nil where it says nothing. A record that cannot be read is
// an error only where it is needed.
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
		c.notef("note: %v; every picture is taken at its own size", err)
		return nil, nil
	case errors.As(err, &field):
		return nil, fmt.Errorf("%w; name the photograph with --content and the paintings with --style", err)
	}
	return nil, nil // loading the picture says what is wrong
}

// resolveRecorded finds the pictures of a recorded run, and returns the recorded order, too. Flags go before what is
// recorded; the names in a record have no folders, and lead to files in the current folder or beside the picture.
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
		return nil, recorded, fmt.Errorf("%w; %s names its pictures so: where they are elsewhere, say it with --content, --style and the masks", err, l.At)
	}
	return s, recorded, nil
}

// changed returns a recorded order with what the flags say.
func (l *inspectLossCommand) changed(recorded *order.Order) (order.Order, error) {
	o := recorded.Clone()
	o.Start, o.Output = nil, order.Output{}
	if l.Content != "" {
		o.Photograph = order.Input{Name: l.Content}
	}
	if n := len(l.Style); n > 0 && n != len(o.Paintings) {
		return o, usagef("--style: %s was painted after %s, and %d are named; name all of them or none", l.At, count(len(o.Paintings), "painting"), n)
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

// guideAgain replaces masks and shares by those that are given.
func (l *inspectLossCommand) guideAgain(o *order.Order) error {
	if len(l.ContentMask) > 0 {
		o.RegionMap = nil
		for i := range o.Paintings {
			o.Paintings[i].Region = nil
		}
	}
	return l.guide(o)
}

// networkOf names the network of a recorded order for --network; "" is the built-in one.
func networkOf(o *order.Order) string {
	if o.Network.Name == builtInNetwork && (o.Network.SHA256 == "" || o.Network.SHA256 == builtInDigest()) {
		return ""
	}
	return cmp.Or(o.Network.Name, builtInNetwork)
}

// differences are notes on files that have other contents than those that the record names.
func (v *lossView) differences() []string {
	if v.record == nil {
		return nil
	}
	then := map[string]order.Input{"network": v.recorded.Network}
	for path, in := range v.recorded.Inputs() {
		then[path] = *in
	}
	var notes []string
	note := func(path string, in order.Input) {
		if was, ok := then[path]; ok && was.SHA256 != "" && in.SHA256 != was.SHA256 {
			notes = append(notes, fmt.Sprintf("%s is not what %s was painted with: the record has %s", in.String(), v.name, was.String()))
		}
	}
	for path, in := range v.order.Inputs() {
		note(path, *in)
	}
	note("network", v.order.Network)
	return notes
}

// beyond says where the loss of a result is not that at which its run ended, though nothing was changed: a picture's
// file holds no values beyond black and white.
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
	return fmt.Sprintf("the run ended at a loss of %.6g: the file holds values from black to white only, and what lay beyond is cut off", last)
}

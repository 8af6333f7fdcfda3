package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/transfer"
)

// identified is an order of two paintings whose inputs all have digests.
func identified() order.Order {
	input := func(digits string) order.Input { return order.Input{SHA256: strings.Repeat(digits, 32)} }
	return order.Order{Photograph: input("01"), Network: input("04"), Recipe: order.Recipe{Name: "gatys"},
		Paintings: []order.Painting{{Picture: input("02"), Share: 1}, {Picture: input("03"), Share: 1}}}
}

// TestRecordedChanges: a change of shares only is recorded like one of settings.
func TestRecordedChanges(t *testing.T) {
	o := identified()
	r, err := newRecorder(&o, impasto.Machine{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := r.finish(&impasto.Result{Picture: canvas.New(4, 3), Changes: []transfer.Change{
		{Iteration: 2, Shares: []float64{3, 1}}, {Iteration: 3}, {Iteration: 4, Settings: map[string]string{"strength": "2"}}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := order.ParseRecord([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if c := got.Changes; len(c) != 2 || c[0].Iteration != 2 || !slices.Equal(c[0].Shares, []float64{3, 1}) || c[1].Settings["strength"] != "2" {
		t.Errorf("recorded %+v", c)
	}
}

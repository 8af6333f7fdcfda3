package main

import (
	"errors"
	"fmt"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/feature"
)

// hinted adds to an error of a library which flags would help: libraries know none.
func hinted(err error) error {
	var (
		layer  *feature.UnknownLayerError
		size   *feature.SizeError
		budget *impasto.BudgetError
	)
	switch {
	case errors.As(err, &layer) && layer.Near == nil:
		return fmt.Errorf("%w; a full network has it (impasto network list)", err)
	case errors.As(err, &size):
		return fmt.Errorf("%w: give a larger --size, or shallower layers", err)
	case errors.As(err, &budget):
		return fmt.Errorf("%w: give a smaller --size, or more --memory", err)
	}
	return err
}

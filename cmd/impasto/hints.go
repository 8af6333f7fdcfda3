package main

import (
	"errors"
	"fmt"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/feature"
)

// hinted adds the flags that would help to an error of a library, since libraries know no flags.
func hinted(err error) error {
	var (
		layer  *feature.UnknownLayerError
		size   *feature.SizeError
		budget *impasto.BudgetError
	)
	switch {
	case errors.As(err, &layer) && layer.Near == nil:
		return fmt.Errorf("%w; use a full network (see impasto network list)", err)
	case errors.As(err, &size):
		return fmt.Errorf("%w; use a larger --size or shallower layers", err)
	case errors.As(err, &budget):
		return fmt.Errorf("%w; use a smaller --size or more --memory", err)
	}
	return err
}

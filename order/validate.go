package order

import (
	"fmt"
)

// Validate returns a [*FieldError] that names the first invalid field.
func (o *Order) Validate() error {
	if err := check("", o); err != nil {
		return err
	}
	if err := o.validatePaintings(); err != nil {
		return err
	}
	if err := o.Output.validate(); err != nil {
		return err
	}
	_, err := o.FinishedRecipe()
	return err
}

// validatePaintings checks what the constraints of single fields cannot express.
func (o *Order) validatePaintings() error {
	some := false
	for i, p := range o.Paintings {
		some = some || p.Share > 0
		if p.Region != nil && o.RegionMap != nil {
			return fieldf(element("paintings", i)+".region", "there is also a region_map; give one or the other")
		}
	}
	if !some {
		return fieldf("paintings", "all shares are 0; give at least one painting a share")
	}
	if o.RegionMap != nil && len(o.Paintings) < 2 {
		return fieldf("region_map", "a map of regions needs at least two paintings; give a single painting a region")
	}
	return nil
}

// FieldError reports what is wrong with one field of an order or a record.
type FieldError struct {
	Path string // of the field in the JSON form: "paintings[1].share"; "" for the whole text
	Err  error  // what is wrong with it, and what to do
}

// Error returns one line.
func (e *FieldError) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *FieldError) Unwrap() error { return e.Err }

func fieldf(path, format string, args ...any) error {
	return &FieldError{path, fmt.Errorf(format, args...)}
}

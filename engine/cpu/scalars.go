package cpu

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// scalars are results in the memory of an arena.
type scalars []float64

func (s scalars) Len() int { return len(s) }

// ScalarsBytes returns the bytes of a row of results.
func (d *device) ScalarsBytes(n int) int64 { return 8 * int64(n) }

// scalarOf returns where a result is written.
func scalarOf(s engine.Scalar) *float64 { return &own[scalars](s.Of)[s.At] }

// ResetScalars sets results to zero.
func (d *device) ResetScalars(dst engine.Scalars) error {
	clear(own[scalars](dst))
	return nil
}

// ReadScalars copies results to the host.
func (d *device) ReadScalars(dst []float64, src engine.Scalars) error {
	s := own[scalars](src)
	if len(dst) != len(s) {
		panic(fmt.Sprintf("cpu: read: %d results into %d numbers", len(s), len(dst)))
	}
	copy(dst, s)
	return nil
}

package enginetest

import (
	"errors"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// TestFailing lets each operation of a small program fail in turn: that one returns the error, and no other.
func TestFailing(t *testing.T) {
	lost := errors.New("the device is lost")
	program := func(d engine.Device) (failed []int) {
		count := 0
		note := func(err error) {
			if count++; errors.Is(err, lost) {
				failed = append(failed, count)
			} else if err != nil {
				t.Error(err)
			}
		}
		arena, err := reference.New32().NewArena(3 * engine.Alignment)
		if err != nil {
			t.Fatal(err)
		}
		v, row := arena.Vector(0, 2), arena.Scalars(engine.Alignment, 1)
		note(d.Write(v, []float32{1, 2}))
		note(d.Scale(v, 2))
		note(d.Norm1(engine.Scalar{Of: row}, v))
		note(d.ReadScalars(make([]float64, 1), row))
		_, err = d.Mark()
		note(err)
		_, err = d.NewConvolution(1, 1, make([]float32, 9), make([]float32, 1), engine.PadZero)
		note(err)
		return failed
	}
	const operations = 6
	for n := range operations + 2 {
		d := Failing(reference.New32(), n, lost)
		failed := program(d)
		if want := 0 < n && n <= operations; want != (len(failed) == 1 && failed[0] == n) || !want && len(failed) > 0 {
			t.Errorf("with operation %d to fail these do: %v", n, failed)
		}
		if got := d.Operations(); got != operations {
			t.Errorf("a program of %d operations counts %d", operations, got)
		}
		if err := d.Close(); err != nil {
			t.Errorf("closing a device of which operation %d failed: %v", n, err)
		}
	}
}

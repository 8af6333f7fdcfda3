package enginetest

import (
	"sync/atomic"

	"github.com/impasto/impasto/engine"
)

// FailingDevice is a device that counts its operations, one of which fails. See [Failing].
type FailingDevice struct {
	intercepted
	operations *atomic.Int64
}

// Failing returns a device whose n-th operation from now, the first being 1, does nothing and returns err; with n < 1
// none fails. All others are those of device. An operation is every call that may return an error except
// Close: constructors, reading and writing included. With it a test checks that a run ends with the error of its
// device and keeps its results so far.
func Failing(device engine.Device, n int, err error) *FailingDevice {
	operations := new(atomic.Int64)
	return &FailingDevice{intercepted{device, func(do func() error) error {
		if operations.Add(1) == int64(n) {
			return err
		}
		return do()
	}}, operations}
}

// Operations returns the number of operations so far.
func (d *FailingDevice) Operations() int { return int(d.operations.Load()) }

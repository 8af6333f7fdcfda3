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
// none does. All others are those of device. An operation is every call that may return an error, but for
// Close: constructors, reading and writing, too. With it a test sees that a run ends with the error of its
// device and keeps what it has so far.
func Failing(device engine.Device, n int, err error) *FailingDevice {
	operations := new(atomic.Int64)
	return &FailingDevice{intercepted{device, func(do func() error) error {
		if operations.Add(1) == int64(n) {
			return err
		}
		return do()
	}}, operations}
}

// Operations returns how many operations there have been.
func (d *FailingDevice) Operations() int { return int(d.operations.Load()) }

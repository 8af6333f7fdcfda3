//go:build !windows && !(unix && !aix && !solaris && !illumos)

package cpu

import "errors"

// takeMemory has nothing better than the Go heap here.
func takeMemory(n int64) (b []byte, err error) {
	defer func() {
		if recover() != nil { // more than a slice can have
			err = errors.New("not enough memory")
		}
	}()
	return make([]byte, n), nil
}

func giveBackMemory([]byte) error { return nil }

//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package weights

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks an open file, unless another process or another descriptor of the file holds the lock. The
// system releases the lock when the file is closed, even by kill -9.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

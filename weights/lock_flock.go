//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package weights

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes the lock on an open file, unless another process or another opening of the file has it. The
// system lets go of it when the file is closed, be it by kill -9.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

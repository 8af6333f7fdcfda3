//go:build unix && !aix && !solaris && !illumos

package cpu

import "golang.org/x/sys/unix"

// takeMemory maps n bytes of zeros outside the Go heap, where gigabytes would count towards the garbage
// collector's pace and be released only when it runs.
func takeMemory(n int64) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, int(n), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	hugePages(b)
	return b, nil
}

func giveBackMemory(b []byte) error { return unix.Munmap(b) }

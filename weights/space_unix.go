//go:build darwin || freebsd || linux

package weights

import "golang.org/x/sys/unix"

// freeBytes returns the number of bytes that can still be written to a folder.
func freeBytes(dir string) (uint64, bool) {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return 0, false
	}
	return uint64(st.Bavail) * uint64(st.Bsize), true
}

//go:build darwin || freebsd || linux

package weights

import "golang.org/x/sys/unix"

// freeBytes returns how many bytes may still be written into a folder.
func freeBytes(dir string) (uint64, bool) {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return 0, false
	}
	return uint64(st.Bavail) * uint64(st.Bsize), true
}

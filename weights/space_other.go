//go:build !(darwin || freebsd || linux || windows)

package weights

// freeBytes reports false where the system is not supported.
func freeBytes(string) (uint64, bool) { return 0, false }

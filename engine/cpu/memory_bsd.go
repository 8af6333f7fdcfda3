//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package cpu

// hugePages does nothing: these systems choose the size of pages themselves.
func hugePages([]byte) {}

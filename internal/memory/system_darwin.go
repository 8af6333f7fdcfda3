package memory

import "golang.org/x/sys/unix"

// systemMemory returns the memory of the machine: macOS has no cheap way to ask how much of it is free,
// and reclaims what other programs have not used for a while.
func systemMemory() int64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return int64(n)
}

func containerMemory() int64 { return 0 }

package cpu

import "golang.org/x/sys/unix"

// hugePages asks for pages of 2 MiB: the transforms write 36 streams at once, and the first-level TLB
// has too few entries of 4 KiB for that. A kernel without them refuses, which only costs speed.
func hugePages(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }

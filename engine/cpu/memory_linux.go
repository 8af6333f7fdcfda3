package cpu

import "golang.org/x/sys/unix"

// hugePages asks for pages of 2 MiB: the transforms write 36 streams at once, and the first-level TLB
// has fewer entries of 4 KiB than that needs. A kernel without them refuses, which costs speed only.
func hugePages(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }

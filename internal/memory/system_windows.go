package memory

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// memoryStatus is MEMORYSTATUSEX.
type memoryStatus struct {
	length, load                                                uint32
	totalPhys, availPhys, totalPage, availPage, totalVirt, rest uint64
	availExtended                                               uint64
}

// systemMemory returns the free physical memory.
func systemMemory() int64 {
	call := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")
	var s memoryStatus
	s.length = uint32(unsafe.Sizeof(s))
	if ok, _, _ := call.Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return 0
	}
	return int64(s.availPhys)
}

func containerMemory() int64 { return 0 }

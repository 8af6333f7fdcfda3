//go:build linux

package weights

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// writeFullSize writes a VGG-19 of the published size, with its classifier, in PyTorch's older format: 575 MB, all
// of them zeros, which a file system need not store.
func writeFullSize(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	widths := []int64{64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512, 512, 512, 512}
	var items, keys strings.Builder
	var sizes []int64
	add := func(name string, shape ...int64) {
		n, _ := product(shape)
		key := fmt.Sprint(len(sizes))
		items.WriteString(str(name) + tensorOf(key, n, 0, nums(shape...), nums(contiguous(shape)...)))
		keys.WriteString(str(key))
		sizes = append(sizes, n)
	}
	in := int64(3)
	for i, index := range VGG19.indices() {
		add(fmt.Sprintf("features.%d.weight", index), widths[i], in, 3, 3)
		add(fmt.Sprintf("features.%d.bias", index), widths[i])
		in = widths[i]
	}
	for i, shape := range [][]int64{{4096, 25088}, {4096, 4096}, {1000, 4096}} {
		add(fmt.Sprintf("classifier.%d.weight", 3*i), shape...)
		add(fmt.Sprintf("classifier.%d.bias", 3*i), shape[0])
	}
	head := legacy(dictOf(items.String()), 0, nil)
	head = append(head[:len(head)-8-len("\x80\x02]"+str("0")+"a.")], "\x80\x02]("+keys.String()+"e."...)
	if _, err := f.Write(head); err != nil {
		return err
	}
	at := int64(len(head))
	for _, n := range sizes {
		if _, err := f.WriteAt(binary.LittleEndian.AppendUint64(nil, uint64(n)), at); err != nil {
			return err
		}
		at += 8 + 4*n
	}
	return f.Truncate(at)
}

// BenchmarkImportFullSize imports a file of the published VGG-19's size in a process of its own, and checks that
// this needs less than 250 MB of memory.
func BenchmarkImportFullSize(b *testing.B) {
	path := filepath.Join(b.TempDir(), "full.pth")
	if err := writeFullSize(path); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		cmd := process(b, os.Args[0], job{Dir: filepath.Join(b.TempDir(), "cache"), Import: path})
		start := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/import")
		peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss / 1000
		b.ReportMetric(float64(peak), "MB-peak")
		if peak > 250 {
			b.Errorf("the import needed %d MB of memory", peak)
		}
	}
}

package weights

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"strings"
	"testing"
)

// readBytes reads a network that lies in memory.
func readBytes(data []byte) (*Model, error) {
	return Read(context.Background(), bytes.NewReader(data), int64(len(data)))
}

// refused checks that reading data gives an error that contains all of the words.
func refused(t *testing.T, data []byte, words ...string) {
	t.Helper()
	m, err := readBytes(data)
	if err == nil {
		t.Fatalf("no error, but a network of %d convolutions", len(m.Convolutions))
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error %q does not say %q", err, w)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has more than one line: %q", err)
	}
}

// Pieces of pickles, to write hostile ones with.
func str(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func num(n int64) string {
	return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func nums(values ...int64) string {
	var b strings.Builder
	b.WriteString("(")
	for _, v := range values {
		b.WriteString(num(v))
	}
	return b.String() + "t"
}

// tensorOf is a call of _rebuild_tensor_v2 on a storage.
func tensorOf(key string, elements, start int64, shape, strides string) string {
	store := "(" + str("storage") + "ctorch\nFloatStorage\n" + str(key) + str("cpu") + num(elements) + "tQ"
	return "ctorch._utils\n_rebuild_tensor_v2\n(" + store + num(start) + shape + strides + "\x89)tR"
}

// dictOf is a dictionary of keys and values in turn, each already pickled.
func dictOf(items ...string) string { return "\x80\x02}(" + strings.Join(items, "") + "u." }

// zipped is a PyTorch archive of a pickle and storages.
func zipped(t *testing.T, pickle string, storages map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	add := func(name string, data []byte) {
		f, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data),
			CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data))})
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("net/data.pkl", []byte(pickle))
	for name, data := range storages {
		add("net/data/"+name, data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// legacy is a file of PyTorch's older format with a pickle and one storage "0".
func legacy(pickle string, announced int64, data []byte) []byte {
	head := "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + "\x80\x02M\xe9\x03." + "\x80\x02}."
	keys := "\x80\x02]" + str("0") + "a."
	return append(binary.LittleEndian.AppendUint64([]byte(head+pickle+keys), uint64(announced)), data...)
}

// TestRefusedClasses checks that a pickle which names anything but tensors is refused by that name, in every
// format and spelling. The calls would write a file, which must not be there afterwards.
func TestRefusedClasses(t *testing.T) {
	witness := t.TempDir() + "/executed"
	command := str("touch " + witness)
	calls := map[string]string{
		"os.system":                          "cos\nsystem\n(" + command + "tR",
		"posix.system":                       str("posix") + str("system") + "\x93(" + command + "tR",
		"builtins.eval":                      "cbuiltins\neval\n(" + str("1") + "tR",
		"builtins.getattr":                   "cbuiltins\ngetattr\n0",
		"torch.load":                         "ctorch\nload\n(" + command + "tR",
		"torch.storage._load_from_bytes":     "ctorch.storage\n_load_from_bytes\n(" + command + "tR",
		"torchvision.models.vgg.VGG":         "ctorchvision.models.vgg\nVGG\n)\x81",
		"collections.OrderedDict.__reduce__": "ccollections\nOrderedDict.__reduce__\n)R",
		"numpy.load":                         "cnumpy\nload\n(" + command + "tR",
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			pickle := dictOf(str("features.0.weight"), call)
			refused(t, zipped(t, pickle, nil), name, "refused")
			refused(t, legacy(pickle, 0, nil), name, "refused")
			refused(t, []byte(pickle), name, "refused")
		})
	}
	if _, err := os.Stat(witness); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a pickle was executed: %v", err)
	}
}

// TestRefusedOperations tries every operation that no dictionary of tensors needs.
func TestRefusedOperations(t *testing.T) {
	known := "(.0GJKMNQRTUXabcehjqrstu}])\x80\x85\x86\x87\x88\x89\x8aBC\x8c\x8e\x93\x94\x95"
	n := 0
	for op := range 256 {
		if !strings.Contains(known, string([]byte{byte(op)})) {
			refused(t, []byte("\x80\x02"+string([]byte{byte(op)})+"...."), fmt.Sprintf("operation %#02x", op))
			n++
		}
	}
	if n != 256-len(known) {
		t.Errorf("%d operations were tried, of %d", n, 256-len(known))
	}
}

func TestHostilePickles(t *testing.T) {
	doubling := func() string { // each dictionary holds the one before it twice: 2^40 paths, 40 objects
		var b strings.Builder
		b.WriteString("\x80\x02}q\x00")
		for i := range byte(40) {
			b.WriteString("}q\x63(" + str("a") + "h" + string([]byte{i}) + str("b") + "h" + string([]byte{i}) + "u" + "q" + string([]byte{i + 1}))
		}
		return b.String() + "."
	}
	selfish := "\x80\x02}q\x00" + str("a") + "h\x00s."
	for name, c := range map[string]struct{ pickle, word string }{
		"2^40 paths":              {doubling(), "nested"},
		"within itself":           {selfish, "nested deeper"},
		"empty memo":              {"\x80\x02h\x05.", "memo 5 is empty"},
		"far memo":                {"\x80\x02Nj\xff\xff\xff\xff.", "is empty"},
		"memo of nothing":         {"\x80\x02q\x00.", "stack is empty"},
		"memo bomb":               {"\x80\x04N" + strings.Repeat("\x94", maxMemo+10) + ".", "memo"},
		"operations":              {"\x80\x02" + strings.Repeat("N0", maxOps/2+10) + ".", "operations"},
		"marks":                   {"\x80\x02" + strings.Repeat("(", 1000) + ".", "marks"},
		"no mark":                 {"\x80\x02NNt.", "no mark"},
		"pop below a mark":        {"\x80\x02N(0.", "stack is empty"},
		"string of 4 GB":          {"\x80\x02X\xff\xff\xff\xffabc.", "string"},
		"bytes of 2^63":           {"\x80\x04\x8e\x00\x00\x00\x00\x00\x00\x00\x80.", "unexpected EOF"},
		"bytes of 2^64-1":         {"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", "unexpected EOF"},
		"endless name":            {"\x80\x02c" + strings.Repeat("a", 1000), "255"},
		"protocol 9":              {"\x80\x02\x80\x09N.", "protocol 9"},
		"key without value":       {"\x80\x02}(Nu.", "key without a value"},
		"append to a number":      {"\x80\x02K\x01K\x02a.", "an int, want a list"},
		"call of a string":        {"\x80\x02" + str("os.system") + ")R.", "a string, want the class"},
		"state of a number":       {"\x80\x02K\x01}b.", "an int with an invalid state"},
		"persistent without any":  {"\x80\x02" + str("x") + "Q.", "persistent"},
		"dictionary of a number":  {"\x80\x02ccollections\nOrderedDict\nK\x01\x85R.", "arguments"},
		"array with half a state": {"\x80\x02cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btRK\x01\x85b.", "NumPy array"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, []byte(c.pickle), c.word) })
	}
}

func TestHostileTensors(t *testing.T) {
	data := make([]byte, 64)
	key := str("features.0.weight")
	for name, c := range map[string]struct{ tensor, word string }{
		"2^60 elements":       {tensorOf("0", 16, 0, nums(1<<30, 1<<30), nums(1, 1)), "outside its storage"},
		"2^60, not moving":    {tensorOf("0", 16, 0, nums(1<<29, 1<<29, 3, 3), nums(0, 0, 0, 0)), "want [out, 3, 3, 3]"},
		"2^126 elements":      {tensorOf("0", 16, 0, nums(1<<63-1, 1<<63-1), nums(0, 0)), "too many elements"},
		"negative size":       {tensorOf("0", 16, 0, nums(-1, 3, 3, 3), nums(27, 9, 3, 1)), "too many elements"},
		"negative stride":     {tensorOf("0", 16, 8, nums(2, 2), nums(-2, 1)), "outside its storage"},
		"negative start":      {tensorOf("0", 16, -1, nums(2, 2), nums(2, 1)), "outside its storage"},
		"start behind":        {tensorOf("0", 16, 15, nums(2), nums(1)), "outside its storage"},
		"stride overflow":     {tensorOf("0", 16, 0, nums(3, 3), nums(1<<62, 1<<62)), "outside its storage"},
		"too few strides":     {tensorOf("0", 16, 0, nums(2, 2), nums(1)), "2 sizes and 1 strides"},
		"hundred sizes":       {tensorOf("0", 16, 0, nums(make([]int64, 100)...), nums(1)), "up to 8"},
		"sizes of text":       {tensorOf("0", 16, 0, "("+str("a")+"t", nums(1)), "a string, want a number"},
		"more than is there":  {tensorOf("0", 17, 0, nums(17), nums(1)), "64 bytes for 17 elements"},
		"missing storage":     {tensorOf("7", 16, 0, nums(16), nums(1)), "net/data/7 is missing"},
		"storage outside":     {tensorOf("../../etc/passwd", 16, 0, nums(16), nums(1)), "missing"},
		"2^63-1 elements":     {tensorOf("0", 1<<63-1, 0, nums(16), nums(1)), "64 bytes"},
		"no storage":          {"ctorch._utils\n_rebuild_tensor_v2\n(NK\x00" + nums(1) + nums(1) + "tR", "None, want a storage"},
		"storage is a number": {"(" + str("storage") + "K\x01" + str("0") + str("cpu") + "K\x01tQ", "storage of"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, zipped(t, dictOf(key, c.tensor), map[string][]byte{"0": data}), c.word)
		})
	}
}

// TestHostileLegacy is about what only the older format has: storages that follow one another.
func TestHostileLegacy(t *testing.T) {
	good := dictOf(str("0.weight"), tensorOf("0", 16, 0, nums(16), nums(1)))
	data := make([]byte, 64)
	refused(t, legacy(good, 16, data), "not a VGG") // so the ones below are refused for what they say
	refused(t, legacy(good, 17, data), "17 elements, want 16")
	refused(t, legacy(good, -1, data), "elements, want 16")
	refused(t, legacy(good, 16, data[:63]), "unexpected EOF")
	refused(t, legacy(good, 16, append(data, 0)), "1 bytes after the last storage")
	two := dictOf(str("a"), tensorOf("0", 16, 0, nums(16), nums(1)), str("b"), tensorOf("0", 8, 0, nums(8), nums(1)))
	refused(t, legacy(two, 16, data), `storage "0" is used as 16 elements of F32 and as 8 of F32`)
	other := dictOf(str("a"), tensorOf("1", 16, 0, nums(16), nums(1)))
	refused(t, legacy(other, 16, data), `storage "0" is unknown`)
	huge := dictOf(str("a"), tensorOf("0", 1<<62, 0, nums(16), nums(1)))
	refused(t, legacy(huge, 1<<62, data), "elements, want")
}

// TestHostileZip is about archives that lie about their entries.
func TestHostileZip(t *testing.T) {
	pickle := dictOf(str("a"), tensorOf("0", 16, 0, nums(16), nums(1)), str("b"), tensorOf("1", 16, 0, nums(16), nums(1)))
	data := zipped(t, pickle, map[string][]byte{"0": make([]byte, 64), "1": make([]byte, 64)})
	refused(t, data, "not a VGG")
	central := bytes.Index(data, []byte("PK\x01\x02"))
	entries := func(d []byte) [][]byte { // the central directory's entries, which end in their offsets
		var found [][]byte
		for at := central; ; {
			at = at + bytes.Index(d[at:], []byte("PK\x01\x02"))
			found = append(found, d[at:])
			next := bytes.Index(d[at+4:], []byte("PK\x01\x02"))
			if next < 0 {
				return found
			}
			at += 4 + next
		}
	}
	overlapping := bytes.Clone(data)
	e := entries(overlapping)
	copy(e[2][42:46], e[1][42:46]) // the offset of the local header
	refused(t, overlapping, "overlap")
	outside := bytes.Clone(data)
	binary.LittleEndian.PutUint32(entries(outside)[1][42:], 1<<30)
	refused(t, outside, "net/data/")
	long := bytes.Clone(data)
	for _, at := range []int{20, 24} { // both sizes
		binary.LittleEndian.PutUint32(entries(long)[1][at:], 1<<30)
	}
	refused(t, long, "outside the file")

	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	f, _ := w.Create("net/data.pkl")
	f.Write(bytes.Repeat([]byte("N0"), 1<<20)) // 2 MB in 2 kB
	w.Close()
	refused(t, packed.Bytes(), "compressed")
	w = zip.NewWriter(&packed)
	w.Create("word/document.xml")
	w.Close()
	refused(t, packed.Bytes(), "not written by PyTorch")
}

// TestDamage checks that a flipped bit in the parameters of an archive is detected by its checksum.
func TestDamage(t *testing.T) {
	data, err := os.ReadFile(fixture("torchvision19.pth"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/data/3") && !strings.HasSuffix(f.Name, "/data/8") {
			continue
		}
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		damaged := bytes.Clone(data)
		damaged[at] ^= 1
		refused(t, damaged, "damaged", "CRC-32")
		tried++
	}
	if tried != 2 {
		t.Errorf("%d storages were damaged, want 2", tried)
	}
}

// TestTruncated cuts every fixture after every hundredth of its length.
func TestTruncated(t *testing.T) {
	for _, name := range networkFixtures(t) {
		data, err := os.ReadFile(fixture(name))
		if err != nil {
			t.Fatal(err)
		}
		for percent := range 100 {
			if _, err := readBytes(data[:len(data)*percent/100]); err == nil {
				t.Errorf("%s cut after %d %% was read", name, percent)
			}
		}
		if _, err := readBytes(data[:len(data)-1]); err == nil {
			t.Errorf("%s without its last byte was read", name)
		}
	}
}

func TestOtherFiles(t *testing.T) {
	for name, c := range map[string]struct{ data, word string }{
		"nothing":     {"", "empty"},
		"web page":    {"\n<!DOCTYPE html><html><body>Not found", "web page"},
		"xml":         {"<?xml version=\"1.0\"?><Error><Code>NoSuchKey", "web page"},
		"LFS pointer": {"version https://git-lfs.github.com/spec/v1\noid sha256:1", "Git LFS"},
		"HDF5":        {"\x89HDF\r\n\x1a\n" + strings.Repeat("\x00", 64), "HDF5"},
		"gzip":        {"\x1f\x8b\x08" + strings.Repeat("\x00", 64), "gzip"},
		"tar":         {strings.Repeat("a", 257) + "ustar" + strings.Repeat("a", 200), "tar"},
		"noise":       {strings.Repeat("7", 1000), "unknown format"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, []byte(c.data), c.word) })
	}
	if _, err := ReadFile(context.Background(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, name := range networkFixtures(t) {
		if _, err := ReadFile(ctx, fixture(name)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

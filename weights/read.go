package weights

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrFormat is in the error for a file that is no network of any known format.
var ErrFormat = errors.New("not a known format of networks (safetensors, or a state_dict saved by PyTorch)")

// ReadFile reads the VGG network in a file. What its Input is depends on the file: those of PyTorch state
// none, and their Stated is false.
func ReadFile(ctx context.Context, path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the network: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("opening the network: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("opening the network: %s is no regular file", path)
	}
	m, err := Read(ctx, f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("reading the network %s: %w", path, err)
	}
	if m.Name == "" {
		base := filepath.Base(path)
		m.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return m, nil
}

// Read reads the VGG network in r, which has size bytes and one of the known formats. Only the header and
// the convolutions are read. The name of the model is empty where the file does not state it.
//
// A file that is damaged, that is no VGG, or whose pickle asks for anything but tensors is an error.
func Read(ctx context.Context, r io.ReaderAt, size int64) (*Model, error) {
	r = cancellable{ctx, r}
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	found, err := open(r, size, head)
	if err != nil {
		return nil, err
	}
	n, err := recognise(found.tensors)
	if err != nil {
		return nil, err
	}
	m, err := n.read(r)
	if err != nil {
		return nil, err
	}
	return m, m.describe(found.metadata)
}

// open finds the tensors of a file whose first bytes are head.
func open(r io.ReaderAt, size int64, head []byte) (contents, error) {
	switch {
	case size == 0:
		return contents{}, errors.New("the file is empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return readZip(r, size)
	case len(head) > 1 && head[0] == opProto && head[1] >= 2 && head[1] <= maxProtocol:
		return readPickle(r, size)
	case looksSafetensors(head, size):
		return readSafetensors(r, size)
	}
	return contents{}, fmt.Errorf("%w%s", ErrFormat, resembles(head))
}

// resembles says what a file of another kind may be.
func resembles(head []byte) string {
	text := strings.ToLower(string(bytes.TrimSpace(head)))
	switch {
	case strings.HasPrefix(text, "<!doctype") || strings.HasPrefix(text, "<html") || strings.HasPrefix(text, "<?xml"):
		return "; it is a web page, perhaps the answer of a server that did not have the file"
	case strings.HasPrefix(text, "version https://git-lfs"):
		return "; it is a Git LFS pointer, not the file itself (git lfs pull fetches it)"
	case bytes.HasPrefix(head, []byte("\x89HDF")):
		return "; it is an HDF5 file, as Keras writes"
	case len(head) > 8 && bytes.Equal(head[:2], []byte{0x1f, 0x8b}):
		return "; it is compressed by gzip"
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "; it is a tar archive"
	}
	return ""
}

// cancellable is a reader that stops when its context ends.
type cancellable struct {
	ctx context.Context
	r   io.ReaderAt
}

func (c cancellable) ReadAt(p []byte, at int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.ReadAt(p, at)
}

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

// ErrFormat reports that a file is not a network in a known format.
var ErrFormat = errors.New("unknown format; must be safetensors or a state_dict saved by PyTorch")

// ReadFile reads the VGG network in a file. Its Input depends on the file: files of PyTorch do not state it, so
// that Stated is false.
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
		return nil, fmt.Errorf("opening the network: %s is not a regular file", path)
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
// the convolutions are read. The name of the model is empty if the file does not state it.
//
// It returns an error if the file is damaged, is not a VGG, or has a pickle that asks for anything but tensors.
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

// open finds the tensors of a file that begins with head.
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

// resembles returns a guess at what a file of another kind is.
func resembles(head []byte) string {
	text := strings.ToLower(string(bytes.TrimSpace(head)))
	switch {
	case strings.HasPrefix(text, "<!doctype") || strings.HasPrefix(text, "<html") || strings.HasPrefix(text, "<?xml"):
		return "; it is a web page, perhaps the response of a server that does not have the file"
	case strings.HasPrefix(text, "version https://git-lfs"):
		return "; it is a Git LFS pointer, not the file itself (run git lfs pull)"
	case bytes.HasPrefix(head, []byte("\x89HDF")):
		return "; it is an HDF5 file, as written by Keras"
	case len(head) > 8 && bytes.Equal(head[:2], []byte{0x1f, 0x8b}):
		return "; it is compressed with gzip"
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

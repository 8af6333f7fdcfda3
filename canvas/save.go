package canvas

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/impasto/impasto/internal/atomicfile"
)

// Save writes p to the file at path, in the format that the extension says (see
// [FormatOf]). It writes beside the file and renames at the end: what was at path stays
// until a complete picture takes its place, and stays if anything fails. Through a
// symbolic link it replaces the file that the link points to. The error names the file.
func Save(path string, p *Picture, o EncodeOptions) error {
	f, err := FormatOf(path)
	if err != nil {
		return err
	}
	err = atomicfile.WriteFunc(path, func(w io.Writer) error { return Encode(w, p, f, o) })
	if err != nil {
		return fmt.Errorf("write picture %s: %w", path, err)
	}
	return nil
}

// CheckOutput returns the error that [Save] to path would meet for its name, its folder
// or what is there already, so that it can be reported before work begins: an extension that
// is not known, a folder that is missing or not writable, a folder or a write-protected
// file in its place. What is there stays as it is.
func CheckOutput(path string) error {
	if _, err := FormatOf(path); err != nil {
		return err
	}
	if err := atomicfile.Check(path); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

// NextFree returns path if there is nothing, else the first of NAME-2.EXT, NAME-3.EXT and
// so on where there is nothing.
func NextFree(path string) (string, error) {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ext)
	const most = 1_000_000
	for i := 2; i < most; i++ {
		_, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		path = fmt.Sprintf("%s-%d%s", stem, i, ext)
	}
	return "", fmt.Errorf("all names from %s%s to %s are taken: name another", stem, ext, path)
}

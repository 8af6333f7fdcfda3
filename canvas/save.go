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

// Save writes p to the file at path, in the format of the extension (see [FormatOf]). It
// writes a temporary file beside it and renames it at the end: an existing file stays
// until a complete picture replaces it, and stays if anything fails. Through a
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

// CheckOutput returns the error that [Save] to path would return for its name, its folder
// or an existing file, so that it can be reported before work begins: an unknown
// extension, a folder that is missing or not writable, a folder or a write-protected
// file at path. It changes nothing.
func CheckOutput(path string) error {
	if _, err := FormatOf(path); err != nil {
		return err
	}
	if err := atomicfile.Check(path); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

// NextFree returns path if nothing exists there, and otherwise the first of NAME-2.EXT,
// NAME-3.EXT and so on that is free.
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
	return "", fmt.Errorf("all names from %s%s to %s exist: choose another name", stem, ext, path)
}

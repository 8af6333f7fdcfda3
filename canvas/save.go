package canvas

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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
	err = replaceFile(path, func(w io.Writer) error { return Encode(w, p, f, o) })
	if err != nil {
		return fmt.Errorf("write picture %s: %w", path, err)
	}
	return nil
}

// CheckOutput returns the error that [Save] to path would meet for its name, its folder
// or what is there already, so that it can be told before work begins: an extension that
// is not known, a folder that is missing or not writable, a folder or a write-protected
// file in its place. What is there stays as it is.
func CheckOutput(path string) error {
	if _, err := FormatOf(path); err != nil {
		return err
	}
	target, _, err := resolve(path)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	file, err := createBeside(target, newFile)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, folderError(target, err))
	}
	file.Close()
	if err := os.Remove(file.Name()); err != nil {
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

// newFile is the mode of files that were not there before, less the umask.
const newFile fs.FileMode = 0o666

// replaceFile lets write fill a new file and puts it at path.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	target, mode, err := resolve(path)
	if err != nil {
		return err
	}
	file, err := createBeside(target, mode)
	if err != nil {
		return folderError(target, err)
	}
	defer func() {
		if err != nil {
			file.Close() // a second Close does no harm
			os.Remove(file.Name())
		}
	}()
	buffered := bufio.NewWriterSize(file, 1<<16)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if mode != newFile { // the umask may have taken bits off that the old file had
		if err := file.Chmod(mode); err != nil {
			return err
		}
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), target); err != nil {
		return err
	}
	syncFolder(filepath.Dir(target))
	return nil
}

// resolve follows symbolic links from path to the file to write, and returns its mode, or
// the mode of a new file. It returns an error if something is there that is not to be
// replaced.
func resolve(path string) (target string, mode fs.FileMode, err error) {
	target, err = filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, newFile, nil
	}
	if err != nil {
		return "", 0, bare(err)
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return "", 0, bare(err)
	case info.IsDir():
		return "", 0, errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return "", 0, errors.New("it is not a regular file")
	case info.Mode()&0o200 == 0:
		return "", 0, errors.New("the file there is write-protected")
	}
	return target, info.Mode().Perm(), nil
}

// createBeside creates a file with a new name in the folder of target.
func createBeside(target string, mode fs.FileMode) (*os.File, error) {
	folder, name := filepath.Split(target)
	return os.OpenFile(folder+"."+name+"."+rand.Text()[:8]+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}

// folderError says what is wrong with target's folder, given that no file could be
// created there.
func folderError(target string, err error) error {
	folder := filepath.Dir(target)
	info, statErr := os.Stat(folder)
	switch {
	case errors.Is(statErr, fs.ErrNotExist):
		return fmt.Errorf("the folder %s does not exist: create it first", folder)
	case statErr == nil && !info.IsDir():
		return fmt.Errorf("%s is not a folder", folder)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the folder %s is not writable: %w", folder, fs.ErrPermission)
	}
	return fmt.Errorf("the folder %s takes no new file: %w", folder, bare(err))
}

// bare takes the operation and the path off an error of package os: the callers name the
// file that the user named.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// syncFolder makes a rename last over a loss of power, where the system can: the file
// itself is complete either way, so an error changes nothing.
func syncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		d.Sync()
		d.Close()
	}
}

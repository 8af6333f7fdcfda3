// Package atomicfile replaces files atomically: a file is written to a temporary name in the same folder, synced and
// renamed at the end, so an existing file stays until then, and stays if anything fails. Through a symbolic link it
// replaces the file that the link points to; an existing file keeps its permissions. A device or a pipe, such as
// /dev/stdout, is written to directly.
//
// The errors do not name the file: callers add it, in terms of what they write.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes data to path.
func Write(path string, data []byte) error {
	return WriteFunc(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFunc writes the output of write to path. It returns an error of write unchanged.
func WriteFunc(path string, write func(io.Writer) error) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := write(f); err != nil {
		return err
	}
	return f.Commit()
}

// File is a file in progress. It is not safe for concurrent use.
type File struct {
	draft    *os.File // nil when it is committed or discarded
	buffered *bufio.Writer
	place
	size int64
}

// place is the destination of a file.
type place struct {
	path   string
	mode   fs.FileMode // of the existing file, or of a new one
	stream bool        // the destination is a device or a pipe, which cannot be replaced
}

// newFile is the mode of new files, before the umask.
const newFile fs.FileMode = 0o666

// Create begins a file that Commit puts at path. It fails if path cannot be written, as [Check] reports.
func Create(path string) (*File, error) {
	at, err := resolve(path)
	if err != nil {
		return nil, err
	}
	draft, err := at.open()
	if err != nil {
		return nil, err
	}
	return &File{draft: draft, buffered: bufio.NewWriterSize(draft, 1<<16), place: at}, nil
}

// Write appends to the file in progress.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.buffered.Write(p)
	f.size += int64(n)
	return n, bare(err)
}

// Size returns the number of bytes written.
func (f *File) Size() int64 { return f.size }

// Commit puts the file at the path for which it was created.
func (f *File) Commit() error { return f.commit(f.path) }

// CommitAs puts the file under another name in the folder for which it was created: one that depends on its
// contents, such as a digest.
func (f *File) CommitAs(name string) error {
	return f.commit(filepath.Join(filepath.Dir(f.path), name))
}

func (f *File) commit(path string) error {
	if err := f.finish(); err != nil {
		return bare(err)
	}
	if !f.stream {
		if err := os.Rename(f.draft.Name(), path); err != nil {
			return bare(err)
		}
		syncFolder(filepath.Dir(path))
	}
	f.draft = nil
	return nil
}

// finish syncs the data to disk and closes the draft.
func (f *File) finish() error {
	if err := f.buffered.Flush(); err != nil {
		return err
	}
	if f.stream {
		return f.draft.Close()
	}
	if f.mode != newFile { // the umask may have removed bits that the old file had
		if err := f.draft.Chmod(f.mode); err != nil {
			return err
		}
	}
	return errors.Join(f.draft.Sync(), f.draft.Close())
}

// Discard drops the file in progress; after a successful Commit it does nothing.
func (f *File) Discard() {
	if f.draft == nil {
		return
	}
	f.draft.Close() // a second Close is harmless
	if !f.stream {
		os.Remove(f.draft.Name())
	}
	f.draft = nil
}

// Check returns the error that writing to path would meet because of its folder or an existing file, so that it can
// be reported before work begins: a folder that is missing or not writable, a folder or a write-protected file at
// path. It changes nothing.
func Check(path string) error {
	at, err := resolve(path)
	if err != nil || at.stream {
		return err
	}
	draft, err := at.open()
	if err != nil {
		return err
	}
	draft.Close()
	return bare(os.Remove(draft.Name()))
}

// Drafts returns the pattern, for [filepath.Glob], of the names of drafts of files whose names match a pattern. Drafts
// remain if a process is killed.
func Drafts(pattern string) string { return "." + pattern + ".*" + draftSuffix }

const draftSuffix = ".part"

// open creates a file with a new name in the folder of the place, or opens an existing stream.
func (p place) open() (*os.File, error) {
	if p.stream {
		f, err := os.OpenFile(p.path, os.O_WRONLY, 0)
		return f, bare(err)
	}
	folder, name := filepath.Split(p.path)
	f, err := os.OpenFile(folder+"."+name+"."+rand.Text()[:8]+draftSuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, p.mode)
	if err != nil {
		return nil, folderError(p.path, err)
	}
	return f, nil
}

// resolve follows symbolic links from path to the file to write. It returns an error if something there must not
// be replaced.
func resolve(path string) (place, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return place{path: path, mode: newFile}, nil
	case err != nil:
		return place{}, bare(err)
	case info.IsDir():
		return place{}, errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return place{path: path, stream: true}, nil
	case info.Mode()&0o200 == 0:
		return place{}, errors.New("the file is write-protected")
	}
	target, err := filepath.EvalSymlinks(path)
	return place{path: target, mode: info.Mode().Perm()}, bare(err)
}

// folderError returns what is wrong with target's folder, given that no file could be created there.
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
	return fmt.Errorf("cannot create a file in the folder %s: %w", folder, bare(err))
}

// bare strips the operation and the paths from an error of package os: callers name the file as the user did.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}

// syncFolder makes a rename survive a power failure if the system can; the file itself is complete either way, so
// an error is ignored.
func syncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		d.Sync()
		d.Close()
	}
}

// Package atomicfile writes files that are complete or as they were before. A file is written beside its place, synced
// and renamed at the end: what was there stays until then, and stays if anything fails. Through a symbolic link the file
// is replaced that the link points to; a file that was there keeps its permissions. A device or a pipe, such as
// /dev/stdout, is written to as it is.
//
// The errors say what is wrong and do not name the file: callers do so, in the words of what they write.
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

// Write puts data at path.
func Write(path string, data []byte) error {
	return WriteFunc(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFunc puts what write writes at path. An error of write is returned as it is.
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

// place is where a file goes.
type place struct {
	path   string
	mode   fs.FileMode // of what is there, or of a new file
	stream bool        // a device or a pipe is there, which nothing can replace
}

// newFile is the mode of files that were not there before, less the umask.
const newFile fs.FileMode = 0o666

// Create begins a file that Commit puts at path. It fails where path cannot be written, as [Check] says.
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

// Size returns how many bytes have been written.
func (f *File) Size() int64 { return f.size }

// Commit puts the file at the path that it was created for.
func (f *File) Commit() error { return f.commit(f.path) }

// CommitAs puts the file under another name in the folder that it was created for: one that depends on what was
// written, such as a digest.
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

// finish brings what was written to the disk and closes the draft.
func (f *File) finish() error {
	if err := f.buffered.Flush(); err != nil {
		return err
	}
	if f.stream {
		return f.draft.Close()
	}
	if f.mode != newFile { // the umask may have taken bits off that the old file had
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
	f.draft.Close() // a second Close does no harm
	if !f.stream {
		os.Remove(f.draft.Name())
	}
	f.draft = nil
}

// Check returns the error that writing to path would meet for its folder or for what is there already, so that it can
// be reported before work begins: a folder that is missing or not writable, a folder or a write-protected file in its
// place. What is there stays as it is.
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

// Drafts is the pattern, for [filepath.Glob], of the names of drafts for files whose names match a pattern. Drafts
// remain where a process is killed.
func Drafts(pattern string) string { return "." + pattern + ".*" + draftSuffix }

const draftSuffix = ".part"

// open creates a file with a new name in the folder of the place, or opens the stream that is there.
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

// resolve follows symbolic links from path to the file to write. It returns an error if something is there that is not
// to be replaced.
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

// folderError says what is wrong with target's folder, given that no file could be created there.
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

// bare takes the operation and the paths off an error of package os: the callers name the file that the user named.
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

// syncFolder makes a rename last over a loss of power, where the system can: the file itself is complete either way, so
// an error changes nothing.
func syncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		d.Sync()
		d.Close()
	}
}

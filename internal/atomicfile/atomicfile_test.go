package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// entries returns the names in a folder.
func entries(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", filepath.Base(path), got, err, want)
	}
}

func put(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	for _, text := range []string{"first", "", "third"} {
		if err := Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		holds(t, path, text)
	}
	if got := entries(t, dir); got != "a.txt" {
		t.Errorf("the folder holds %s", got)
	}
}

// TestFailedWriteChangesNothing fails after more than a buffer is written, and after nothing.
func TestFailedWriteChangesNothing(t *testing.T) {
	for _, size := range []int{0, 1 << 20} {
		dir := t.TempDir()
		path := filepath.Join(dir, "kept.txt")
		put(t, path, "old", 0o666)
		half := errors.New("half way")
		for _, at := range []string{path, filepath.Join(dir, "new.txt")} {
			err := WriteFunc(at, func(w io.Writer) error {
				if _, err := w.Write(make([]byte, size)); err != nil {
					t.Error(err)
				}
				return half
			})
			if err != half {
				t.Errorf("the error is %v", err)
			}
		}
		holds(t, path, "old")
		if got := entries(t, dir); got != "kept.txt" {
			t.Errorf("the folder holds %s", got)
		}
	}
}

// TestReplacedFileKeepsItsMode uses a mode that no usual umask leaves.
func TestReplacedFileKeepsItsMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes here")
	}
	path := filepath.Join(t.TempDir(), "a")
	const mode = 0o662
	put(t, path, "old", mode)
	if err := Write(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "new")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
}

// TestLinkStaysALink writes through a link into another folder.
func TestLinkStaysALink(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	target, link := filepath.Join(other, "target"), filepath.Join(dir, "link")
	put(t, target, "old", 0o666)
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if err := Write(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	holds(t, target, "new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	if entries(t, dir) != "link" || entries(t, other) != "target" {
		t.Errorf("the folders hold %s and %s", entries(t, dir), entries(t, other))
	}
}

// TestCommitAs names a file by what is in it; a draft is there until then, under a name that Drafts matches.
func TestCommitAs(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "net.bin"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Discard()
	if _, err := io.WriteString(f, "12345"); err != nil {
		t.Fatal(err)
	}
	drafts, err := filepath.Glob(filepath.Join(dir, Drafts("net.bin")))
	if err != nil || len(drafts) != 1 {
		t.Errorf("drafts %q, %v", drafts, err)
	}
	if err := f.CommitAs("net-5.bin"); err != nil || f.Size() != 5 {
		t.Errorf("%v, %d bytes", err, f.Size())
	}
	f.Discard()
	if got := entries(t, dir); got != "net-5.bin" {
		t.Errorf("the folder holds %s", got)
	}
	holds(t, filepath.Join(dir, "net-5.bin"), "12345")
}

// TestCheckFailsAsWriteDoes compares the two on what can be written and on what cannot.
func TestCheckFailsAsWriteDoes(t *testing.T) {
	dir := t.TempDir()
	file, locked, folder := filepath.Join(dir, "file"), filepath.Join(dir, "locked"), filepath.Join(dir, "folder")
	put(t, file, "old", 0o666)
	put(t, locked, "old", 0o444)
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	before := entries(t, dir)
	for _, path := range []string{file, filepath.Join(dir, "new")} {
		if err := Check(path); err != nil {
			t.Error(err)
		}
	}
	bad := map[string]string{filepath.Join(dir, "none", "new"): "does not exist", filepath.Join(file, "new"): "",
		folder: "folder", locked: "write-protected"}
	if runtime.GOOS == "linux" {
		bad["/proc/new"] = "/proc" // a folder in which not even the superuser creates files
	}
	for path, word := range bad {
		for _, err := range []error{Check(path), Write(path, nil)} {
			if err == nil || !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), path) {
				t.Errorf("%s: %v, without %q", path, err, word)
			}
		}
	}
	if got := entries(t, dir); got != before {
		t.Errorf("the folder held %s and holds %s", before, got)
	}
	holds(t, file, "old")
}

func TestReadOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("modes of folders do not bind this user")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := Check(filepath.Join(dir, "new")); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("the error is %v", err)
	}
}

// TestPipe writes to what cannot be replaced.
func TestPipe(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("pipes have no names here")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	path := "/proc/self/fd/" + strconv.Itoa(int(w.Fd()))
	if err := Check(path); err != nil {
		t.Error(err)
	}
	if err := Write(path, []byte("through")); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != "through" {
		t.Errorf("%q, %v", got, err)
	}
}

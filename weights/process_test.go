//go:build unix

package weights

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/impasto/impasto/internal/atomicfile"
)

// job is what a process of its own does: this test binary, started again.
type job struct {
	Dir     string
	Publish Network
	// Import is a file to import instead of what is published.
	Import string
	// KillAt is the stage at which the process kills itself with SIGKILL: Importing means in the middle of the
	// file that it writes.
	KillAt Stage
}

const jobVariable = "IMPASTO_TEST_JOB"

func TestMain(m *testing.M) {
	text := os.Getenv(jobVariable)
	if text == "" {
		os.Exit(m.Run())
	}
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := j.do(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (j job) do() error {
	s := &Store{Dir: j.Dir, Backoff: time.Millisecond}
	if j.Publish.Name != "" {
		s.Known = []Network{j.Publish}
	}
	s.Progress = func(p Progress) {
		if p.Stage == Importing && j.KillAt == Importing {
			go killWhenWritten(s.Dir)
		}
	}
	if j.Import != "" {
		_, err := s.Import(context.Background(), j.Import, ImportOptions{})
		return err
	}
	return s.Get(context.Background(), j.Publish.Name)
}

// killWhenWritten kills this process as soon as a part of the network's file is written.
func killWhenWritten(dir string) {
	for {
		drafts, _ := filepath.Glob(filepath.Join(dir, atomicfile.Drafts("*")))
		for _, d := range drafts {
			if info, err := os.Stat(d); err == nil && info.Size() > 0 {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
		}
	}
}

// process returns the command that does a job.
func process(t testing.TB, binary string, j job) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), jobVariable+"="+string(text))
	return cmd
}

// wide returns a network whose file takes a while to write: VGG-19 with 128 channels everywhere.
func wide() *Model {
	m := &Model{Architecture: VGG19}
	in := 3
	for _, name := range VGG19.Layers() {
		c := Convolution{Name: name, In: in, Out: 128, Weight: make([]float32, 128*in*9), Bias: make([]float32, 128)}
		m.Convolutions = append(m.Convolutions, c)
		in = 128
	}
	return m
}

// TestTwoProcesses starts two that want the same network; one of them must wait for the other.
func TestTwoProcesses(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	server.misbehave(func(http.ResponseWriter, *http.Request, int) bool {
		time.Sleep(200 * time.Millisecond) // time for the other to come
		return false
	})
	s := storeOf(t, server.published())
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if out, err := process(t, os.Args[0], job{Dir: s.Dir, Publish: s.Known[0]}).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	holds(t, s)
	if n := len(server.ranges()); n != 1 {
		t.Errorf("the file was fetched %d times", n)
	}
}

// TestKilledDownload kills a process with SIGKILL while it downloads; the next one continues.
func TestKilledDownload(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	sent := make(chan bool)
	server.misbehave(func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n > 0 {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(server.data)))
		w.Write(server.data[:7000])
		w.(http.Flusher).Flush()
		close(sent)
		<-r.Context().Done()
		return true
	})
	s := storeOf(t, server.published())
	cmd := process(t, os.Args[0], job{Dir: s.Dir, Publish: s.Known[0]})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-sent
	part := filepath.Join(s.Dir, "vgg19-"+s.Known[0].SHA256[:16]+partSuffix)
	for {
		if info, err := os.Stat(part); err == nil && info.Size() == 7000 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if _, err := s.Load(context.Background(), "vgg19"); !errors.Is(err, ErrAbsent) {
		t.Errorf("after the kill: %v", err)
	}
	if err := s.Get(context.Background(), "vgg19"); err != nil {
		t.Fatal(err)
	}
	holds(t, s)
	if r := server.ranges(); len(r) != 2 || r[1] != "bytes=7000-" {
		t.Errorf("the requests had the ranges %q", r)
	}
}

// TestKilledImport kills a process with SIGKILL while it writes the network's file; half of it is never used.
func TestKilledImport(t *testing.T) {
	data := written(t, wide(), Float32)
	for attempt := range 10 {
		server := newSite(t, data)
		s := storeOf(t, server.published())
		out, err := process(t, os.Args[0], job{Dir: s.Dir, Publish: s.Known[0], KillAt: Importing}).CombinedOutput()
		if err == nil {
			t.Logf("attempt %d: the import was faster than the kill", attempt)
			continue
		}
		if !strings.Contains(err.Error(), "killed") {
			t.Fatalf("%v: %s", err, out)
		}
		if drafts, _ := filepath.Glob(filepath.Join(s.Dir, atomicfile.Drafts("*"))); len(drafts) != 1 {
			continue // it was killed after the renaming
		}
		if _, err := s.Load(context.Background(), "vgg19"); !errors.Is(err, ErrAbsent) {
			t.Errorf("after the kill: %v", err)
		}
		if err := s.Get(context.Background(), "vgg19"); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(context.Background(), "vgg19"); err != nil {
			t.Error(err)
		}
		if left := s.leftovers("vgg19"); len(left) > 0 || len(server.ranges()) != 1 {
			t.Errorf("%v is left, and there were %d requests", left, len(server.ranges()))
		}
		return
	}
	t.Error("no process was killed in the middle of its import")
}

// TestReadOnly makes the folder read-only: what is in it can be used, and fetching says what is wrong. Where the
// test runs as root, whom no permission stops, the fetching is left to a process of another user.
func TestReadOnly(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	s := storeOf(t, server.published())
	if err := s.Get(context.Background(), "vgg19"); err != nil {
		t.Fatal(err)
	}
	other := server.published()
	other.Name = "other"
	if err := os.Chmod(s.Dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(s.Dir, 0o755) })
	holds(t, s)
	binary := os.Args[0]
	cmd := process(t, binary, job{Dir: s.Dir, Publish: other})
	if os.Geteuid() == 0 {
		copied := filepath.Join(t.TempDir(), "weights.test")
		text, err := os.ReadFile(binary)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, text, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{filepath.Dir(filepath.Dir(copied)), filepath.Dir(copied)} {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		cmd = process(t, copied, job{Dir: s.Dir, Publish: other})
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		cmd.Dir = "/"
	}
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "permission denied") || !strings.Contains(string(out), "IMPASTO_CACHE") {
		t.Errorf("fetching into a read-only folder: %v: %s", err, out)
	}
}

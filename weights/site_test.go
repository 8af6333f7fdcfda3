package weights

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// site is a server of one file that can misbehave.
type site struct {
	*httptest.Server
	data []byte

	mu       sync.Mutex
	fault    fault
	requests []string // the Range of each
}

// fault answers a request in its own way; it returns false to have it answered well. n counts the requests from 0.
type fault func(w http.ResponseWriter, r *http.Request, n int) bool

// misbehave has requests answered by f from now on, or well if f is nil.
func (s *site) misbehave(f fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

func newSite(t testing.TB, data []byte) *site {
	s := &site{data: data}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, r.Header.Get("Range"))
	f := s.fault
	s.mu.Unlock()
	if f != nil && f(w, r, n) {
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.data))
}

// ranges returns the Range of each request so far.
func (s *site) ranges() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// cut answers well up to n bytes of the body, then breaks the connection.
func (s *site) cut(w http.ResponseWriter, r *http.Request, n int) {
	from := 0
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(s.data)-1, len(s.data)))
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(s.data)-from))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write(s.data[from:min(from+n, len(s.data))])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// published returns the network that the site serves.
func (s *site) published(paths ...string) Network {
	n := Network{Name: "vgg19", Bytes: int64(len(s.data)), SHA256: fmt.Sprintf("%x", sha256.Sum256(s.data)),
		Preprocessing: FromImageNet, Padding: "zero", Licence: "BSD-3-Clause"}
	for _, p := range append(paths, "/vgg19.pth")[:max(1, len(paths))] {
		n.URLs = append(n.URLs, s.URL+p)
	}
	return n
}

// storeOf returns a store with an empty folder that knows the networks, and tries fast.
func storeOf(t testing.TB, known ...Network) *Store {
	return &Store{Dir: filepath.Join(t.TempDir(), "cache"), Known: known, Backoff: time.Millisecond, Stall: 10 * time.Second}
}

// fileOf returns the bytes of a fixture.
func fileOf(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(fixture(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// holds checks that the store has the network of the fixtures, and nothing unfinished.
func holds(t *testing.T, s *Store) {
	t.Helper()
	m, err := s.Load(context.Background(), "vgg19")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(mustRead(t, "reference19.safetensors").Convolutions, m.Convolutions); diff != "" {
		t.Errorf("another network was kept:\n%s", diff)
	}
	if left := s.leftovers("vgg19"); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}

func TestGet(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	s := storeOf(t, server.published())
	stages := map[Stage]bool{}
	last := Progress{}
	s.Progress = func(p Progress) {
		stages[p.Stage] = true
		if p.Stage == Downloading {
			last = p
		}
	}
	ctx := context.Background()
	if err := s.Verify(ctx, "vgg19"); err == nil || !strings.Contains(err.Error(), "network get vgg19") {
		t.Errorf("before: %v", err)
	}
	if err := s.Get(ctx, "vgg19"); err != nil {
		t.Fatal(err)
	}
	holds(t, s)
	m, err := s.Load(ctx, "vgg19")
	if err != nil {
		t.Fatal(err)
	}
	n := server.published()
	if m.Name != "vgg19" || m.Input != ImageNet() || m.Source != n.URLs[0] || m.SourceSHA256 != n.SHA256 ||
		m.Licence != n.Licence || m.Padding != "zero" {
		t.Errorf("the kept network says %+v", Model{Name: m.Name, Input: m.Input, Source: m.Source,
			SourceSHA256: m.SourceSHA256, Licence: m.Licence, Padding: m.Padding})
	}
	if !stages[Downloading] || !stages[Importing] || last.Done != n.Bytes || last.Total != n.Bytes {
		t.Errorf("stages %v, the last report of the download %+v", stages, last)
	}
	if err := s.Get(ctx, "vgg19"); err != nil || len(server.ranges()) != 1 {
		t.Errorf("a second Get: %v, %d requests", err, len(server.ranges()))
	}
	if err := s.Verify(ctx, "vgg19"); err != nil {
		t.Error(err)
	}
}

// TestResume cuts the connection at random offsets again and again.
func TestResume(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	random := rand.New(rand.NewPCG(1, 2))
	server.misbehave(func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n < 20 {
			server.cut(w, r, random.IntN(400))
		}
		return false
	})
	s := storeOf(t, server.published())
	if err := s.Get(context.Background(), "vgg19"); err != nil {
		t.Fatal(err)
	}
	holds(t, s)
	if ranges := server.ranges(); len(ranges) != 21 || ranges[20] == "" {
		t.Errorf("the requests had the ranges %q", ranges)
	}
}

// TestResumeLater cuts the connection, gives up, and continues in another call.
func TestResumeLater(t *testing.T) {
	for name, c := range map[string]struct {
		spoil     func(path string) error
		wantRange string
	}{
		"as it was":    {func(string) error { return nil }, "bytes=5000-"},
		"other bytes":  {func(path string) error { return os.WriteFile(path, make([]byte, 5000), 0o644) }, "bytes=5000-"},
		"too many":     {func(path string) error { return os.WriteFile(path, make([]byte, 1<<20), 0o644) }, ""},
		"none":         {func(path string) error { return os.Truncate(path, 0) }, ""},
		"another file": {os.Remove, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
			s := storeOf(t, server.published())
			s.Retries = -1
			server.misbehave(func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n == 0 {
					server.cut(w, r, 5000)
				}
				http.Error(w, "gone", http.StatusServiceUnavailable)
				return true
			})
			if err := s.Get(context.Background(), "vgg19"); err == nil {
				t.Fatal("no error")
			}
			left := s.leftovers("vgg19")
			if len(left) != 1 {
				t.Fatalf("what was fetched so far is in %v", left)
			}
			if err := c.spoil(left[0]); err != nil {
				t.Fatal(err)
			}
			server.misbehave(nil)
			before := len(server.ranges())
			if err := s.Get(context.Background(), "vgg19"); err != nil {
				t.Fatal(err)
			}
			holds(t, s)
			if got := server.ranges()[before]; got != c.wantRange {
				t.Errorf("the first request had the range %q, want %q", got, c.wantRange)
			}
		})
	}
}

package weights

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestServers is about servers that misbehave but bring the file in the end.
func TestServers(t *testing.T) {
	for name, fault := range map[string]func(s *site, w http.ResponseWriter, r *http.Request, n int) bool{
		"without Range, cut": func(s *site, w http.ResponseWriter, r *http.Request, n int) bool {
			r.Header.Del("Range")
			if n < 4 {
				s.cut(w, r, 1000*(4-n))
			}
			return false
		},
		"500, then well": func(s *site, w http.ResponseWriter, r *http.Request, n int) bool {
			if n < 3 {
				w.WriteHeader(http.StatusInternalServerError)
			}
			return n < 3
		},
		"429, then well": func(s *site, w http.ResponseWriter, r *http.Request, n int) bool {
			if n < 2 {
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return n < 2
		},
		"wrong range": func(s *site, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 0 {
				s.cut(w, r, 3000)
			}
			if n == 1 {
				r.Header.Set("Range", "bytes=2000-")
			}
			return false
		},
		"range refused": func(s *site, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 0 {
				s.cut(w, r, 3000)
			}
			if n == 1 {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			}
			return n == 1
		},
		"without a length": func(s *site, w http.ResponseWriter, r *http.Request, n int) bool {
			w.Write(s.data[:5000])
			w.(http.Flusher).Flush()
			w.Write(s.data[5000:])
			return true
		},
		"more than the file": func(s *site, w http.ResponseWriter, r *http.Request, n int) bool {
			w.(http.Flusher).Flush()
			w.Write(append(s.data[:len(s.data):len(s.data)], "and more"...))
			return true
		},
		"redirected": func(s *site, w http.ResponseWriter, r *http.Request, n int) bool {
			if r.URL.Path == "/vgg19.pth" {
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
				return true
			}
			return false
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
			server.misbehave(func(w http.ResponseWriter, r *http.Request, n int) bool { return fault(server, w, r, n) })
			s := storeOf(t, server.published())
			if err := s.Get(context.Background(), "vgg19"); err != nil {
				t.Fatal(err)
			}
			holds(t, s)
		})
	}
}

// TestBadServers is about those that never bring it. What they send must not become a network.
func TestBadServers(t *testing.T) {
	html := "<!DOCTYPE html><html>Sign in to the network of this hotel</html>"
	for name, c := range map[string]struct {
		fault    func(s *site, w http.ResponseWriter, r *http.Request)
		word     string
		requests int
	}{
		"404": {func(s *site, w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, "404 Not Found", 1},
		"500": {func(s *site, w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }, "500 Internal Server Error", 4},
		"web page": {func(s *site, w http.ResponseWriter, r *http.Request) { io.WriteString(w, html) },
			"a web page instead of the file", 1},
		"web page of the same size": {func(s *site, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			io.WriteString(w, html+strings.Repeat(" ", len(s.data)-len(html)))
		}, "has SHA-256", 1},
		"another file": {func(s *site, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(s.data)-1))
			w.Write(s.data[1:])
		}, "bytes, want", 1},
		"other bytes": {func(s *site, w http.ResponseWriter, r *http.Request) {
			w.Write(append([]byte{s.data[0], s.data[1] ^ 1}, s.data[2:]...))
		}, "has SHA-256", 1},
		"nothing": {func(s *site, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "the connection broke at byte 0", 4},
		"redirect loop": {func(s *site, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, "redirects", 10},
		"silence": {func(s *site, w http.ResponseWriter, r *http.Request) {
			w.Write(s.data[:100])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "no data received for", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
			server.misbehave(func(w http.ResponseWriter, r *http.Request, n int) bool { c.fault(server, w, r); return true })
			s := storeOf(t, server.published())
			s.Retries = 3
			s.Stall = 100 * time.Millisecond
			err := s.Get(context.Background(), "vgg19")
			word := strings.Replace(c.word, "bytes, want", fmt.Sprint("bytes, want ", len(server.data)), 1)
			if err == nil || !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error %v does not say %q on one line", err, word)
			}
			if got := len(server.ranges()); c.requests > 0 && got != c.requests {
				t.Errorf("%d requests, want %d", got, c.requests)
			}
			if _, err := s.Load(context.Background(), "vgg19"); !errors.Is(err, ErrAbsent) {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// TestMirrors checks that mirrors come first, that a bad one does no harm, and that a file may come from several.
func TestMirrors(t *testing.T) {
	home := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	liar := newSite(t, make([]byte, len(home.data)))
	half := newSite(t, home.data)
	half.misbehave(func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n == 0 {
			half.cut(w, r, 6000)
		}
		w.WriteHeader(http.StatusNotFound)
		return true
	})
	s := storeOf(t, home.published())
	s.Mirrors = []string{"http://127.0.0.1:1/none", liar.URL + "/m/", half.URL}
	if err := s.Get(context.Background(), "vgg19"); err != nil {
		t.Fatal(err)
	}
	holds(t, s)
	if r := home.ranges(); len(r) != 1 || r[0] != "bytes=6000-" {
		t.Errorf("the publisher was asked for %q, want only bytes=6000-", r)
	}
	if len(liar.ranges()) != 1 {
		t.Errorf("the lying mirror was asked %d times", len(liar.ranges()))
	}
}

// TestProxy checks that a client's proxy is used.
func TestProxy(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	n := server.published()
	n.URLs = []string{"http://models.example.org/vgg19.pth"}
	s := storeOf(t, n)
	proxy, err := http.NewRequest("GET", server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Client = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy.URL)}}
	if err := s.Get(context.Background(), "vgg19"); err != nil {
		t.Fatal(err)
	}
	holds(t, s)
}

func TestCancelGet(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	ctx, cancel := context.WithCancel(context.Background())
	server.misbehave(func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n > 0 {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(server.data)))
		w.Write(server.data[:4000])
		w.(http.Flusher).Flush()
		time.Sleep(50 * time.Millisecond)
		cancel()
		<-r.Context().Done()
		return true
	})
	s := storeOf(t, server.published())
	if err := s.Get(ctx, "vgg19"); !errors.Is(err, context.Canceled) {
		t.Fatalf("the error is %v", err)
	}
	if err := s.Get(context.Background(), "vgg19"); err != nil {
		t.Fatal(err)
	}
	holds(t, s)
	if r := server.ranges(); len(r) != 2 || r[1] != "bytes=4000-" {
		t.Errorf("the requests had the ranges %q", r)
	}
}

func TestOffline(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	s := storeOf(t, server.published())
	s.Offline = true
	_, err := s.Resolve(context.Background(), "vgg19")
	if !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), "built-in network") || len(server.ranges()) > 0 {
		t.Errorf("the error is %v after %d requests", err, len(server.ranges()))
	}
	s.Offline = false
	server.Close()
	s.Retries = -1
	if err := s.Get(context.Background(), "vgg19"); err == nil || !strings.Contains(err.Error(), "built-in network needs no connection") {
		t.Errorf("without a connection: %v", err)
	}
}

// TestDiskFull lets the download run into a full device, and asks for more than a disk has.
func TestDiskFull(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	n := server.published()
	if runtime.GOOS == "linux" {
		s := storeOf(t, n)
		if err := os.MkdirAll(s.Dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/dev/full", filepath.Join(s.Dir, n.Name+"-"+n.SHA256[:16]+partSuffix)); err != nil {
			t.Fatal(err)
		}
		if err := s.Get(context.Background(), "vgg19"); !errors.Is(err, syscall.ENOSPC) || len(server.ranges()) != 1 {
			t.Errorf("a full device: %v after %d requests", err, len(server.ranges()))
		}
	}
	n.Bytes = 1 << 60
	s := storeOf(t, n)
	if _, known := freeBytes(os.TempDir()); !known {
		t.Skip("the free space is not known here")
	}
	before := len(server.ranges())
	err := s.Get(context.Background(), "vgg19")
	if err == nil || !strings.Contains(err.Error(), "are free") || len(server.ranges()) != before {
		t.Errorf("2^60 bytes: %v after %d requests", err, len(server.ranges())-before)
	}
}

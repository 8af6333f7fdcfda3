package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ownNetwork serves a file as the network vgg19, by means of IMPASTO_NETWORKS, and returns the server.
func ownNetwork(t *testing.T, file string) *httptest.Server {
	t.Helper()
	file, err := filepath.Abs(file) // tests change the folder
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(file))))
	t.Cleanup(server.Close)
	list := filepath.Join(t.TempDir(), "networks.json")
	text := fmt.Sprintf(`[{"name":"vgg19","urls":["%s/%s"],"bytes":%d,"sha256":"%x","input":"imagenet"}]`,
		server.URL, filepath.Base(file), len(data), sha256.Sum256(data))
	if err := os.WriteFile(list, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("IMPASTO_NETWORKS", list)
	t.Setenv("IMPASTO_CACHE", filepath.Join(t.TempDir(), "cache"))
	return server
}

// vgg19File is a narrow network.
const vgg19File = "../../weights/testdata/torchvision19-legacy.pth"

func TestNetworkGet(t *testing.T) {
	ownNetwork(t, vgg19File)
	state := func(name string) networkState {
		t.Helper()
		var l struct {
			Networks []networkState `json:"networks"`
		}
		got := invoke(t, "network", "list", "--json")
		if err := json.Unmarshal([]byte(got.out), &l); err != nil {
			t.Fatal(err, got.errors)
		}
		for _, n := range l.Networks {
			if n.Name == name {
				return n
			}
		}
		return networkState{}
	}
	if s := state("vgg16"); s.State != "built in" || s.Bytes != 19992528 || s.Licence != "BSD-3-Clause" {
		t.Errorf("vgg16 is %+v", s)
	}
	if s := state("vgg19"); s.State != "to fetch" {
		t.Errorf("before: %+v", s)
	}
	for _, progress := range []string{"plain", "bar", "none"} {
		got := invoke(t, "network", "get", "vgg19", "--progress", progress)
		if got.status != statusDone || got.out != "vgg19 is installed\n" || (progress == "plain") != (got.errors != "") {
			t.Errorf("--progress %s: %+v", progress, got)
		}
		if s := state("vgg19"); s.State != "here" || s.Path == "" {
			t.Errorf("after: %+v", s)
		}
		if got := invoke(t, "network", "verify"); got.status != statusDone || got.out != "vgg16 is undamaged\nvgg19 is undamaged\n" {
			t.Errorf("verify: %+v", got)
		}
		if got := invoke(t, "network", "remove", "vgg19"); got.status != statusDone {
			t.Errorf("remove: %+v", got)
		}
	}
}

func TestNetworkFirstUse(t *testing.T) {
	server := ownNetwork(t, vgg19File)
	cache := os.Getenv("IMPASTO_CACHE")
	studio(t)
	t.Setenv("IMPASTO_CACHE", cache)
	got := invoke(t, small("--network", "vgg19", "--offline")...)
	if got.status != statusFailed || !strings.Contains(got.errors, "offline") || !strings.Contains(got.errors, "built-in") {
		t.Errorf("--offline: %+v", got)
	}
	got = invoke(t, small("--network", "vgg19")...)
	if got.status != statusDone || !strings.Contains(got.errors, "downloading") {
		t.Errorf("first use: %+v", got)
	}
	if got := invoke(t, "network", "verify", "vgg19"); got.status != statusDone {
		t.Errorf("verify after the first use: %+v", got)
	}
	if got := invoke(t, "network", "remove", "vgg19"); got.status != statusDone {
		t.Errorf("remove: %+v", got)
	}
	server.Close()
	t.Setenv("IMPASTO_MIRROR", server.URL) // also unavailable
	got = invoke(t, "network", "verify", "vgg19")
	if got.status != statusFailed || !strings.Contains(got.errors, "impasto network get vgg19") {
		t.Errorf("verify of a network that is not installed: %+v", got)
	}
}

func TestNetworkImport(t *testing.T) {
	t.Setenv("IMPASTO_CACHE", t.TempDir())
	got := invoke(t, "network", "import", "../../weights/testdata/layers19.pth", "--as", "caffe19", "--input", "caffe")
	if got.status != statusDone || !strings.Contains(got.out, "caffe19 is installed: a vgg19 with 16 convolutions; it reads BGR") {
		t.Errorf("import: %+v", got)
	}
	if got := invoke(t, "network", "list"); !strings.Contains(got.out, "caffe19") || !strings.Contains(got.out, "built in") {
		t.Errorf("list: %+v", got)
	}
	file := filepath.Join(t.TempDir(), "page.pth")
	if err := os.WriteFile(file, []byte("<!DOCTYPE html><p>404"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		word   string
		args   []string
	}{
		{statusFailed, "web page", []string{"import", file}},
		{statusFailed, "not the published vgg19", []string{"import", vgg19File, "--as", "vgg19"}},
		{statusUsage, "input", []string{"import", vgg19File, "--input", "yuv"}},
		{statusUsage, "must be one of vgg16", []string{"get", "vgg91"}},
		{statusUsage, "must be one of vgg16", []string{"remove", "vgg91"}},
		{statusUsage, "must be one of vgg16", []string{"verify", "vgg91"}},
		{statusFailed, "built in", []string{"remove", "vgg16"}},
	} {
		got := invoke(t, append([]string{"network"}, c.args...)...)
		if got.status != c.status || !strings.Contains(got.errors, c.word) || strings.Count(got.errors, "impasto:") != 1 {
			t.Errorf("%v: %+v, want status %d and %q on one line", c.args, got, c.status, c.word)
		}
	}
}

func TestNetworkInterrupted(t *testing.T) {
	ownNetwork(t, vgg19File)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := invokeWith(ctx, "network", "get", "vgg19")
	if got.status != statusInterrupted || !strings.Contains(got.errors, "the next get resumes it") {
		t.Errorf("interrupted: %+v", got)
	}
}

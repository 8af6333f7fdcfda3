package weights

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDamagedCache flips one bit of a kept file, at its beginning, middle and end.
func TestDamagedCache(t *testing.T) {
	server := newSite(t, fileOf(t, "torchvision19-legacy.pth"))
	s := storeOf(t, server.published())
	ctx := context.Background()
	if err := s.Get(ctx, "vgg19"); err != nil {
		t.Fatal(err)
	}
	path := s.versions("vgg19")[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{20, len(whole) / 2, len(whole) - 1} {
		data := append([]byte(nil), whole...)
		data[at] ^= 4
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load(ctx, "vgg19"); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("a flipped bit in byte %d: %v", at, err)
		}
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(ctx, "vgg19"); err == nil || !strings.Contains(err.Error(), "network remove vgg19") {
		t.Errorf("a cut file: %v", err)
	}
	if err := s.Get(ctx, "vgg19"); err != nil { // fetches it again
		t.Fatal(err)
	}
	holds(t, s)
}

func TestImport(t *testing.T) {
	ctx := context.Background()
	published := newSite(t, fileOf(t, "torchvision19.pth")).published()
	s := storeOf(t, published)
	e, err := s.Import(ctx, fixture("torchvision19.pth"), ImportOptions{})
	if err != nil || e.Name != "vgg19" {
		t.Fatalf("the published file was imported as %q, %v", e.Name, err)
	}
	holds(t, s)
	if m, err := s.Load(ctx, "vgg19"); err != nil || m.Input != ImageNet() || m.SourceSHA256 != published.SHA256 {
		t.Errorf("the published network: %v, %+v", err, m.Input)
	}
	if _, err := s.Import(ctx, fixture("module16.pth"), ImportOptions{Name: "vgg19"}); err == nil ||
		!strings.Contains(err.Error(), "not the published vgg19") {
		t.Errorf("another file under a published name: %v", err)
	}
	for _, o := range []ImportOptions{{Name: "caffe", Preprocessing: FromCaffe}, {}} {
		e, err := s.Import(ctx, fixture("layers19.pth"), o)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Load(ctx, e.Name)
		if err != nil {
			t.Fatal(err)
		}
		want := Input{}
		if o.Preprocessing == FromCaffe {
			want = Caffe()
		}
		if m.Name != e.Name || m.Input != want || m.Source != fixture("layers19.pth") {
			t.Errorf("%+v: %q from %q reads %+v", o, m.Name, m.Source, m.Input)
		}
	}
	// The file of the store itself, and one that states its own preprocessing, keep what they say.
	e, err = s.Import(ctx, e.Path, ImportOptions{Name: "again"})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := s.Load(ctx, "again"); err != nil || m.Input != ImageNet() || m.Source != published.URLs[0] && m.Source == "" {
		t.Errorf("imported again: %v, %+v", err, m)
	}
	for path, word := range map[string]string{
		fixture("make_fixtures.py"): "unknown format",
		fixture("nothing.pth"):      "no such file",
		"testdata":                  "not a regular file",
	} {
		if _, err := s.Import(ctx, path, ImportOptions{}); err == nil || !strings.Contains(err.Error(), word) ||
			strings.Count(err.Error(), path) != 1 {
			t.Errorf("importing %s: %v", path, err)
		}
	}
	for _, name := range []string{"../up", "Big", "a/b", ".hidden", "con.", strings.Repeat("a", 65)} {
		if _, err := s.Import(ctx, fixture("layers19.pth"), ImportOptions{Name: name}); err == nil ||
			!strings.Contains(err.Error(), "invalid network name") {
			t.Errorf("importing as %q: %v", name, err)
		}
	}
	if _, err := s.Import(ctx, fixture("layers19.pth"), ImportOptions{Name: "x", Preprocessing: "yuv"}); err == nil {
		t.Error("unknown preprocessing was taken")
	}
}

func TestListAndRemove(t *testing.T) {
	ctx := context.Background()
	server := newSite(t, fileOf(t, "torchvision19.pth"))
	known := append([]Network{{Name: "vgg16", BuiltIn: true}}, server.published())
	s := storeOf(t, known...)
	s.BuiltIn = func() *Model { return &Model{Name: "vgg16"} }
	list := func() string {
		t.Helper()
		entries, err := s.List()
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, e := range entries {
			text += fmt.Sprintf("%s %v %v\n", e.Name, e.Here(), e.Kept > 0)
		}
		return text
	}
	if got, want := list(), "vgg16 true false\nvgg19 false false\n"; got != want {
		t.Errorf("at first:\n%s", got)
	}
	for _, name := range []string{"vgg19", "vgg19-mine"} {
		o := ImportOptions{Name: name}
		if _, err := s.Import(ctx, fixture("torchvision19.pth"), o); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := list(), "vgg16 true false\nvgg19 true true\nvgg19-mine true true\n"; got != want {
		t.Errorf("after two imports:\n%s", got)
	}
	if err := s.Remove(ctx, "vgg19"); err != nil {
		t.Error(err)
	}
	if got, want := list(), "vgg16 true false\nvgg19 false false\nvgg19-mine true true\n"; got != want {
		t.Errorf("after one was removed:\n%s", got)
	}
	for name, word := range map[string]string{
		"vgg16": "built in", "vgg19": "not installed", "vgg20": "unknown network", "../x": "unknown network",
	} {
		if err := s.Remove(ctx, name); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("removing %s: %v", name, err)
		}
	}
	if err := s.Verify(ctx, "vgg16"); err != nil {
		t.Error(err)
	}
}

func TestResolve(t *testing.T) {
	ctx := context.Background()
	server := newSite(t, fileOf(t, "torchvision19.pth"))
	s := storeOf(t, Network{Name: "vgg16", BuiltIn: true}, server.published())
	if _, err := s.Resolve(ctx, ""); !errors.Is(err, ErrAbsent) {
		t.Errorf("without a built-in network: %v", err)
	}
	s.BuiltIn = func() *Model { return &Model{Name: "vgg16"} }
	for given, want := range map[string]string{
		"": "vgg16", "vgg16": "vgg16", "vgg19": "vgg19", fixture("module16.pth"): "module16",
	} {
		m, err := s.Resolve(ctx, given)
		if err != nil || m.Name != want {
			t.Errorf("%q is %v, %v, want %s", given, m, err, want)
		}
	}
	if _, err := s.Resolve(ctx, "vgg18"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "must be one of vgg16, vgg19") {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := s.Resolve(ctx, filepath.Join("no", "file.pth")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a path that is not there: %v", err)
	}
}

func TestLockInProcess(t *testing.T) {
	s := storeOf(t)
	release, err := s.lock(context.Background(), "a")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.lock(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second lock: %v", err)
	}
	if other, err := s.lock(ctx, "b"); err != nil {
		t.Errorf("another network's lock: %v", err)
	} else {
		other()
	}
	release()
	again, err := s.lock(context.Background(), "a")
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestNetworks(t *testing.T) {
	for _, n := range Networks() {
		if n.BuiltIn {
			n.URLs = []string{"https://example.org"}
		}
		if err := n.check(); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
		for _, u := range n.URLs {
			if !strings.HasPrefix(u, "https://") {
				t.Errorf("%s is not fetched by HTTPS", u)
			}
		}
		if n.Summary == "" || n.Licence == "" || n.Padding == "" {
			t.Errorf("%s says too little: %+v", n.Name, n)
		}
	}
}

func TestParseNetworks(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	good := fmt.Sprintf(`[{"name":"ours","urls":["https://a.org/b.pth"],"bytes":7,"sha256":"%s","input":"caffe"}]`, digest)
	got, err := ParseNetworks([]byte(good))
	if err != nil || len(got) != 1 || got[0].Name != "ours" || got[0].Preprocessing != FromCaffe {
		t.Errorf("%+v, %v", got, err)
	}
	for old, replacement := range map[string]string{
		"ours": "../ours", "https": "ftp", `"bytes":7`: `"bytes":0`, digest: "abc", "caffe": "yuv", `"name"`: `"nom"`,
	} {
		if _, err := ParseNetworks([]byte(strings.Replace(good, old, replacement, 1))); err == nil {
			t.Errorf("%s instead of %s was taken", replacement, old)
		}
	}
}

func TestFromEnvironment(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("IMPASTO_CACHE", dir)
	t.Setenv("IMPASTO_MIRROR", "https://a.org/x https://b.org")
	list := filepath.Join(dir, "networks.json")
	digest := strings.Repeat("ab", 32)
	text := fmt.Sprintf(`[{"name":"vgg19","urls":["https://c.org/v.pth"],"bytes":7,"sha256":"%s"}]`, digest)
	if err := os.WriteFile(list, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("IMPASTO_NETWORKS", list)
	s, err := FromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	n, _ := s.lookup("vgg19")
	if s.Dir != dir || len(s.Mirrors) != 2 || n.SHA256 != digest || len(s.Known) != len(Networks()) {
		t.Errorf("%+v", s)
	}
	if got := fmt.Sprint(n.addresses(s.Mirrors)); got != "[https://a.org/x/v.pth https://b.org/v.pth https://c.org/v.pth]" {
		t.Errorf("addresses %s", got)
	}
	t.Setenv("IMPASTO_NETWORKS", filepath.Join(dir, "none.json"))
	if _, err := FromEnvironment(); err == nil {
		t.Error("a list that is not there was not noticed")
	}
}

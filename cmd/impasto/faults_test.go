package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/order"
)

// TestMessagesSayWhatToDo checks that messages name a remedy.
func TestMessagesSayWhatToDo(t *testing.T) {
	twoPaintings(t)
	writePicture(t, "panorama.png", 300, 6, 0)
	writeMap(t, "three.png", 32, 24, black, green, white)
	writeMap(t, "two.png", 32, 24, white, blue)
	for _, c := range []struct {
		args   string
		status int
		says   []string
	}{
		{"photo.png painting.png --size 256 --dry-run", statusDone, []string{"32x24 and is not enlarged to 256 pixels; use --enlarge"}},
		{"panorama.png painting.png --size 200", statusFailed, []string{"; use ", "--size "}},
		{"panorama.png painting.png", statusFailed, []string{"--size 784 --enlarge"}},
		{"photo.png painting.png --size 32 --scales 4 --set scale-ratio=2", statusFailed, []string{"--scales 1"}},
		{"photo.png painting.png --init random", statusUsage, []string{"--init random: ", "content, noise, style, grey"}},
		{"photo.png painting.png other.png --content-mask a.png,b.png", statusUsage, []string{"--content-mask a.png --content-mask b.png"}},
		{"photo.png painting.png --style-mask a.png,b.png", statusUsage, []string{"--style-mask a.png --style-mask b.png"}},
		{"photo.png painting.png other.png --content-mask three.png", statusFailed, []string{"3 colours", "#000000, #00ff00, #ffffff", "2 regions"}},
		{"photo.png painting.png other.png --size 32 --content-mask two.png --dry-run", statusDone,
			[]string{"painting.png is painted where two.png is #0000ff", "other.png is painted where two.png is #ffffff"}},
		{"photo.png painting.png --seed -1", statusUsage, []string{`--seed: "-1" is not a seed`, "0 to 18446744073709551615"}},
		{"photo.png painting.png --size 32 --init panorama.png --dry-run", statusDone, []string{"300x6", "stretched"}},
		{"photo.png painting.png -o a.jpg --depth 16", statusUsage, []string{"--depth: a JPEG has a depth of 8 bits"}},
		{"photo.png painting.png -o a.png --depth 12", statusUsage, []string{"--depth: 12"}},
		{"photo.png painting.png --size 24 --recipe neural-style-pt --dry-run", statusDone, []string{"weights are multiplied by"}},
	} {
		got := invoke(t, append([]string{"style"}, strings.Fields(c.args)...)...)
		if got.status != c.status {
			t.Errorf("%s: exit status %d: %s", c.args, got.status, got.errors)
		}
		if c.status != statusDone && strings.Count(got.errors, "\n") != 1 {
			t.Errorf("%s: not one line: %s", c.args, got.errors)
		}
		for _, says := range c.says {
			if !strings.Contains(got.errors, says) {
				t.Errorf("%s: says %q, which lacks %q", c.args, got.errors, says)
			}
		}
	}
}

// TestLargestSide: no size that fits is missed, also below a size that is not a multiple of the step.
func TestLargestSide(t *testing.T) {
	for _, most := range []int{15, 16, 640, 688, 699} {
		got := largestSide(700, 0, func(side int) bool { return side <= most })
		if want := most / sideStep * sideStep; got != want {
			t.Errorf("with sides up to %d: %d, want %d", most, got, want)
		}
	}
}

// TestAdviceInterrupted: a run that is interrupted while advice is looked for is interrupted, not refused.
func TestAdviceInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &sitting{pictures: &order.Pictures{Photograph: canvas.New(900, 600)}}
	var stopped interrupted
	if err := s.withWhatWorks(ctx, &impasto.BudgetError{}, impasto.Options{}); !errors.As(err, &stopped) {
		t.Errorf("interrupted: %v", err)
	}
}

// TestWhatWorksWorks tries the flags suggested for a picture too small for a layer.
func TestWhatWorksWorks(t *testing.T) {
	studio(t)
	writePicture(t, "panorama.png", 300, 6, 0)
	got := invoke(t, "panorama.png", "painting.png", "--size", "200")
	_, ways, ok := strings.Cut(strings.TrimSpace(got.errors), "; use ")
	if !ok {
		t.Fatal(got.errors)
	}
	for way := range strings.SplitSeq(ways, ", or ") {
		args := append([]string{"panorama.png", "painting.png", "--size", "200", "--dry-run"}, strings.Fields(way)...)
		if got := invoke(t, args...); got.status != statusDone {
			t.Errorf("%s: %s", way, got.errors)
		}
	}
}

// TestARunThatEndsEarlySaysWhy checks the note of a run that stops early without an interruption.
func TestARunThatEndsEarlySaysWhy(t *testing.T) {
	studio(t)
	got := invoke(t, "photo.png", "photo.png", "--size", "32", "--iterations", "10", "--recipe", "gatys", "--progress", "none")
	if got.status != statusDone || !strings.Contains(got.errors, "of 10 iterations: its line search found no lower loss") {
		t.Errorf("%d %q %q", got.status, got.out, got.errors)
	}
}

// TestLeastMemoryIsEnough checks that the memory stated by a refusal is sufficient and does not depend on the budget, and
// that a little less is refused.
func TestLeastMemoryIsEnough(t *testing.T) {
	wholeNetwork(t)
	studio(t)
	writePicture(t, "large.png", 1024, 768, 0)
	needs := regexp.MustCompile(`needs (\d+) MiB`)
	for _, size := range []string{"256", "512", "1024"} {
		plan := func(memory string) outcome {
			return invoke(t, "large.png", "painting.png", "--size", size, "--memory", memory, "--dry-run", "--json", "--progress", "none")
		}
		refused := plan("200MiB")
		m := needs.FindStringSubmatch(refused.errors)
		if m == nil || strings.Count(refused.errors, "needs") != 1 {
			t.Fatalf("%s: %d %q", size, refused.status, refused.errors)
		}
		var least int
		fmt.Sscan(m[1], &least)
		var r planResult
		got := plan(m[1] + "MiB")
		if err := json.Unmarshal([]byte(got.out), &r); err != nil || r.PeakBytes > int64(least)<<20 {
			t.Errorf("%s: with the stated %s MiB: %q, peak %d", size, m[1], got.errors, r.PeakBytes)
		}
		if less := plan(fmt.Sprintf("%dMiB", least-2)); !strings.Contains(less.errors, "needs "+m[1]+" MiB") {
			t.Errorf("%s: with 2 MiB less than %s: %q", size, m[1], less.errors)
		}
	}
}

// TestSixteenBits checks that a 16-bit PNG is more precise than an 8-bit one.
func TestSixteenBits(t *testing.T) {
	studio(t)
	for _, depth := range []string{"8", "16"} {
		if got := invoke(t, small("-o", depth+".png", "--depth", depth)...); got.status != statusDone {
			t.Fatal(got.errors)
		}
	}
	if fine, coarse := open(t, "16.png"), open(t, "8.png"); fine.Pix[0] == coarse.Pix[0] && fine.Pix[1] == coarse.Pix[1] {
		t.Error("16 bits are not more precise than 8")
	}
	if header, err := canvas.OpenHeader("16.png", canvas.Limits{}); err != nil || !strings.Contains(header.Recipe, `"depth":16`) {
		t.Errorf("%v %s", err, header.Recipe)
	}
}

// TestEveryHelpNamesTheRecipe checks that the help of every command starts with its default recipe.
func TestEveryHelpNamesTheRecipe(t *testing.T) {
	for _, command := range []string{"style", "demo", "explain", "export", "sweep", "inspect loss"} {
		got := invoke(t, append(strings.Fields(command), "--help")...)
		head, _, _ := strings.Cut(got.out, "Flags:")
		if !strings.Contains(strings.Join(strings.Fields(head), " "), "recipe is impasto") && !strings.Contains(head, "recipe impasto") {
			t.Errorf("%s: %s", command, head)
		}
	}
}

// TestRecordsAreWhole checks the record of a run in its picture.
func TestRecordsAreWhole(t *testing.T) {
	studio(t)
	if got := invoke(t, small("--seed", "3", "--size", "28", "--scales", "2", "--set", "scale-ratio=1.2", "-o", "r.jpg")...); got.status != statusDone {
		t.Fatal(got.errors)
	}
	r := recordOf(t, "r.jpg")
	if r.Order.Seed != 3 || r.Order.Output.Format != "jpeg" || !r.Finished || r.Width != 28 || r.Height != 21 || len(r.Scales) != 2 ||
		r.Scales[1].Iterations != 3 || r.ISA == "" || r.Threads < 1 || r.Program.Name != "impasto" || r.LastLoss == nil ||
		*r.LastLoss != *r.Scales[1].LastLoss || len(r.Terms) != 7 || r.Evaluations < r.Iterations || r.Seconds <= 0 {
		t.Errorf("%+v", r)
	}
	digest, err := r.Order.Digest()
	if err != nil {
		t.Fatal(err)
	}
	// In another folder, under other names, the order has the same digest.
	if err := os.Rename("photo.png", "other.png"); err != nil {
		t.Fatal(err)
	}
	if got := invoke(t, "other.png", "painting.png", "--size", "28", "--iterations", "3", "--progress", "none",
		"--seed", "3", "--scales", "2", "--set", "scale-ratio=1.2", "-o", "s.jpg"); got.status != statusDone {
		t.Fatal(got.errors)
	}
	again := recordOf(t, "s.jpg")
	if same, err := again.Order.Digest(); err != nil || same != digest {
		t.Errorf("the digest is %s, was %s, %v", same, digest, err)
	}
}

func recordOf(t *testing.T, path string) order.Record {
	t.Helper()
	r, err := order.ReadRecord(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

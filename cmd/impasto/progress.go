package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/impasto/impasto/transfer"
)

// reportFlags set how progress and results are reported.
type reportFlags struct {
	Progress string `group:"report" default:"auto" enum:"auto,bar,plain,json,none" placeholder:"HOW" help:"Form of progress on standard error: bar, plain (lines), json (one object per line) or none; auto is bar on a terminal and plain elsewhere."`
	JSON     bool   `group:"report" help:"Print the result as one JSON object on standard output."`
}

// reporter reports the progress of a run.
type reporter interface {
	tell(p *transfer.Progress)
	close() // ends the report, even if the run did not finish
}

// plainInterval is the time between two lines.
const plainInterval = 5 * time.Second

func newReporter(how string, c console, scales []transfer.Scale) reporter {
	return newReporterOf(variation{}, how, c, scales)
}

// newReporterOf returns a reporter that names its variation.
func newReporterOf(v variation, how string, c console, scales []transfer.Scale) reporter {
	if how == "auto" {
		how = "plain"
		if _, terminal := terminalOf(c.err); terminal {
			how = "bar"
		}
	}
	left := newRemaining(scales)
	switch how {
	case "bar":
		return newBar(c, v, left)
	case "plain":
		return &plainLines{console: c, variation: v, left: left}
	case "json":
		return &jsonLines{enc: json.NewEncoder(c.err), variation: v, left: left}
	}
	return silence{}
}

// remaining estimates the time left of a run: the cost of an iteration is proportional to the pixels of its scale.
type remaining struct {
	before []float64 // work of the scales before each
	pixels []float64
	total  float64
	start  time.Duration // when the first iteration began
	begun  bool
	scale  time.Duration // when the first iteration of the current scale began
}

func newRemaining(scales []transfer.Scale) *remaining {
	r := &remaining{}
	for _, s := range scales {
		pixels := float64(s.Width * s.Height)
		r.before = append(r.before, r.total)
		r.pixels = append(r.pixels, pixels)
		r.total += pixels * float64(s.Iterations)
	}
	return r
}

// after returns the time of an iteration at this scale and the time left, and whether they are known yet. It must be
// called at every step.
func (r *remaining) after(p *transfer.Progress) (each, left time.Duration, known bool) {
	if !r.begun {
		r.begun, r.start = true, p.Elapsed
	}
	if p.Iteration == 0 {
		r.scale = p.Elapsed
		return 0, 0, false
	}
	done := r.before[p.Scale] + r.pixels[p.Scale]*float64(p.Iteration)
	each = (p.Elapsed - r.scale) / time.Duration(p.Iteration)
	return each, time.Duration(float64(p.Elapsed-r.start) * (r.total - done) / done), true
}

type silence struct{}

func (silence) tell(*transfer.Progress) {}
func (silence) close()                  {}

// plainLines reports the first iteration, the last of each scale, and some in between.
type plainLines struct {
	console
	variation variation
	left      *remaining
	last      time.Duration
	reported  bool
}

func (l *plainLines) tell(p *transfer.Progress) {
	pace := l.left.pace(p)
	if l.reported && p.Elapsed-l.last < plainInterval && p.Iteration != p.Iterations {
		return
	}
	l.reported, l.last = true, p.Elapsed
	l.notef("%s, iteration %d of %d, loss %.6g%s", l.variation.before(at(p)), p.Iteration, p.Iterations, p.Loss, pace)
}

func (l *plainLines) close() {}

// at returns a text for the scale such as "512x384" or "256x192 (scale 2 of 3)".
func at(p *transfer.Progress) string {
	if p.Scales == 1 {
		return fmt.Sprintf("%dx%d", p.Width, p.Height)
	}
	return fmt.Sprintf("%dx%d (scale %d of %d)", p.Width, p.Height, p.Scale+1, p.Scales)
}

// pace returns a text with the speed and the time left, once they are known.
func (r *remaining) pace(p *transfer.Progress) string {
	each, left, known := r.after(p)
	if !known {
		return ""
	}
	return fmt.Sprintf(", %.3g s per iteration, %s left", each.Seconds(), clock(left))
}

// clock formats a time for people: "under 1 s", "8 s", "3 min 20 s", "2 h 5 min".
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	switch {
	case s < 1:
		return "under 1 s"
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %d min", s/3600, s/60%60)
}

// jsonLines reports each iteration as one object.
type jsonLines struct {
	enc       *json.Encoder
	variation variation
	left      *remaining
}

// jsonProgress is a line of --progress json.
type jsonProgress struct {
	Variation   int                `json:"variation,omitempty"` // counts from 1; 0 if there is one picture
	Variations  int                `json:"variations,omitempty"`
	Scale       int                `json:"scale"` // counts from 1
	Scales      int                `json:"scales"`
	Width       int                `json:"width"`
	Height      int                `json:"height"`
	Iteration   int                `json:"iteration"` // at this scale; 0 is its start
	Iterations  int                `json:"iterations"`
	Done        int                `json:"done"` // iterations of all scales
	Total       int                `json:"total"`
	Evaluations int                `json:"evaluations"`
	Seconds     float64            `json:"seconds"`
	SecondsLeft *float64           `json:"seconds_left,omitempty"`
	Loss        float64            `json:"loss"`
	Terms       map[string]float64 `json:"terms"`
	Gradient    float64            `json:"gradient_l2"`
	Events      string             `json:"events,omitempty"`
}

func (l *jsonLines) tell(p *transfer.Progress) {
	line := jsonProgress{l.variation.number, l.variation.of, p.Scale + 1, p.Scales, p.Width, p.Height, p.Iteration, p.Iterations, p.Done, p.Total,
		p.Evaluations, p.Elapsed.Seconds(), nil, p.Loss, termValues(p.Terms), p.GradientNorm, p.Events.String()}
	if _, left, known := l.left.after(p); known {
		s := left.Seconds()
		line.SecondsLeft = &s
	}
	// A closed reader must not end the run.
	_ = l.enc.Encode(line)
}

func (l *jsonLines) close() {}

// termName returns the name of a term, such as "content_relu4_2" or "tv".
func termName(t transfer.Term) string {
	if t.Layer == "" {
		return string(t.Kind)
	}
	return string(t.Kind) + "_" + t.Layer
}

func termValues(terms []transfer.Term) map[string]float64 {
	values := make(map[string]float64, len(terms))
	for _, t := range terms {
		values[termName(t)] = t.Value
	}
	return values
}

// movingLine is a progress bar followed by a text, drawn by a goroutine of its own.
type movingLine struct {
	container *mpb.Progress
	line      *mpb.Bar
	text      chan string // the latest text; holds one
	shown     string
}

func newMovingLine(c console, total int64, text string) *movingLine {
	l := &movingLine{text: make(chan string, 1), shown: text}
	l.container = mpb.New(mpb.WithOutput(c.err), mpb.WithWidth(100))
	l.line = l.container.New(total, mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
		mpb.PrependDecorators(decor.Percentage(decor.WC{W: 5})),
		mpb.AppendDecorators(decor.Any(l.latest)))
	return l
}

// latest is called by the container's goroutine only.
func (l *movingLine) latest(decor.Statistics) string {
	select {
	case l.shown = <-l.text:
	default:
	}
	return " " + l.shown
}

func (l *movingLine) say(text string) {
	select {
	case <-l.text: // an older text that was never drawn
	default:
	}
	l.text <- text
}

func (l *movingLine) close() {
	l.line.Abort(false)
	l.container.Wait()
}

// bar draws a progress bar.
type bar struct {
	*movingLine
	variation variation
	left      *remaining
}

func newBar(c console, v variation, left *remaining) *bar {
	return &bar{newMovingLine(c, 0, "reading the pictures"), v, left}
}

func (b *bar) tell(p *transfer.Progress) {
	b.say(fmt.Sprintf("%s, %d/%d, loss %.5g%s", b.variation.before(at(p)), p.Iteration, p.Iterations, p.Loss, b.left.pace(p)))
	b.line.SetTotal(int64(b.left.total), false)
	b.line.SetCurrent(int64(b.left.before[p.Scale] + b.left.pixels[p.Scale]*float64(p.Iteration)))
	if p.Done == p.Total {
		b.line.SetTotal(-1, true)
	}
}

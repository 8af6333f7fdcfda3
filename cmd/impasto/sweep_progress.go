package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// sweepProgress reports the progress of a sweep: at the start and the end of each picture, and in between.
type sweepProgress interface {
	begin(cell *sweepCell)
	tell(cell *sweepCell, scales []transfer.Scale, p *transfer.Progress)
	end(cell *sweepCell)
	close()
}

// newProgress announces the work and returns the report of its progress.
func (w *sweepWork) newProgress(f *sweepForecast, pending []*sweepCell) sweepProgress {
	how := w.Progress
	if how == "auto" {
		how = "plain"
		if _, terminal := terminalOf(w.err); terminal {
			how = "bar"
		}
	}
	pace := &sweepPace{forecast: f, pending: pending, began: time.Now()}
	if how != "none" && how != "json" {
		w.notef("%s", w.announcement(f))
		for _, note := range w.notes(pending) {
			w.notef("note: %s", note)
		}
	}
	switch {
	case len(pending) == 0:
	case how == "plain":
		return &sweepLines{console: w.console, pace: pace}
	case how == "json":
		return &sweepJSON{enc: json.NewEncoder(w.err), pace: pace}
	case how == "bar":
		return newSweepBar(w.console, pace)
	}
	return sweepSilence{}
}

// notes returns what a user should know before the sweep.
func (w *sweepWork) notes(pending []*sweepCell) []string {
	var notes []string
	for _, cell := range pending {
		s := cell.settings
		if _, seeds := cell.Values["seed"]; seeds && s["jitter"] != "0" && s["init"] != recipe.InitNoise.String() {
			notes = append(notes, fmt.Sprintf("noise of %s is added to the start so that the seed has an effect", s["jitter"]))
			break
		}
	}
	for _, cell := range w.cells {
		if cell.stored != nil && cell.stored.Program != thisBuild().String() {
			notes = append(notes, fmt.Sprintf("pictures painted by %s are reused; use a new --folder to paint them again", cell.stored.Program))
			break
		}
	}
	return notes
}

// sweepPace tracks the current picture and estimates the time left: the forecast, corrected by the time that the
// pictures so far have taken.
type sweepPace struct {
	forecast *sweepForecast
	pending  []*sweepCell
	began    time.Time
	number   int           // of the current picture, counted from 1
	done     time.Duration // forecast of the pictures before it
	inside   *remaining
	cell     *sweepCell
}

func (p *sweepPace) begin(cell *sweepCell) {
	if p.cell != nil {
		p.done += p.forecast.of(p.cell)
	}
	p.cell, p.inside = cell, nil
	p.number++
}

// share returns the painted part of the current picture, in [0,1].
func (p *sweepPace) share(scales []transfer.Scale, now *transfer.Progress) float64 {
	if p.inside == nil {
		p.inside = newRemaining(scales)
	}
	if p.inside.total == 0 {
		return 0
	}
	return (p.inside.before[now.Scale] + p.inside.pixels[now.Scale]*float64(now.Iteration)) / p.inside.total
}

// left returns the time left for all pictures, given the painted share of the current one.
func (p *sweepPace) left(share float64) time.Duration {
	done := p.done + time.Duration(share*float64(p.forecast.of(p.cell)))
	rest := max(p.forecast.left-done, 0)
	// The forecast is used unchanged until a twentieth of it is done.
	if 20*done < p.forecast.left {
		return rest
	}
	return time.Duration(float64(rest) * float64(time.Since(p.began)) / float64(done))
}

// title returns a text such as "picture 2 of 6, strength 1, recipe gatys".
func (p *sweepPace) title() string {
	return fmt.Sprintf("picture %d of %d, %s", p.number, len(p.pending), p.cell.Label)
}

type sweepSilence struct{}

func (sweepSilence) begin(*sweepCell)                                      {}
func (sweepSilence) tell(*sweepCell, []transfer.Scale, *transfer.Progress) {}
func (sweepSilence) end(*sweepCell)                                        {}
func (sweepSilence) close()                                                {}

// sweepLines writes a line for each picture, and more lines for slow ones.
type sweepLines struct {
	console
	pace *sweepPace
	last time.Time
}

func (l *sweepLines) begin(cell *sweepCell) {
	l.pace.begin(cell)
	l.last = time.Now()
	l.notef("%s, %s left", l.pace.title(), clock(l.pace.left(0)))
}

func (l *sweepLines) tell(_ *sweepCell, scales []transfer.Scale, p *transfer.Progress) {
	share := l.pace.share(scales, p)
	if time.Since(l.last) < plainInterval {
		return
	}
	l.last = time.Now()
	l.notef("%s: %s, iteration %d of %d, loss %.6g, %s left", l.pace.title(), at(p), p.Iteration, p.Iterations, p.Loss, clock(l.pace.left(share)))
}

func (l *sweepLines) end(cell *sweepCell) {
	if cell.problem != nil {
		l.notef("%s: failed: %s", l.pace.title(), oneLine(cell.problem))
	}
}

func (l *sweepLines) close() {}

// sweepJSON writes one object per line.
type sweepJSON struct {
	enc  *json.Encoder
	pace *sweepPace
}

// sweepJSONLine is a line of --progress json.
type sweepJSONLine struct {
	Picture     int               `json:"picture"` // counts from 1, among those to be painted
	Pictures    int               `json:"pictures"`
	Values      map[string]string `json:"values"`
	Scale       int               `json:"scale,omitempty"` // counts from 1
	Iteration   int               `json:"iteration"`
	Iterations  int               `json:"iterations"`
	Loss        *float64          `json:"loss,omitempty"`
	SecondsLeft float64           `json:"seconds_left"`
	Finished    bool              `json:"finished,omitempty"`
	Error       string            `json:"error,omitempty"`
}

func (j *sweepJSON) line(share float64) sweepJSONLine {
	return sweepJSONLine{Picture: j.pace.number, Pictures: len(j.pace.pending), Values: j.pace.cell.Values, SecondsLeft: j.pace.left(share).Seconds()}
}

func (j *sweepJSON) begin(cell *sweepCell) {
	j.pace.begin(cell)
	_ = j.enc.Encode(j.line(0)) // a closed reader must not end the run
}

func (j *sweepJSON) tell(_ *sweepCell, scales []transfer.Scale, p *transfer.Progress) {
	line := j.line(j.pace.share(scales, p))
	loss := p.Loss
	line.Scale, line.Iteration, line.Iterations, line.Loss = p.Scale+1, p.Iteration, p.Iterations, &loss
	_ = j.enc.Encode(line)
}

func (j *sweepJSON) end(cell *sweepCell) {
	line := j.line(1)
	if line.Finished = cell.problem == nil; !line.Finished {
		line.Error = oneLine(cell.problem)
	}
	_ = j.enc.Encode(line)
}

func (j *sweepJSON) close() {}

// sweepBar draws a progress bar for the whole sweep.
type sweepBar struct {
	*movingLine
	pace *sweepPace
}

func newSweepBar(c console, pace *sweepPace) *sweepBar {
	return &sweepBar{newMovingLine(c, int64(max(pace.forecast.left, 1)), "starting"), pace}
}

// move draws the bar for a painted share of the cell.
func (b *sweepBar) move(share float64) {
	b.say(fmt.Sprintf("%s, %s left", b.pace.title(), clock(b.pace.left(share))))
	b.line.SetCurrent(int64(b.pace.done + time.Duration(share*float64(b.pace.forecast.of(b.pace.cell)))))
}

func (b *sweepBar) begin(cell *sweepCell) {
	b.pace.begin(cell)
	b.move(0)
}

func (b *sweepBar) tell(_ *sweepCell, scales []transfer.Scale, p *transfer.Progress) {
	b.move(b.pace.share(scales, p))
}

func (b *sweepBar) end(cell *sweepCell) {
	if cell.problem != nil {
		fmt.Fprintf(b.container, "%s: failed: %s\n", b.pace.title(), oneLine(cell.problem))
	}
}

package cpu

import (
	"unsafe"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/internal/srgb"
)

// resampler is a resampling and its adjoint. Rows are resampled first, then columns; each thread holds
// the resampled rows from which the current row is made.
type resampler struct {
	engine.Resampling
	wide, tall    engine.Taps // the transposes of Across and Down
	before, after int         // how far Across extends beyond a row
	spaces        []resamplerSpace
	jobs          struct{ forward, backward job }

	// The operation in progress.
	src, dst, small, gradient *picture
	strips                    int // into which each channel is divided
}

// resamplerSpace is the scratch memory of one thread.
type resamplerSpace struct {
	narrow  ring      // rows resampled; [Down.Width][ToWidth]
	weighed ring      // rows of the gradient with respect to light; [tall.Width][ToWidth]
	light   []float32 // a row and its extension beyond the ends
	row     []float32 // [ToWidth]
}

// NewResampler prepares a resampling.
func (d *device) NewResampler(r engine.Resampling) (engine.Resampler, error) {
	return newResampler(r, d.crew.size), nil
}

func newResampler(op engine.Resampling, threads int) *resampler {
	op.Check()
	r := &resampler{Resampling: op, wide: transposed(&op.Across, op.Width), tall: transposed(&op.Down, op.Height)}
	r.before, r.after = margins(&op.Across, op.Width)
	r.spaces = make([]resamplerSpace, threads)
	for i := range r.spaces {
		r.spaces[i] = resamplerSpace{
			narrow:  newRing(op.Down.Width, op.ToWidth),
			weighed: newRing(r.tall.Width, op.ToWidth),
			light:   make([]float32, r.before+op.Width+r.after),
			row:     make([]float32, op.ToWidth),
		}
	}
	r.jobs.forward, r.jobs.backward = r.forwardStrip, r.backwardStrip
	return r
}

// ResamplerBytes returns the size of the tables and of the rows of all threads.
func (d *device) ResamplerBytes(r engine.Resampling) int64 {
	return newResampler(r, d.crew.size).bytes()
}

func (r *resampler) bytes() int64 {
	numbers, indices := 0, 0
	for _, t := range []*engine.Taps{&r.Across, &r.Down, &r.wide, &r.tall} {
		numbers += len(t.Weights)
		indices += len(t.First)
	}
	for _, s := range r.spaces {
		numbers += len(s.narrow.data) + len(s.weighed.data) + len(s.light) + len(s.row)
		indices += len(s.narrow.held) + len(s.weighed.held)
	}
	return 4*int64(numbers) + int64(unsafe.Sizeof(0))*int64(indices)
}

// Close leaves the memory to the garbage collector.
func (r *resampler) Close() error {
	*r = resampler{}
	return nil
}

// Resample resamples an image in linear light.
func (d *device) Resample(op engine.Resample) error {
	r := own[*resampler](op.Resampler)
	op.Check(&r.Resampling)
	d.mu.Lock()
	defer d.mu.Unlock()
	r.src, r.dst = pictureOf(op.Src), pictureOf(op.Dst)
	r.run(d.crew, &r.jobs.forward, r.ToHeight)
	return nil
}

// ResampleBackward computes the derivative with respect to the source.
func (d *device) ResampleBackward(op engine.ResampleBackward) error {
	r := own[*resampler](op.Resampler)
	op.Check(&r.Resampling)
	d.mu.Lock()
	defer d.mu.Unlock()
	r.src, r.dst = pictureOf(op.Src), pictureOf(op.Dst)
	r.small, r.gradient = pictureOf(op.Resampled), pictureOf(op.Gradient)
	r.run(d.crew, &r.jobs.backward, r.Height)
	return nil
}

// run divides images of the given height into strips. At the top of a strip the rows above are computed again.
func (r *resampler) run(c *crew, j *job, height int) {
	const jobs, least = 4, 16 // jobs per thread; rows of a strip
	r.strips = max(min((jobs*c.size+2)/3, height/least), 1)
	c.run(j, 3*r.strips)
	r.src, r.dst, r.small, r.gradient = nil, nil, nil, nil
}

// strip returns the channel and the rows of a strip.
func (r *resampler) strip(index, height int) (channel, from, to int) {
	i := index % r.strips
	return index / r.strips, i * height / r.strips, (i + 1) * height / r.strips
}

func (r *resampler) forwardStrip(worker, index int) {
	s := &r.spaces[worker]
	s.narrow.forget()
	c, from, to := r.strip(index, r.ToHeight)
	for i := from; i < to; i++ {
		out := r.dst.row(c, i)
		clear(out)
		for k, weight := range weightsOf(&r.Down, i) {
			if weight != 0 {
				axpy(out, weight, r.narrow(s, c, min(max(r.Down.First[i]+k, 0), r.Height-1)))
			}
		}
		srgb.Encode(out)
	}
}

// narrow returns the light of a row of the source, resampled.
func (r *resampler) narrow(s *resamplerSpace, c, y int) []float32 {
	out, missing := s.narrow.row(y)
	if !missing {
		return out
	}
	row := s.light[r.before : r.before+r.Width]
	srgb.Decode(row, r.src.row(c, y))
	fill(s.light[:r.before], row[0])
	fill(s.light[r.before+r.Width:], row[r.Width-1])
	for i := range out {
		out[i] = weighed(weightsOf(&r.Across, i), s.light[r.before+r.Across.First[i]:])
	}
	return out
}

func fill(s []float32, v float32) {
	for i := range s {
		s[i] = v
	}
}

func (r *resampler) backwardStrip(worker, index int) {
	s := &r.spaces[worker]
	s.weighed.forget()
	c, from, to := r.strip(index, r.Height)
	for y := from; y < to; y++ {
		clear(s.row)
		for k, weight := range weightsOf(&r.tall, y) {
			if weight != 0 {
				axpy(s.row, weight, r.byLight(s, c, r.tall.First[y]+k))
			}
		}
		src, out := r.src.row(c, y), r.dst.row(c, y)
		for x, v := range src {
			out[x] = 0
			if v >= 0 && v <= 1 {
				out[x] = srgb.Slope(v) * weighed(weightsOf(&r.wide, x), s.row[r.wide.First[x]:])
			}
		}
	}
}

// byLight returns a row of the gradient with respect to the light of the result, zero where that was clamped.
func (r *resampler) byLight(s *resamplerSpace, c, y int) []float32 {
	out, missing := s.weighed.row(y)
	if !missing {
		return out
	}
	made := r.small.row(c, y)
	for i, g := range r.gradient.row(c, y) {
		out[i] = 0
		if v := made[i]; v > 0 && v < 1 {
			out[i] = g / srgb.Slope(v)
		}
	}
	return out
}

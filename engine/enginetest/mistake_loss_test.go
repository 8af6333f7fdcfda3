package enginetest

import (
	"math"

	"github.com/impasto/impasto/engine"
)

type constant struct{ engine.Device }

func (d constant) MomentDistance(op engine.MomentDistance) error {
	if err := d.Device.MomentDistance(op); err != nil {
		return err
	}
	s, _ := d.ReadMoments(op.Moments)
	painting, err := d.ReadMoments(op.Painting)
	if s.Weight <= 0 {
		return err
	}
	a := make([]float64, len(s.Gram))
	for i, v := range s.Gram {
		a[i] = op.Scale / s.Weight * (v/s.Weight - painting.Gram[i]/painting.Weight)
	}
	return d.WriteAffine(op.Affine, a, painting.Sum)
}

// divided forgets that the painting's moments have a weight.
type divided struct{ engine.Device }

func (d divided) WriteMoments(dst engine.Moments, s engine.Statistics) error {
	s.Weight = 1
	return d.Device.WriteMoments(dst, s)
}

type unweighted struct{ engine.Device }

func (d unweighted) AddMoments(op engine.AddMoments) error {
	op.Weight = nil
	return d.Device.AddMoments(op)
}

func (d unweighted) AddAffine(op engine.AddAffine) error {
	op.Weight = nil
	return d.Device.AddAffine(op)
}

func (d unweighted) AddDifference(op engine.AddDifference) error {
	op.Weight = nil
	return d.Device.AddDifference(op)
}
func (d unweighted) AddSquaredDistance(op engine.AddSquaredDistance) error {
	op.Weight = nil
	return d.Device.AddSquaredDistance(op)
}

type skewed struct{ engine.Device }

func (d skewed) ReadMoments(m engine.Moments) (engine.Statistics, error) {
	s, err := d.Device.ReadMoments(m)
	if len(s.Gram) > 1 {
		s.Gram[1] = math.Nextafter(s.Gram[1], 0)
	}
	return s, err
}

type rounding struct{ engine.Device }

func (d rounding) ReadMoments(m engine.Moments) (engine.Statistics, error) {
	s, err := d.Device.ReadMoments(m)
	for i, v := range s.Gram {
		s.Gram[i] = v * (1 + 1e-7)
	}
	return s, err
}

type lasting struct{ engine.Device }

func (d lasting) ResetMoments(m engine.Moments) error {
	s, _ := d.Device.ReadMoments(m)
	return d.Device.WriteMoments(m, s)
}

func (d lasting) ResetScalars(engine.Scalars) error { return nil }

type fourPoints struct{ engine.Device }

func (d fourPoints) AddTotalVariation(op engine.AddTotalVariation) error {
	if op.Kind == engine.NinePointVariation {
		op.Kind = engine.SquaredVariation
		op.Scale *= 2.0 / 3 / float64(op.Image.Len())
	}
	return d.Device.AddTotalVariation(op)
}

type lopsided struct{ engine.Device }

func (d lopsided) MatMul(op engine.MatMul) error {
	d.Device.MatMul(op)
	numbers := make([]float32, op.Dst.Len())
	d.Read(numbers, op.Dst)
	if len(numbers) > 1 {
		numbers[1] = math.Nextafter32(numbers[1], 0)
	}
	return d.Write(op.Dst, numbers)
}

type untransposed struct{ engine.Device }

func (d untransposed) MatMul(op engine.MatMul) error {
	if !op.Symmetric {
		op.TransposeB = false
	}
	return d.Device.MatMul(op)
}

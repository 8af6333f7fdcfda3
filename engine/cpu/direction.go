package cpu

import "github.com/impasto/impasto/engine"

// Direction sets D to the direction of L-BFGS. Products are rounded, so that no processor fuses them with additions.
func (d *device) Direction(op engine.Direction) error {
	op.Check()
	d.mu.Lock()
	defer d.mu.Unlock()
	dst, g := numbersOf(op.D), numbersOf(op.G)
	if n := len(op.S); n > len(d.alpha) {
		d.alpha = make([]float64, n)
	}
	d.runElements(elementwise{do: copyPiece, dst: dst, x: g})
	d.runElements(elementwise{do: scalePiece, dst: dst, a: -1})
	for i := len(op.S) - 1; i >= 0; i-- {
		d.alpha[i] = float64(op.Rho[i] * d.dot(numbersOf(op.S[i]), dst))
		d.runElements(elementwise{do: axpyPiece, dst: dst, a: float32(-d.alpha[i]), x: numbersOf(op.Y[i])})
	}
	d.runElements(elementwise{do: scalePiece, dst: dst, a: float32(op.Gamma)})
	if op.Levels > 0 {
		if err := d.multilevel(pictureOf(op.D.(engine.Image)), op.Levels); err != nil {
			return err
		}
	}
	for i := range op.S {
		beta := float64(op.Rho[i] * d.dot(numbersOf(op.Y[i]), dst))
		d.runElements(elementwise{do: axpyPiece, dst: dst, a: float32(d.alpha[i] - beta), x: numbersOf(op.S[i])})
	}
	*scalarOf(op.Slope) = d.dot(g, dst)
	return nil
}

package optim

import "context"

// The number of lengths tried by a fixed step that explodes, each a tenth of the previous one.
const fixedTrials = 4

// fixed takes a step of a given length, shorter only if the point there is not sound.
func (l *LBFGS) fixed(ctx context.Context, f Objective) error {
	t, err := l.firstLength()
	if err != nil {
		return err
	}
	for range fixedTrials {
		if err := l.move(t); err != nil {
			return err
		}
		e, _, err := l.space.evaluate(ctx, f, nil)
		if err != nil {
			return err
		}
		if l.watch.sound(e) {
			l.present = e
			l.space.step.Length = t
			return nil
		}
		l.space.step.Events |= Shortened
		t /= 10
	}
	return l.giveUp()
}

// giveUp returns to the start of the step. With a history, the next step tries without it; without
// one, even steepest descent led nowhere.
func (l *LBFGS) giveUp() error {
	step := &l.space.step
	step.Events |= SearchFailed
	if len(l.history.pairs) == 0 {
		step.Events |= Stalled
	} else {
		step.Events |= Restarted
		l.history.forget()
	}
	return l.stay()
}

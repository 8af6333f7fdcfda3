package study

import (
	"context"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/feature"
)

// borrow prepares the network with the given options, lets plan say how many bytes use takes beside it, and calls
// use once the model's budget has them.
func borrow(ctx context.Context, m *impasto.Model, o feature.Options, plan func(*feature.Extractor) (int64, error), use func(*feature.Extractor) error) error {
	var bytes int64
	planned := func(l *impasto.Loan) error {
		x, err := l.Prepare(o)
		if err == nil {
			bytes, err = plan(x)
		}
		return err
	}
	if err := m.Lend(ctx, 0, planned); err != nil {
		return err
	}
	return m.Lend(ctx, bytes, func(l *impasto.Loan) error {
		x, err := l.Prepare(o)
		if err != nil {
			return err
		}
		return use(x)
	})
}

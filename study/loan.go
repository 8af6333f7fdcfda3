package study

import (
	"context"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/feature"
)

// borrow prepares the network with the given options, calls plan for the number of bytes that use needs in addition, and
// calls use once they are available in the model's budget.
func borrow(ctx context.Context, m *impasto.Model, o feature.Options, plan func(*feature.Extractor) (int64, error), use func(*feature.Extractor) error) error {
	var x *feature.Extractor
	return m.Lend(ctx, func(l *impasto.Loan) (bytes int64, err error) {
		if x, err = l.Prepare(o); err != nil {
			return 0, err
		}
		return plan(x)
	}, func(*impasto.Loan) error { return use(x) })
}

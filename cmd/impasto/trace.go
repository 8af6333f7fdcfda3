package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"

	"github.com/impasto/impasto/transfer"
)

// trace writes every iteration of a run as a row of a CSV file.
type trace struct {
	file *os.File
	rows *csv.Writer
	err  error
	head bool
}

// newTrace creates the file. It returns nil, which is no trace, if path is empty.
func newTrace(path string) (*trace, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("write the trace: %w", err)
	}
	return &trace{file: f, rows: csv.NewWriter(f)}, nil
}

// tell adds a row. Rows are written at once, so that the trace of an interrupted run is complete. The first error is
// returned by close.
func (t *trace) tell(p *transfer.Progress) {
	if t == nil || t.err != nil {
		return
	}
	if !t.head {
		t.head = true
		t.write(header(p.Terms))
	}
	row := []string{strconv.Itoa(p.Iteration), strconv.Itoa(p.Scale + 1), strconv.Itoa(p.Evaluations),
		exact(p.Elapsed.Seconds()), exact(p.Loss)}
	for _, term := range p.Terms {
		row = append(row, exact(term.Value))
	}
	t.write(append(row, exact(p.GradientNorm)))
}

func header(terms []transfer.Term) []string {
	names := []string{"iteration", "scale", "evaluations", "seconds", "total"}
	for _, term := range terms {
		names = append(names, termName(term))
	}
	return append(names, "gradient_l2")
}

func (t *trace) write(row []string) {
	if t.err != nil {
		return
	}
	if t.err = t.rows.Write(row); t.err == nil {
		t.rows.Flush()
		t.err = t.rows.Error()
	}
}

func (t *trace) close() error {
	if t == nil {
		return nil
	}
	if err := t.file.Close(); t.err == nil {
		t.err = err
	}
	if t.err != nil {
		return fmt.Errorf("write the trace: %w", t.err)
	}
	return nil
}

// exact returns the shortest text that parses to the same number.
func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

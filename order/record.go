package order

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
)

// MaxRecordBytes bounds the JSON form of a record.
const MaxRecordBytes = 4 << 20

// Record is an order and what happened when it was painted. It is the text inside a finished picture. Its names
// have no folders; see [Order.Portable].
type Record struct {
	// Version of the JSON form. 0 means the current one in a record that was not read.
	Version int `json:"version,omitempty" constraint:"required min=1 max=1"`
	// The order that was painted.
	Order Order `json:"order" constraint:"required"`
	// All settings of the recipe that was used. They apply even if a later program's recipe of the same
	// name has others.
	Settings map[string]string `json:"settings,omitempty" constraint:"items=0..512 keys=setting values=line maxlen=1024"`

	// The program that painted.
	Program Program `json:"program" constraint:"required"`
	// The instruction set: the same one gives the same bits.
	ISA string `json:"isa,omitempty" constraint:"pattern=text maxlen=200"`
	// Number of threads.
	Threads int `json:"threads,omitempty" constraint:"min=0 max=1e6"`

	// Whether the run was completed. A picture that was ended early has the size of the scale that was reached.
	Finished bool `json:"finished"`
	// Size of the picture in pixels.
	Width  int `json:"width,omitempty" constraint:"min=0 max=65536"`
	Height int `json:"height,omitempty" constraint:"min=0 max=65536"`
	// The scales that were painted, coarsest first.
	Scales []Scale `json:"scales,omitempty" constraint:"items=0..64"`
	// Iterations of all scales.
	Iterations int `json:"iterations" constraint:"min=0 max=1e12 default=0"`
	// Evaluations of the loss at all scales.
	Evaluations int `json:"evaluations,omitempty" constraint:"min=0 max=1e12"`
	// The loss at the start of the last scale that was reached. It is absent if it was not finite.
	FirstLoss *float64 `json:"first_loss,omitempty"`
	// The loss at the end. It is absent if it was not finite.
	LastLoss *float64 `json:"last_loss,omitempty"`
	// The terms of the last loss, weighted, so that they add up to it.
	Terms []Term `json:"terms,omitempty" constraint:"items=0..1000"`
	// Duration of the run in seconds.
	Seconds float64 `json:"seconds,omitempty" constraint:"min=0 max=1e12"`
	// Problems met during the run, which were handled.
	Events []Event `json:"events,omitempty" constraint:"items=0..10000"`
	// Changes made during the run. Each takes effect at the iteration after the one it names.
	Changes []Change `json:"changes,omitempty" constraint:"items=0..1000"`
}

// Program identifies the program that painted.
type Program struct {
	// Its name.
	Name string `json:"name" constraint:"required pattern=text maxlen=200"`
	// Its version.
	Version string `json:"version,omitempty" constraint:"pattern=text maxlen=200"`
	// The compiler and the platform.
	Build string `json:"build,omitempty" constraint:"pattern=text maxlen=200"`
}

// Scale is one size of the run.
type Scale struct {
	// Size in pixels.
	Width  int `json:"width" constraint:"required min=1 max=65536"`
	Height int `json:"height" constraint:"required min=1 max=65536"`
	// Iterations made.
	Iterations int `json:"iterations" constraint:"required min=0 max=1e12"`
	// Losses at its start and its end, if they were finite.
	FirstLoss *float64 `json:"first_loss,omitempty"`
	LastLoss  *float64 `json:"last_loss,omitempty"`
}

// Term is one part of a loss.
type Term struct {
	// What it compares, as shown to users: style_relu1_1.
	Name string `json:"name" constraint:"required pattern=text maxlen=200"`
	// Its weighted value, if it was finite.
	Value *float64 `json:"value,omitempty"`
}

// Event is a problem that was handled during the run.
type Event struct {
	// The scale, counted from 0 at the coarsest, and the iteration within it.
	Scale     int `json:"scale" constraint:"required min=0 max=64"`
	Iteration int `json:"iteration" constraint:"required min=0 max=1e12"`
	// Description of the problem.
	Text string `json:"text" constraint:"required pattern=text maxlen=1000"`
}

// Change is a change made during the run: of settings, of shares or of both.
type Change struct {
	_ struct{} `constraint:"anyof=settings|shares"`

	// The scale, counted from 0 at the coarsest, and the iteration within it after which the change was made.
	Scale     int `json:"scale" constraint:"required min=0 max=64"`
	Iteration int `json:"iteration" constraint:"required min=0 max=1e12"`
	// New values of settings, by the names of recipe.Parameters.
	Settings map[string]string `json:"settings,omitempty" constraint:"items=1..256 keys=setting values=line maxlen=1024"`
	// New shares of the paintings, one each. Only ratios matter.
	Shares []float64 `json:"shares,omitempty" constraint:"items=1..64 min=0"`
}

// Finite returns a pointer to a number that JSON can hold, or nil for NaN and infinities.
func Finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return new(v)
}

// NewRecord returns a record of an order, with portable names and the settings of its finished recipe.
// It fails if the order is not valid.
func NewRecord(o *Order) (Record, error) {
	c, err := o.Canonical()
	if err != nil {
		return Record{}, err
	}
	r, err := c.FinishedRecipe()
	if err != nil {
		return Record{}, err
	}
	return Record{Version: Version, Order: c.Portable(), Settings: settingsOf(&r)}, nil
}

// FinishedRecipe returns the recipe that was used: that of the order, with the settings in the record. They differ
// if the program that painted had other values under the recipe's name.
func (r *Record) FinishedRecipe() (recipe.Recipe, error) {
	finished, err := r.Order.FinishedRecipe()
	if err != nil || len(r.Settings) == 0 {
		return finished, err
	}
	return finished, override(&finished, "settings", r.Settings)
}

// Outdated returns the settings, with their recorded values, that the order alone no longer gives: a
// recipe of this program has other values under the same name. nil means that the order still gives the same recipe.
func (r *Record) Outdated() (map[string]string, error) {
	now, err := r.Order.FinishedRecipe()
	if err != nil {
		return nil, err
	}
	then, err := r.FinishedRecipe()
	if err != nil {
		return nil, err
	}
	return differences(now, &then), nil
}

// Rerun returns the order that paints the recorded picture again: the record's, with the settings of
// [Record.Outdated]. Changes made during the run are not included.
func (r *Record) Rerun() (Order, error) {
	o := r.Order.Clone()
	outdated, err := r.Outdated()
	if err != nil {
		return o, err
	}
	for name, value := range outdated {
		if o.Settings == nil {
			o.Settings = map[string]string{}
		}
		o.Settings[name] = value
	}
	return o.Canonical()
}

// Validate returns a [*FieldError] that names the first invalid field.
func (r *Record) Validate() error {
	if err := check("", r); err != nil {
		return err
	}
	if err := r.Order.Validate(); err != nil {
		return within("order", err)
	}
	for i := range r.Changes {
		if err := r.Changes[i].validate(element("changes", i), len(r.Order.Paintings)); err != nil {
			return err
		}
	}
	_, err := r.FinishedRecipe()
	return err
}

// validate checks the shares of a change against the number of paintings.
func (c *Change) validate(path string, paintings int) error {
	switch {
	case len(c.Shares) == 0:
		return nil
	case len(c.Shares) != paintings:
		return fieldf(path+".shares", "%d shares for %d paintings; give each painting one", len(c.Shares), paintings)
	case slices.Max(c.Shares) == 0:
		return fieldf(path+".shares", "all shares are 0; give at least one painting a share")
	}
	return nil
}

// within prefixes the path of a field.
func within(path string, err error) error {
	if f := (*FieldError)(nil); errors.As(err, &f) {
		return &FieldError{path + "." + f.Path, f.Err}
	}
	return err
}

// JSON returns the canonical form of the record. It fails if the record is not valid.
func (r *Record) JSON() ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	c := *r
	c.Version = cmp.Or(c.Version, Version)
	var err error
	if c.Order, err = r.Order.Canonical(); err != nil {
		return nil, within("order", err)
	}
	if _, err := encode(&c.Order, MaxBytes); err != nil {
		return nil, err
	}
	finished, err := r.FinishedRecipe()
	if err != nil {
		return nil, err
	}
	if len(r.Settings) > 0 {
		c.Settings = settingsOf(&finished)
	}
	return encode(&c, MaxRecordBytes)
}

// ParseRecord reads the JSON form of a record as strictly as [Parse] reads an order, up to [MaxRecordBytes]. It
// also reads version 0, the text that earlier versions of Impasto embedded in pictures: its inputs are
// known only by their names, without folders and extensions. The error is a [*FieldError].
func ParseRecord(data []byte) (Record, error) {
	version, err := versionOf(data, MaxRecordBytes)
	if err != nil {
		return Record{}, err
	}
	if version == 0 {
		return parseVersion0(data)
	}
	var r Record
	if err := decode(data, MaxRecordBytes, &r); err != nil {
		return Record{}, err
	}
	text, err := r.JSON()
	if err != nil {
		return Record{}, err
	}
	var c Record // the canonical one
	err = decode(text, MaxRecordBytes, &c)
	return c, err
}

// ErrNoRecord reports that a picture has no record.
var ErrNoRecord = errors.New("the picture has no record of how it was painted")

// ReadRecord returns the record inside the picture at path. The error names the file; it wraps [ErrNoRecord]
// if there is none.
func ReadRecord(path string) (Record, error) {
	text, err := canvas.ReadRecipe(path)
	if err != nil {
		return Record{}, err
	}
	if text == "" {
		return Record{}, fmt.Errorf("read record of %s: %w", path, ErrNoRecord)
	}
	r, err := ParseRecord([]byte(text))
	if err != nil {
		return Record{}, fmt.Errorf("read record of %s: %w", path, err)
	}
	return r, nil
}

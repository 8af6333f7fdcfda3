package transfer

import (
	"errors"
	"testing"

	"github.com/impasto/impasto/engine/enginetest"
	"github.com/impasto/impasto/engine/reference"
)

// TestDeviceFails lets one operation after another fail: the run ends with the device's error, and with the picture so
// far once there is one.
func TestDeviceFails(t *testing.T) {
	lost := errors.New("the device is lost")
	settings := map[string]string{"iterations": "1", "coarse-iterations": "1", "first-iterations": "1", "reduced": "39", "scale-ratio": "2",
		"style-layers": "relu1_1=1,relu3_1=2", "content-layers": "relu3_2=1"}
	run := func(n int) (result *Result, prepared, operations int, err error) {
		dev := enginetest.Failing(reference.New32(), n, lost)
		plan, err := NewPlan(heldInputs(t, dev, "impasto", settings))
		if err != nil {
			t.Fatal(err)
		}
		prepared = dev.Operations()
		result, err = plan.Run(t.Context(), nil)
		return result, prepared, dev.Operations(), err
	}
	whole, prepared, operations, err := run(0)
	if err != nil || !whole.Finished {
		t.Fatal(err)
	}
	painted := 0
	for n := prepared + 1; n <= operations; n += 1 + (operations-prepared)/60 {
		result, _, _, err := run(n)
		if !errors.Is(err, lost) {
			t.Fatalf("operation %d of %d fails: error %v", n, operations, err)
		}
		if result == nil {
			continue
		}
		if result.Finished {
			t.Errorf("operation %d of %d fails, and the run is finished", n, operations)
		}
		if p := result.Picture; p != nil && finitePicture(p) {
			painted++
		}
	}
	if painted < 40 {
		t.Errorf("only %d of the runs that failed have a picture", painted)
	}
}

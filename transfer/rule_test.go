package transfer

import (
	"testing"

	"github.com/impasto/impasto/engine/reference"
)

// TestMultilevelMovesLargeShapes checks that on a picture with large shapes the setting reaches a lower loss.
func TestMultilevelMovesLargeShapes(t *testing.T) {
	ends := func(levels string) float64 {
		job := newJob(t, reference.New32(), "leongatys", map[string]string{"scales": "1", "iterations": "12", "history": "10",
			"line-search": "wolfe", "levels": levels, "init": "noise", "content-weight": "0",
			"style-layers": "relu1_1=1,relu2_1=1,relu3_1=1"})
		result, _ := paint(t, job)
		return result.LastLoss
	}
	if with, without := ends("3"), ends("0"); with >= without {
		t.Errorf("the loss ends at %v with levels and at %v without", with, without)
	}
}

package critic

import "testing"

func TestMessagesCanBeSaid(t *testing.T) {
	for _, problem := range messages.Problems() {
		t.Error(problem)
	}
}

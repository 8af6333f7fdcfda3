package study

import "testing"

func TestMessagesAreComplete(t *testing.T) {
	for _, problem := range messages.Problems() {
		t.Error(problem)
	}
}

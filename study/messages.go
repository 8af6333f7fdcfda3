package study

import "github.com/impasto/impasto/figure"

// messages holds all texts of this package; those of each study are in a file messages_STUDY.go.
var messages = figure.GatherTexts(commonTexts, reconstructTexts, featuresTexts, gramTexts, lossTexts, explainTexts, sweepTexts)

var commonTexts = figure.Texts{
	"loss":      {"loss / loss of the noise", "손실 / 잡음의 손실"},
	"iteration": {"iteration", "반복 횟수"},
	"original":  {"original", "원본"},
	"layer":     {"layer", "층"},
	"layers":    {"layers", "층"},
	"start":     {"loss at the start", "초기 손실"},
	"end":       {"loss at the end", "최종 손실"},
	"seconds":   {"seconds", "초"},
	"numbers":   {"The numbers", "수치"},
}

func say(l figure.Language, key string, values ...any) string { return messages.In(l, key, values...) }

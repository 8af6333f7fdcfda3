package visualize

import "fmt"

// Language is that of titles, captions and axes.
type Language string

// The languages that there are texts in.
const (
	English Language = "en"
	Korean  Language = "ko"
)

// texts are sentences by key, for fmt.Sprintf. The order of the languages is that of column; the layers'
// names and the formulas are the same in all.
type texts map[string][2]string

// messages holds every text of this package; each study keeps its own in a file messages_STUDY.go.
var messages = gather(commonTexts, reconstructTexts, featuresTexts, gramTexts, checkTexts, lossTexts, explainTexts, sweepTexts)

func gather(all ...texts) texts {
	sum := texts{}
	for _, t := range all {
		for key, m := range t {
			if _, twice := sum[key]; twice {
				panic("visualize: two messages " + key)
			}
			sum[key] = m
		}
	}
	return sum
}

var commonTexts = texts{
	"figure":    {"Figure %d", "그림 %d"},
	"loss":      {"loss / loss of the noise", "손실 / 잡음의 손실"},
	"iteration": {"iteration", "반복 횟수"},
	"original":  {"the picture", "원본"},
	"layer":     {"layer", "층"},
	"layers":    {"layers", "층"},
	"start":     {"loss at the start", "시작 손실"},
	"end":       {"loss at the end", "마지막 손실"},
	"seconds":   {"seconds", "초"},
	"numbers":   {"The numbers", "수치"},
	"code":      {"In the code:", "코드 위치:"},
}

func (l Language) column() int {
	if l == Korean {
		return 1
	}
	return 0
}

// say returns a message in the language.
func (l Language) say(key string, values ...any) string {
	m, ok := messages[key]
	if !ok {
		panic("visualize: no message " + key)
	}
	if len(values) == 0 {
		return m[l.column()]
	}
	return fmt.Sprintf(m[l.column()], values...)
}

package study

import "github.com/impasto/impasto/figure"

var featuresTexts = figure.Texts{
	"shape":        {"C×H×W", "C×H×W"},
	"field":        {"receptive field", "수용장"},
	"stride":       {"step", "간격"},
	"dead":         {"0 or less", "0 이하"},
	"deadchannels": {"dead channels", "죽은 채널"},
	"mean":         {"mean", "평균"},
	"norm":         {"norm", "노름"},
	"channel":      {"channel %d", "채널 %d"},
	"range":        {"dark 0, bright %s", "어두움 0, 밝음 %s"},
	"signedrange":  {"blue %s, orange %s", "파랑 %s, 주황 %s"},

	"features.title": {"What the channels of a layer see", "층의 채널들이 보는 것"},
	"features.lead": {
		"A layer's map has one number for each channel and position. Each channel below is shown as its map over the whole picture, and beside it the patches of the picture at which it is largest: exactly the pixels that the position depends on, its receptive field; grey is padding. Patches whose centres lie nearer than half a receptive field to a stronger one are left out.",
		"층의 특징 맵은 채널과 위치마다 하나의 수를 갖는다. 아래에 각 채널을 그림 전체에 대한 맵으로, 그 옆에 값이 가장 큰 조각들을 보인다. 조각은 그 위치가 의존하는 화소 전부, 곧 수용장이며 회색은 패딩이다. 더 강한 조각과 중심이 수용장의 절반보다 가까운 조각은 뺐다."},
	"features.original": {"The picture, %d×%d pixels.", "원본, %d×%d 화소."},
	"features.sentence": {
		"%s has %d channels; one position sees %d×%d pixels of the picture. %s of its numbers are not above zero here.",
		"%s에는 채널이 %d개 있고, 한 위치는 그림의 %d×%d 화소를 본다. 여기서는 값의 %s가 0 이하이다."},
	"features.caption": {
		"Channel %d of %s: at most %s, active at %s of the positions. Colours by the square root; below each patch, the number there.",
		"%[2]s의 채널 %[1]d: 최댓값 %[3]s, 위치의 %[4]s에서 활성. 색은 제곱근 척도이며, 각 조각 아래는 그 위치의 값이다."},
}

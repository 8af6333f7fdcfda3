package study

import "github.com/impasto/impasto/figure"

var featuresTexts = figure.Texts{
	"shape":        {"C×H×W", "C×H×W"},
	"field":        {"receptive field", "수용 영역"},
	"stride":       {"stride", "간격"},
	"dead":         {"0 or less", "0 이하"},
	"deadchannels": {"dead channels", "죽은 채널"},
	"mean":         {"mean", "평균"},
	"norm":         {"norm", "노름"},
	"channel":      {"channel %d", "채널 %d"},
	"range":        {"dark 0, bright %s", "어두움 0, 밝음 %s"},
	"signedrange":  {"blue %s, orange %s", "파랑 %s, 주황 %s"},

	"features.title": {"What the channels of a layer see", "층의 채널이 보는 것"},
	"features.lead": {
		"The map of a layer has one value for each channel and position. Each channel is shown as its map over the whole picture, next to the patches of the picture with its largest values. A patch consists of exactly the pixels on which the position depends, its receptive field; grey is padding. Patches whose centres are nearer than half a receptive field to those of stronger ones are left out.",
		"층의 특징 맵에는 채널과 위치마다 값이 하나씩 있다. 아래에는 각 채널의 특징 맵과, 그 값이 가장 큰 조각들을 나란히 보였다. 조각은 그 위치가 의존하는 화소 전체, 곧 수용 영역이며 회색은 패딩이다. 더 강한 조각과의 중심 거리가 수용 영역의 절반보다 작은 조각은 제외했다."},
	"features.original": {"The picture, %d×%d pixels.", "원본, %d×%d 화소."},
	"features.sentence": {
		"%s has %d channels; one position sees %d×%d pixels of the picture. %s of its values are not above zero here.",
		"%s에는 채널이 %d개 있고, 한 위치는 그림의 %d×%d 화소를 본다. 이 그림에서는 값의 %s가 0 이하이다."},
	"features.caption": {
		"Channel %d of %s: maximum %s, active at %s of the positions. Colours by the square root; below each patch, the value there.",
		"%[2]s의 채널 %[1]d: 최댓값 %[3]s, 전체 위치의 %[4]s에서 활성. 색은 제곱근 척도이며, 조각 아래의 수는 그 위치의 값이다."},
}

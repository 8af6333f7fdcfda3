package study

import "github.com/impasto/impasto/figure"

var sweepTexts = figure.Texts{
	"sweep.title": {"A sweep over %s", "%s에 따라 달라지는 것"},
	"sweep.lead1": {
		"One photograph, painted again and again with other values of %s; everything else is the same. Below each picture: the loss at the end, and how much of it each kind of term is, with its weight.",
		"같은 사진을 %s의 값만 바꾸어 다시 그렸다. 나머지는 모두 같다. 각 그림 아래는 마지막 손실과, 그 가운데 각 항이 차지하는 몫(가중치 포함)이다."},
	"sweep.lead2": {
		"One photograph, painted again and again: columns have other values of %s, rows of %s; everything else is the same. Below each picture: the loss at the end, and how much of it each kind of term is, with its weight.",
		"같은 사진을 값만 바꾸어 다시 그렸다. 열은 %s, 행은 %s의 값이 다르고 나머지는 모두 같다. 각 그림 아래는 마지막 손실과, 그 가운데 각 항이 차지하는 몫(가중치 포함)이다."},
	"sweep.lead3": {
		"One photograph, painted again and again: columns have other values of %s, rows of %s, sheets of %s; everything else is the same. Below each picture: the loss at the end, and how much of it each kind of term is, with its weight.",
		"같은 사진을 값만 바꾸어 다시 그렸다. 열은 %s, 행은 %s, 시트는 %s의 값이 다르고 나머지는 모두 같다. 각 그림 아래는 마지막 손실과, 그 가운데 각 항이 차지하는 몫(가중치 포함)이다."},
	"sweep.problems":    {"%d of %d pictures could not be painted: %s.", "그림 %[2]d장 중 %[1]d장은 그리지 못했다: %[3]s."},
	"sweep.unpainted":   {"%d of %d pictures are not painted yet.", "그림 %[2]d장 중 %[1]d장은 아직 그리지 않았다."},
	"sweep.caption":     {"Pictures for %s.", "그림의 값: %s."},
	"sweep.failed":      {"failed", "실패"},
	"sweep.absent":      {"not painted yet", "아직 그리지 않음"},
	"sweep.total":       {"loss", "손실"},
	"sweep.content":     {"content", "내용"},
	"sweep.style":       {"style", "화풍"},
	"sweep.tv":          {"total variation", "총변동"},
	"sweep.reduced":     {"reduced", "축소 그림"},
	"sweep.freecontent": {"content / weight", "내용 / 가중치"},
	"sweep.freestyle":   {"style / weight", "화풍 / 가중치"},
	"sweep.steps":       {"steps", "단계"},
	"sweep.relative":    {"loss / loss at the first value", "손실 / 첫 값에서의 손실"},
	"sweep.chart": {
		"Content and style loss without their weights over %s, each divided by what it is at the smallest value.",
		"%s에 따른 내용 손실과 화풍 손실. 가중치를 빼고, 각각 가장 작은 값에서의 손실로 나누었다."},
	"sweep.compare": {
		"A loss can be compared where its weights, its formula and the size of the picture are the same. Divided by its weight, a term can be compared over different weights.",
		"손실은 가중치와 식, 그림의 크기가 같을 때 비교할 수 있다. 가중치로 나눈 항은 가중치가 달라도 비교할 수 있다."},
	"sweep.settings": {"All settings", "모든 설정"},
	"sweep.setting":  {"setting", "설정"},
	"sweep.value":    {"value", "값"},
}

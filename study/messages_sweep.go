package study

import "github.com/impasto/impasto/figure"

var sweepTexts = figure.Texts{
	"sweep.title": {"A sweep over %s", "%s에 따른 변화"},
	"sweep.lead1": {
		"One photograph, painted with different values of %s; everything else is the same. Below each picture: the final loss and the share of each kind of term, weighted.",
		"같은 사진을 %s의 값만 바꾸어 그렸다. 나머지는 모두 같다. 각 그림 아래에는 최종 손실과 각 항의 비율(가중치 포함)을 적었다."},
	"sweep.lead2": {
		"One photograph, painted with different values of %s in columns and %s in rows; everything else is the same. Below each picture: the final loss and the share of each kind of term, weighted.",
		"같은 사진을 값만 바꾸어 그렸다. 열마다 %s, 행마다 %s의 값이 다르고 나머지는 모두 같다. 각 그림 아래에는 최종 손실과 각 항의 비율(가중치 포함)을 적었다."},
	"sweep.lead3": {
		"One photograph, painted with different values of %s in columns, %s in rows and %s on sheets; everything else is the same. Below each picture: the final loss and the share of each kind of term, weighted.",
		"같은 사진을 값만 바꾸어 그렸다. 열마다 %s, 행마다 %s, 시트마다 %s의 값이 다르고 나머지는 모두 같다. 각 그림 아래에는 최종 손실과 각 항의 비율(가중치 포함)을 적었다."},
	"sweep.problems":    {"%d of %d pictures could not be painted: %s.", "그림 %[2]d장 가운데 %[1]d장은 그리지 못했다: %[3]s."},
	"sweep.unpainted":   {"%d of %d pictures are not painted yet.", "그림 %[2]d장 가운데 %[1]d장은 아직 그리지 않았다."},
	"sweep.caption":     {"Pictures for %s.", "그림의 값: %s."},
	"sweep.failed":      {"failed", "실패"},
	"sweep.absent":      {"not painted yet", "아직 그리지 않음"},
	"sweep.total":       {"loss", "손실"},
	"sweep.content":     {"content", "내용"},
	"sweep.style":       {"style", "화풍"},
	"sweep.tv":          {"total variation", "총변동"},
	"sweep.reduced":     {"reduced picture", "축소 그림"},
	"sweep.freecontent": {"content / weight", "내용 / 가중치"},
	"sweep.freestyle":   {"style / weight", "화풍 / 가중치"},
	"sweep.steps":       {"iterations", "반복 횟수"},
	"sweep.relative":    {"loss / loss at the first value", "손실 / 첫 값에서의 손실"},
	"sweep.chart": {
		"Unweighted content and style loss over %s, each relative to its value at the smallest value of the option.",
		"%s에 따른 내용 손실과 화풍 손실. 가중치를 뺀 값이며, 각각 옵션의 가장 작은 값에서의 손실로 나누었다."},
	"sweep.compare": {
		"Losses can be compared if their weights, their formulas and the size of the picture are the same. Divided by its weight, a term can also be compared across weights.",
		"손실은 가중치와 식, 그림의 크기가 같을 때만 비교할 수 있다. 가중치로 나눈 항은 가중치가 달라도 비교할 수 있다."},
	"sweep.settings": {"All settings", "모든 설정"},
	"sweep.setting":  {"setting", "설정"},
	"sweep.value":    {"value", "값"},
}

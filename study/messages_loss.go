package study

import "github.com/impasto/impasto/figure"

var lossTexts = figure.Texts{
	"kind.content": {"content", "내용"},
	"kind.style":   {"style", "화풍"},
	"kind.tv":      {"total variation", "총변동"},
	"kind.reduced": {"reduced picture", "축소 그림"},

	"role.photograph": {"photograph", "사진"},
	"role.painting":   {"painting", "회화"},
	"role.noise":      {"noise", "잡음"},
	"role.result":     {"result", "결과"},

	"loss.title": {"What each term of the loss says, and where it pulls", "손실의 각 항이 말하는 것과 끄는 곳"},
	"loss.lead": {
		"The loss is a number for any picture of the photograph's size. Here it is taken at four: at each of them another term is small, and that shows what the terms measure.",
		"손실은 사진과 크기가 같은 어떤 그림에 대해서도 하나의 수이다. 여기서는 네 그림에서 손실을 구한다. 그림마다 작아지는 항이 다르며, 여기서 각 항이 무엇을 재는지 드러난다."},
	"loss.picture.photograph": {"The photograph. Total loss %s; its content loss is zero by definition.", "사진. 전체 손실 %s. 내용 손실은 정의에 따라 0이다."},
	"loss.picture.painting":   {"The painting, drawn out to the photograph's shape. Total loss %s.", "사진의 모양에 맞춘 회화. 전체 손실 %s."},
	"loss.picture.noise":      {"Gaussian noise about the mean colour of photographs. Total loss %s.", "사진들의 평균색을 중심으로 한 가우스 잡음. 전체 손실 %s."},
	"loss.picture.result":     {"The result. Total loss %s.", "결과. 전체 손실 %s."},
	"loss.terms":              {"Every term at every layer", "층마다의 모든 항"},
	"loss.terms.lead": {
		"All terms are weighted: each column adds up to its total.",
		"모든 항은 가중치를 곱한 값이며, 각 열의 합이 전체 손실이다."},
	"loss.term":     {"term", "항"},
	"loss.total":    {"total", "전체"},
	"loss.gradient": {"length of the gradient", "기울기의 크기"},
	"loss.axis":     {"weighted loss (logarithmic)", "가중 손실(로그 눈금)"},
	"loss.chart": {
		"The terms of the table. Each row is a term, each sign a picture; the axis is logarithmic, and zero stands beside it.",
		"표의 항들. 행은 항, 기호는 그림이다. 축은 로그 눈금이고 0은 그 옆에 둔다."},
	"loss.atphoto": {
		"At the photograph there is no content loss, and %s carries %s of the style loss.",
		"사진에서는 내용 손실이 없고, 화풍 손실 중 %[1]s의 몫은 %[2]s이다."},
	"loss.atpainting": {
		"The painting itself has %s of the photograph's style loss: what is left comes from its other size and shape.",
		"회화 자신의 화풍 손실은 사진의 %s이다. 남은 것은 크기와 모양이 달라서 생긴다."},
	"loss.atnoise": {
		"The loss of noise is %s times that of the photograph.",
		"잡음의 손실은 사진의 손실의 %s배이다."},
	"loss.atresult": {
		"From the photograph to the result the style loss fell by a factor of %s; for it the content loss rose from zero to %s of the total.",
		"사진에서 결과로 가며 화풍 손실은 %s분의 1로 줄었다. 그 대가로 내용 손실이 0에서 전체의 %s로 늘었다."},
	"loss.where": {"Where each term pulls: %s", "각 항이 끄는 곳: %s"},

	"pull.lead": {
		"The gradient of a term says for every pixel in which direction, and how fast, that term alone would grow. The maps show its length at each pixel over the picture. Beside each stands the picture after a step against the gradient of this term alone, long enough to be seen.",
		"한 항의 기울기는 그 항만 볼 때 화소마다 어느 방향으로 얼마나 빨리 값이 커지는지 말한다. 맵은 화소마다의 기울기 크기를 그림 위에 겹쳐 보인다. 그 옆은 이 항만의 기울기를 거슬러, 눈에 보일 만큼 크게 한 걸음 움직인 그림이다."},
	"pull.map":   {"|gradient| per pixel", "화소별 |기울기|"},
	"pull.step":  {"a step against it, amplified", "거슬러 한 걸음(확대)"},
	"pull.whole": {"all terms together", "모든 항의 합"},
	"pull.caption": {
		"%s. Half of the squared gradient lies on %s of the pixels, %s of it in the %s of the picture. Averaged over squares of 8 pixels, %s of it is left: %s. A step that lowers this by 1 %% moves the pixel values by %s %% of their range (root mean square); the step shown is %s times as long.",
		"%s. 제곱 기울기의 절반이 화소의 %s에 몰려 있고, %s는 그림의 %s에 있다. 8화소 사각형으로 평균하면 %s만 남는다. %s. 값을 1 %% 낮추는 걸음은 화솟값을 전체 범위의 %s %%(제곱평균제곱근)만큼 움직이며, 보이는 걸음은 그 %s배이다."},
	"pull.cosine": {"Cosine with the gradient of the total: %.2f.", "전체 기울기와의 코사인: %.2f."},
	"pull.areas":  {"it pulls at the colours of whole areas", "넓은 면의 색을 끈다"},
	"pull.both":   {"it pulls at areas and at grain", "면과 결을 함께 끈다"},
	"pull.grain":  {"it pulls at fine structure, not at areas", "면이 아니라 가는 결을 끈다"},
	"pull.none":   {"%s. Its gradient is zero: here this term has its minimum, and it pulls nowhere.", "%s. 기울기가 0이다. 이 항은 여기서 최솟값이며 아무 데도 끌지 않는다."},
	"pull.only": {
		"Content pulls nowhere yet: at the photograph its loss has its minimum. The first step is the style's alone.",
		"내용은 아직 아무 데도 끌지 않는다. 사진에서 그 손실은 최솟값이다. 첫걸음은 화풍만의 것이다."},
	"pull.against": {
		"Content and style pull against each other: their gradients have the lengths %s and %s, and the cosine between them is %.2f.",
		"내용과 화풍은 서로 맞당긴다. 기울기의 크기는 각각 %s, %s이고 둘 사이의 코사인은 %.2f이다."},
	"pull.across": {
		"Content and style pull in nearly independent directions: their gradients have the lengths %s and %s, and the cosine between them is %.2f.",
		"내용과 화풍은 거의 서로 상관없는 방향으로 끈다. 기울기의 크기는 각각 %s, %s이고 둘 사이의 코사인은 %.2f이다."},
	"pull.along": {
		"Content and style pull the same way: their gradients have the lengths %s and %s, and the cosine between them is %.2f.",
		"내용과 화풍은 같은 쪽으로 끈다. 기울기의 크기는 각각 %s, %s이고 둘 사이의 코사인은 %.2f이다."},
	"pull.cancel": {
		"Of the lengths of all gradients, added up, %s cancel out.",
		"모든 기울기의 크기를 더한 것 가운데 %s가 서로 상쇄된다."},

	"place.00": {"upper left ninth", "왼쪽 위 9분의 1"},
	"place.01": {"upper middle ninth", "가운데 위 9분의 1"},
	"place.02": {"upper right ninth", "오른쪽 위 9분의 1"},
	"place.10": {"middle left ninth", "왼쪽 가운데 9분의 1"},
	"place.11": {"central ninth", "한가운데 9분의 1"},
	"place.12": {"middle right ninth", "오른쪽 가운데 9분의 1"},
	"place.20": {"lower left ninth", "왼쪽 아래 9분의 1"},
	"place.21": {"lower middle ninth", "가운데 아래 9분의 1"},
	"place.22": {"lower right ninth", "오른쪽 아래 9분의 1"},
}

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

	"loss.title": {"What each term of the loss measures, and where it pulls", "손실의 각 항이 재는 것과 그림을 당기는 곳"},
	"loss.lead": {
		"The loss is defined for any picture of the photograph's size. Here it is evaluated at four pictures, at each of which other terms are small. This shows what the terms measure.",
		"손실은 사진과 크기가 같은 모든 그림에 대해 정의된다. 여기서는 네 그림에서 손실을 계산한다. 그림마다 작아지는 항이 다르므로 각 항이 무엇을 재는지 알 수 있다."},
	"loss.picture.photograph": {"The photograph. Total loss %s; its content loss is zero by definition.", "사진. 전체 손실 %s. 내용 손실은 정의에 따라 0이다."},
	"loss.picture.painting":   {"The painting, stretched to the photograph's shape. Total loss %s.", "사진의 크기에 맞추어 늘인 회화. 전체 손실 %s."},
	"loss.picture.noise":      {"Gaussian noise around the mean colour of photographs. Total loss %s.", "사진들의 평균색을 중심으로 한 가우스 잡음. 전체 손실 %s."},
	"loss.picture.result":     {"The result. Total loss %s.", "결과. 전체 손실 %s."},
	"loss.terms":              {"Every term at every layer", "층별 손실 항"},
	"loss.terms.lead": {
		"All terms are weighted; each column adds up to its total.",
		"모든 항은 가중치를 곱한 값이며, 각 열의 합이 전체 손실이다."},
	"loss.term":     {"term", "항"},
	"loss.total":    {"total", "전체"},
	"loss.gradient": {"norm of the gradient", "기울기의 노름"},
	"loss.axis":     {"weighted loss (logarithmic)", "가중 손실(로그 눈금)"},
	"loss.chart": {
		"The terms of the table. Each row is a term, each marker a picture. The axis is logarithmic; zero is shown next to it.",
		"표에 있는 손실의 항. 행은 항, 기호는 그림을 나타낸다. 축은 로그 눈금이며 0은 축 옆에 표시했다."},
	"loss.atphoto": {
		"At the photograph the content loss is zero, and %s accounts for %s of the style loss.",
		"사진에서 내용 손실은 0이고, 화풍 손실에서 %[1]s의 비율은 %[2]s이다."},
	"loss.atpainting": {
		"The style loss of the painting itself is %s of that of the photograph; it is not zero because size and shape differ.",
		"회화 자신의 화풍 손실은 사진의 화풍 손실의 %s이다. 0이 아닌 것은 크기와 모양이 다르기 때문이다."},
	"loss.atnoise": {
		"The loss of noise is %s times that of the photograph.",
		"잡음의 손실은 사진의 손실의 %s배이다."},
	"loss.atresult": {
		"From the photograph to the result the style loss fell by a factor of %s, while the content loss rose from zero to %s of the total.",
		"사진에서 결과로 가면서 화풍 손실은 %s분의 1로 줄었다. 그 대신 내용 손실은 0에서 전체의 %s로 늘었다."},
	"loss.where": {"Where each term pulls: %s", "각 항이 그림을 당기는 곳: %s"},

	"pull.lead": {
		"The gradient of a term gives, for every pixel, the direction and the rate at which that term alone increases fastest. The maps show its norm at each pixel, overlaid on the picture. Next to each map is the picture after a step against the gradient of this term alone, amplified to be visible.",
		"한 항의 기울기는 화소마다 그 항만의 값이 어느 방향으로 얼마나 빨리 커지는지 나타낸다. 맵은 화소별 기울기의 크기를 그림 위에 겹쳐 보인 것이다. 그 옆은 이 항만의 기울기를 거슬러 한 걸음 움직인 그림이며, 눈에 보이도록 걸음을 키웠다."},
	"pull.map":   {"|gradient| per pixel", "화소별 |기울기|"},
	"pull.step":  {"a step against it, amplified", "기울기를 거슬러 한 걸음(확대)"},
	"pull.whole": {"all terms together", "모든 항의 합"},
	"pull.caption": {
		"%s. Half of the squared gradient lies on %s of the pixels, and %s of it in the %s of the picture. Averaged over squares of 8 pixels, %s of it remains: %s. A step that reduces this term by 1 %% changes the pixel values by %s %% of their range (root mean square); the step shown is %s times as long.",
		"%s. 기울기 제곱의 절반이 화소의 %s에 몰려 있고, %s는 그림의 %s에 있다. 8화소 정사각형으로 평균하면 %s만 남는다. %s. 이 항을 1 %% 줄이는 걸음은 화솟값을 전체 범위의 %s %%(제곱평균제곱근)만큼 움직이며, 그림에 보인 걸음은 그 %s배이다."},
	"pull.cosine": {"Cosine with the gradient of the total: %.2f.", "전체 기울기와의 코사인: %.2f."},
	"pull.areas":  {"it acts on the colours of whole areas", "넓은 면의 색에 작용한다"},
	"pull.both":   {"it acts on both areas and grain", "면과 결 모두에 작용한다"},
	"pull.grain":  {"it acts on fine structure, not on areas", "면이 아니라 미세한 결에 작용한다"},
	"pull.none":   {"%s. Its gradient is zero: the term has its minimum here and does not pull.", "%s. 기울기가 0이다. 이 항은 여기서 최소이며 그림을 당기지 않는다."},
	"pull.only": {
		"Content does not pull yet: its loss has its minimum at the photograph. The first step is due to style alone.",
		"내용은 아직 그림을 당기지 않는다. 사진에서 내용 손실이 최소이기 때문이다. 첫걸음은 화풍만으로 정해진다."},
	"pull.against": {
		"Content and style pull against each other: the norms of their gradients are %s and %s, and the cosine between them is %.2f.",
		"내용과 화풍은 서로 반대 방향으로 그림을 당긴다. 기울기의 노름은 각각 %s와 %s이고, 둘 사이의 코사인은 %.2f이다."},
	"pull.across": {
		"Content and style pull in nearly independent directions: the norms of their gradients are %s and %s, and the cosine between them is %.2f.",
		"내용과 화풍은 거의 독립적인 방향으로 그림을 당긴다. 기울기의 노름은 각각 %s와 %s이고, 둘 사이의 코사인은 %.2f이다."},
	"pull.along": {
		"Content and style pull in the same direction: the norms of their gradients are %s and %s, and the cosine between them is %.2f.",
		"내용과 화풍은 같은 방향으로 그림을 당긴다. 기울기의 노름은 각각 %s와 %s이고, 둘 사이의 코사인은 %.2f이다."},
	"pull.cancel": {
		"%s of the sum of the norms of all gradients cancels out.",
		"모든 기울기의 노름을 더한 값 가운데 %s가 서로 상쇄된다."},

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

package study

import "github.com/impasto/impasto/figure"

var explainTexts = figure.Texts{
	"explain.title": {"How this picture was painted", "이 그림이 만들어진 과정"},
	"explain.lead": {
		"Neural style transfer trains nothing. A network that was trained to recognise objects in photographs is frozen; it only extracts features. The unknowns are the pixels of the result. They are changed step by step until the features of the result match the content of the photograph and the style of the painting (Gatys, Ecker and Bethge 2015). All numbers on this page were measured in this run.",
		"신경망 화풍 변환은 아무것도 학습하지 않는다. 사진 속 사물을 알아보도록 미리 학습된 신경망은 고정되어 있으며, 특징을 추출하는 데만 쓰인다. 미지수는 결과 그림의 화소이다. 결과의 특징이 내용은 사진과, 화풍은 회화와 일치하도록 화소를 한 걸음씩 바꾸어 간다(Gatys, Ecker, Bethge 2015). 이 페이지의 모든 수치는 이 실행에서 측정한 것이다."},
	"explain.summary": {
		"%d iterations of %s took %s s on %d threads and reduced the loss from %s to %s at %d×%d pixels.",
		"%[2]s %[1]d회 반복에 스레드 %[4]d개로 %[3]s초가 걸렸고, %[7]d×%[8]d 화소에서 손실이 %[5]s에서 %[6]s로 줄었다."},
	"explain.scales":     {"The picture was painted at %d scales, coarse to fine: %s. The following describes the last one.", "그림을 거친 스케일부터 세밀한 스케일까지 %d단계로 그렸다: %s. 아래의 설명은 마지막 단계에 관한 것이다."},
	"explain.unfinished": {"The run was stopped after %d iterations.", "실행은 %d회 반복한 뒤 중단되었다."},
	"explain.photo":      {"The photograph, %d×%d pixels: the source of the content.", "사진, %d×%d 화소. 내용을 정한다."},
	"explain.painting":   {"The painting, %d×%d pixels: the source of the style.", "회화, %d×%d 화소. 화풍을 정한다."},
	"explain.result":     {"The result after %d iterations.", "%d회 반복한 결과."},
	"explain.flow": {
		"One iteration. The computation runs forward up to the losses. The orange arrow leads back: the gradient of the loss with respect to the pixels changes the picture, and the next iteration begins.",
		"한 번의 반복. 손실까지는 순방향으로 계산한다. 주황색 화살표는 역방향이다. 화소에 대한 손실의 기울기로 그림을 고치고 다음 반복을 시작한다."},
	"explain.x":           {"x, the unknown", "미지수 x"},
	"explain.frozen":      {"frozen: %s parameters, none trained", "고정: 매개변수 %s개, 학습하지 않음"},
	"explain.layers":      {"%d layers", "층 %d개"},
	"explain.contentloss": {"content loss", "내용 손실"},
	"explain.styleloss":   {"style loss", "화풍 손실"},
	"explain.tvloss":      {"total variation", "총변동"},
	"explain.reducedloss": {"loss of the reduced picture", "축소 그림의 손실"},
	"explain.backward":    {"∂L/∂x, backward through the network", "∂L/∂x, 신경망의 역방향"},
	"explain.step":        {"a step of %s changes the pixels", "%s의 한 걸음으로 화소를 고친다"},
	"explain.start":       {"start", "시작"},
	"explain.end":         {"end", "끝"},

	"explain.input": {"From pixels to numbers", "화소에서 수로"},
	"explain.input.lead": {
		"The network was trained on colours that were centred and scaled in a certain way, and needs the same input here. μ and σ are the mean and the standard deviation of the training photographs.",
		"신경망은 일정한 방식으로 평균을 빼고 크기를 맞춘 색으로 학습되었으므로 입력도 같은 방식으로 변환해야 한다. μ와 σ는 학습에 쓰인 사진들의 평균과 표준편차이다."},
	"explain.unknowns": {
		"%d×%d pixels of three colours are %d numbers, all of them unknowns of the optimisation.",
		"%d×%d 화소에 색 성분이 셋씩 있으므로 수는 모두 %d개이며, 그 전부가 최적화의 미지수이다."},
	"explain.mean": {
		"The mean colour of this photograph is %s; the input of the network is %s.",
		"이 사진의 평균색은 %s이고, 신경망의 입력으로는 %s가 된다."},

	"explain.network": {"The network", "신경망"},
	"explain.network.lead": {
		"VGG (Simonyan and Zisserman 2015) is a sequence of 3×3 convolutions, each followed by a ReLU, max(0, ·). Pooling halves width and height after each block, and the number of channels grows: deeper maps represent less of where something is and more of what it is. A position of a deep map depends on a large part of the picture, its receptive field.",
		"VGG(Simonyan과 Zisserman 2015)는 3×3 합성곱을 차례로 쌓은 신경망이며, 합성곱마다 ReLU, 곧 max(0, ·)가 뒤따른다. 블록이 끝날 때마다 풀링으로 너비와 높이가 반으로 줄고 채널 수는 늘어난다. 층이 깊을수록 특징 맵은 ‘어디에 있는지’보다 ‘무엇인지’를 더 많이 나타낸다. 깊은 특징 맵의 한 위치는 그림의 넓은 영역, 곧 수용 영역에 의존한다."},
	"explain.network.caption": {
		"The layers of %s used in this run. The width of a bar is that of the layer's map; blue: content loss, orange: style loss, with their weights.",
		"이 실행에 쓰인 %s의 층. 막대의 너비는 특징 맵의 너비이다. 파란색은 내용 손실, 주황색은 화풍 손실이며 가중치를 함께 적었다."},
	"explain.frozenwork": {
		"%d convolutions with %s frozen parameters are used. One forward pass takes %s multiply-adds.",
		"합성곱 %d개와 고정된 매개변수 %s개를 쓴다. 순방향 계산 한 번에 곱셈-덧셈이 %s번 필요하다."},
	"explain.sees": {
		"One value of %s depends on a square of %d×%d pixels; the picture has %d×%d.",
		"%s의 값 하나는 %d×%d 화소의 정사각형에 의존한다. 그림은 %d×%d 화소이다."},
	"explain.mapwidth":   {"width of the map", "특징 맵의 너비"},
	"explain.shape":      {"C×H×W", "C×H×W"},
	"explain.numbers":    {"values", "값의 개수"},
	"explain.field":      {"receptive field", "수용 영역"},
	"explain.every":      {"stride", "간격"},
	"explain.parameters": {"parameters", "매개변수"},
	"explain.work":       {"10⁶ multiply-adds", "곱셈-덧셈(10⁶)"},
	"explain.used":       {"used by, with weight", "용도와 가중치"},

	"explain.features": {"What the layers see", "층이 보는 것"},
	"explain.features.lead": {
		"The map of a channel shows where its feature occurs. For each layer in use, the channel that is strongest in the painting is shown. The result should activate it as much as the painting does, at places determined by the photograph.",
		"채널의 특징 맵은 그 특징이 어디에 나타나는지 보여 준다. 쓰인 층마다 회화에서 가장 강한 채널을 보였다. 결과에서도 이 채널이 회화에서만큼 활성화되어야 하며, 그 위치는 사진이 정한다."},
	"explain.view": {
		"Channel %d of %s in painting, photograph and result, with the same colour scale (square root). A position sees %d pixels across; the map of the result is %d×%d.",
		"회화, 사진, 결과에서 %[2]s의 채널 %[1]d. 색은 모두 같은 척도(제곱근)이다. 한 위치는 너비 %[3]d화소를 보며, 결과의 특징 맵은 %[4]d×%[5]d이다."},
	"explain.channel": {"%s, channel %d", "%s, 채널 %d"},

	"explain.content": {"Content: what is where", "내용: 무엇이 어디에 있는가"},
	"explain.content.lead": {
		"P are the features of the photograph at a layer, F those of the result: C channels at N positions. The loss compares them position by position and so preserves the layout; a deep layer leaves the exact pixels free.",
		"P는 한 층에서 사진의 특징, F는 결과의 특징이며, 각각 채널 C개와 위치 N개로 이루어진다. 손실은 둘을 위치마다 비교하므로 배치를 보존한다. 깊은 층일수록 정확한 화솟값은 자유롭다."},
	"explain.nocontent": {"This run has no content loss.", "이 실행에는 내용 손실이 없다."},
	"explain.apart": {
		"At %s the squared distance between the features of the result and those of the photograph is %s of the squared norm of the latter. This is the cost of the style.",
		"%s에서 결과의 특징과 사진의 특징 사이의 거리의 제곱은 사진 특징의 노름 제곱의 %s이다. 이것이 화풍을 얻는 대가이다."},
	"explain.squares":       {"Σ (F − P)² over the channels of %s", "%s의 모든 채널에 대한 Σ (F − P)²"},
	"explain.apart.caption": {"Where the content of the result differs from that of the photograph at %s, overlaid on the photograph (square root).", "%s에서 결과의 내용이 사진과 달라진 곳. 사진 위에 제곱근 척도로 겹쳐 나타냈다."},

	"explain.style": {"Style: which features occur together", "화풍: 어떤 특징이 함께 나타나는가"},
	"explain.style.lead": {
		"The Gram matrix G contains, for each pair of channels, the product of their maps summed over all positions. The sum discards the positions: G represents strokes and colours but no layout. The style loss compares G of the result, over its N positions, with A of the painting, over its M positions.",
		"그람 행렬 G의 원소는 두 채널의 특징 맵을 위치마다 곱하여 모든 위치에 대해 더한 값이다. 더하는 과정에서 위치 정보가 사라지므로 G는 붓질과 색을 나타내지만 배치는 나타내지 않는다. 화풍 손실은 위치가 N개인 결과의 G와 위치가 M개인 회화의 A를 비교한다."},
	"explain.wasserstein": {
		"This recipe computes from it the mean m of the features and their covariance S, and measures the Wasserstein distance between the two normal distributions; the star marks those of the painting.",
		"이 레시피는 여기서 특징의 평균 m과 공분산 S를 구하여 두 정규 분포 사이의 바서슈타인 거리를 잰다. 별표는 회화의 것이다."},
	"explain.otherdistance": {"This recipe compares them by the distance %s.", "이 레시피는 이것들을 거리 %s로 비교한다."},
	"explain.nostyle":       {"This run has no style loss.", "이 실행에는 화풍 손실이 없다."},
	"explain.carries":       {"%s accounts for %s of the style loss at the start.", "시작할 때 화풍 손실에서 %s의 비율은 %s이다."},
	"explain.carriesend":    {"%s accounts for %s of the remaining style loss at the end.", "끝에 남은 화풍 손실에서 %s의 비율은 %s이다."},
	"explain.closer": {
		"The Gram matrix of %s came closest to that of the painting: their distance fell from %s of the norm of the painting's matrix to %s.",
		"회화의 그람 행렬에 가장 가까워진 것은 %s의 그람 행렬이다. 둘 사이의 거리는 회화의 행렬의 노름을 기준으로 %s에서 %s로 줄었다."},
	"explain.farthest": {"That of %s remained farthest away, at %s.", "가장 멀리 남은 것은 %s의 그람 행렬로, %s이다."},
	"explain.gram": {
		"G/N of painting, start and result at %s, %d×%d (square root); channels clustered by the painting's matrix. Distance from the painting's matrix, relative to its norm: %s at the start, %s at the end.",
		"%s에서 회화, 시작, 결과의 G/N, %d×%d, 제곱근 척도. 채널은 회화의 행렬에 따른 군집 순서이다. 회화의 행렬과의 거리는 그 노름을 기준으로 시작할 때 %s, 끝에서 %s이다."},

	"explain.total": {"The loss", "손실"},
	"explain.total.lead": {
		"The loss weighs content and style against each other. The weights are those of recipe %s; w are the weights of the layers in the table above.",
		"손실은 내용과 화풍의 균형을 하나의 수로 나타낸다. 가중치는 레시피 %s의 것이며, w는 위의 표에 있는 층별 가중치이다."},
	"explain.variation": {
		"V is the total variation of the picture, the differences between neighbouring pixels; it suppresses speckle.",
		"V는 그림의 총변동, 곧 이웃한 화소 사이의 차이이며 자잘한 얼룩을 억제한다."},
	"explain.reduced": {
		"L_s is the loss of the picture reduced to the largest scale of at most %d pixels: its content, style and total variation. It preserves the look of the smaller picture.",
		"L_s는 긴 변이 %d화소를 넘지 않는 가장 큰 스케일로 축소한 그림의 손실로, 그 크기에서의 내용, 화풍, 총변동을 합한 것이다. 작은 그림의 느낌을 유지하는 역할을 한다."},
	"explain.units":   {"This recipe measures both losses in units of those of a flat grey picture.", "이 레시피는 균일한 회색 그림의 손실을 단위로 두 손실을 나타낸다."},
	"explain.atstart": {"at the start", "시작"},
	"explain.atend":   {"at the end", "끝"},
	"explain.share":   {"share", "비율"},
	"explain.fall": {
		"The loss fell from %s to %s. Content is %s of it at the start and %s at the end.",
		"손실은 %s에서 %s로 줄었다. 그중 내용의 비율은 시작할 때 %s, 끝에서 %s이다."},
	"explain.stack": {"The terms of the loss at the start and at the end.", "시작과 끝에서 손실을 이루는 항."},

	"explain.gradient": {"The gradient at the start", "시작할 때의 기울기"},
	"explain.gradient.lead": {
		"The losses are differentiable with respect to the features, and the features with respect to the pixels. The chain rule gives the gradient of every term with respect to the picture.",
		"손실은 특징에 대해, 특징은 화소에 대해 미분할 수 있다. 연쇄 법칙을 쓰면 그림에 대한 각 항의 기울기를 얻는다."},

	"rule.lbfgs": {"L-BFGS", "L-BFGS"},
	"rule.adam":  {"Adam", "Adam"},
	"rule.gd":    {"gradient descent", "경사 하강법"},

	"explain.optimizer": {"Step by step", "한 걸음씩"},
	"explain.lbfgs": {
		"L-BFGS estimates the curvature of the loss from its last steps (H approximates the inverse of the Hessian) and searches along the direction for a suitable step length t: longer steps where the loss is flat, shorter ones where it is steep.",
		"L-BFGS는 최근의 걸음에서 손실의 곡률을 추정하고(H는 헤세 행렬의 역행렬의 근사), 그 방향에서 알맞은 걸음 길이 t를 찾는다. 손실이 완만한 곳에서는 크게, 가파른 곳에서는 작게 움직인다."},
	"explain.adam": {
		"Adam keeps running averages of the gradient and of its square for every pixel, and divides the first by the root of the second: each pixel moves by about the learning rate η, whatever the size of its gradient.",
		"Adam은 화소마다 기울기와 기울기 제곱의 이동 평균을 유지하고, 앞의 값을 뒤의 값의 제곱근으로 나눈다. 따라서 화소는 기울기의 크기와 관계없이 대략 학습률 η만큼 움직인다."},
	"explain.gd": {
		"Gradient descent with momentum: v accumulates earlier gradients, so the picture keeps moving in the directions on which they agree.",
		"모멘텀을 쓰는 경사 하강법이다. v에 지난 기울기가 누적되므로 그림은 기울기들이 일치하는 방향으로 계속 움직인다."},
	"explain.otherrule":     {"The step rule of this run is %s.", "이 실행의 걸음 규칙은 %s이다."},
	"explain.still":         {"iteration %d", "반복 %d회"},
	"explain.still.caption": {"After iteration %d: loss %s.", "%d회 반복한 뒤: 손실 %s."},
	"explain.reached": {
		"Half of the decrease was reached after iteration %d and nine tenths after iteration %d of %d.",
		"전체 %[3]d회 가운데 %[1]d회 반복한 뒤 감소량의 절반에, %[2]d회 반복한 뒤 10분의 9에 이르렀다."},
	"explain.evaluations": {
		"%d iterations took %d evaluations of the loss and its gradient, %.2f per iteration.",
		"%d회 반복하는 동안 손실과 기울기를 %d번, 곧 반복마다 평균 %.2f번 계산했다."},
	"explain.normfall":  {"The norm of the gradient changed from %s to %s.", "기울기의 노름은 %s에서 %s로 변했다."},
	"explain.losses":    {"The terms of the loss", "손실의 항"},
	"explain.curves":    {"Every term of the loss over the iterations, weighted, on a logarithmic axis.", "반복에 따른 손실의 각 항. 가중치를 곱한 값이며 로그 눈금이다."},
	"explain.norm":      {"The gradient", "기울기"},
	"explain.norm.axis": {"|∂L/∂x| (logarithmic)", "|∂L/∂x|(로그 눈금)"},
	"explain.norms":     {"The Euclidean norm of the gradient of the total loss with respect to all pixels; pixel values are in 0..1.", "모든 화소에 대한 전체 손실의 기울기의 유클리드 노름. 화솟값의 범위는 0..1이다."},

	"explain.balance": {"The balance at the end", "끝에서의 균형"},
	"explain.balance.lead": {
		"At a minimum the gradient of the total is zero, but those of the terms are not. In the result, content and style balance each other.",
		"극솟점에서 전체 손실의 기울기는 0이지만 각 항의 기울기는 0이 아니다. 결과는 내용과 화풍이 균형을 이루는 그림이다."},

	"explain.time": {"Where the time goes", "계산 시간"},
	"explain.time.lead": {
		"Most of the time is spent in convolutions, forward to the features and backward to the pixels. The weights are frozen, so their gradients, which training would need, are not computed.",
		"대부분의 시간은 특징을 구하는 순방향 합성곱과 화소의 기울기를 구하는 역방향 합성곱에 쓰인다. 가중치는 고정되어 있으므로, 학습에 필요한 가중치의 기울기는 계산하지 않는다."},
	"part.0":                {"forward", "순방향"},
	"part.1":                {"losses", "손실"},
	"part.2":                {"backward", "역방향"},
	"part.3":                {"optimiser", "최적화"},
	"part.4":                {"the rest", "나머지"},
	"explain.part":          {"part", "부분"},
	"explain.ms":            {"per iteration", "반복당"},
	"explain.all":           {"total", "합계"},
	"explain.time.caption":  {"Time per iteration, mean over %d iterations with %d evaluations.", "반복 한 번에 걸리는 시간. %d회 반복(계산 %d번)의 평균."},
	"explain.network.share": {"The network takes %s of the %s per iteration.", "반복 한 번에 걸리는 %[2]s 가운데 신경망이 %[1]s를 차지한다."},
	"explain.prepare":       {"Before the first iteration, reading both pictures and the first evaluation took %s s.", "첫 반복 전에 두 그림을 읽고 처음 계산하는 데 %s초가 걸렸다."},
	"explain.rate": {
		"Forward and backward amount to %s multiply-adds of direct convolution, at %s billion per second (%s, %d threads).",
		"순방향과 역방향을 합치면 직접 합성곱 기준으로 곱셈-덧셈 %s번이며, 초당 %s×10⁹번을 수행했다(%s, 스레드 %d개)."},
}

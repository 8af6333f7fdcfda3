package study

import "github.com/impasto/impasto/figure"

var explainTexts = figure.Texts{
	"explain.title": {"How this picture came about", "이 그림이 만들어진 과정"},
	"explain.lead": {
		"Neural style transfer trains nothing. A network that once learned to name the things in photographs is frozen; it only looks. The unknowns are the pixels of the result. They are moved, step by step, until the network's features say: what is where as in the photograph, and painted as in the painting (Gatys, Ecker and Bethge 2015). Everything on this page is measured on this very run.",
		"신경망 화풍 전이는 아무것도 학습시키지 않는다. 사진 속 사물의 이름을 맞히도록 이미 학습된 신경망은 고정되어 있고, 그저 볼 뿐이다. 미지수는 결과 그림의 화소이다. 신경망의 특징이 ‘무엇이 어디에 있는지는 사진처럼, 칠해진 방식은 회화처럼’이 될 때까지 화소를 한 걸음씩 움직인다(Gatys, Ecker, Bethge 2015). 이 페이지의 모든 수치는 바로 이 실행에서 잰 것이다."},
	"explain.summary": {
		"%d iterations of %s took %s s on %d threads and brought the loss from %s to %s, at %d×%d pixels.",
		"%[2]s %[1]d회 반복에 스레드 %[4]d개로 %[3]s초가 걸렸고, %[7]d×%[8]d 화소에서 손실이 %[5]s에서 %[6]s로 줄었다."},
	"explain.scales":     {"The picture was painted at %d sizes, coarse to fine: %s. What follows is about the last.", "그림을 거친 크기부터 세밀한 크기까지 %d단계로 그렸다: %s. 아래는 마지막 단계에 관한 것이다."},
	"explain.unfinished": {"The run was ended after %d iterations.", "실행은 %d회 반복 뒤에 중단되었다."},
	"explain.photo":      {"The photograph, %d×%d pixels: it says what is where.", "사진, %d×%d 화소. 무엇이 어디에 있는지 말한다."},
	"explain.painting":   {"The painting, %d×%d pixels: it says how things are painted.", "회화, %d×%d 화소. 어떻게 칠해졌는지 말한다."},
	"explain.result":     {"The result after %d iterations.", "%d회 반복 뒤의 결과."},
	"explain.flow": {
		"One iteration. Up to the losses everything runs forward; the orange arrow is the way back: the gradient of the loss by the pixels moves the picture, and the loop begins again.",
		"한 번의 반복. 손실까지는 앞으로 계산한다. 주황 화살표는 돌아가는 길로, 화소에 대한 손실의 기울기가 그림을 움직이고 다시 처음으로 간다."},
	"explain.x":           {"x, the unknown", "미지수 x"},
	"explain.frozen":      {"frozen: %s parameters, none is trained", "고정됨: 매개변수 %s개, 학습 없음"},
	"explain.layers":      {"%d layers", "층 %d개"},
	"explain.contentloss": {"content loss", "내용 손실"},
	"explain.styleloss":   {"style loss", "화풍 손실"},
	"explain.tvloss":      {"total variation", "총변동"},
	"explain.reducedloss": {"loss of the reduced picture", "축소 그림의 손실"},
	"explain.backward":    {"∂L/∂x, backward through the network", "∂L/∂x, 신경망을 거슬러"},
	"explain.step":        {"a step of %s moves the pixels", "%s 한 걸음이 화소를 움직인다"},
	"explain.start":       {"start", "시작"},
	"explain.end":         {"end", "끝"},

	"explain.input": {"From pixels to numbers", "화소에서 수로"},
	"explain.input.lead": {
		"The network was trained on colours that were centred and scaled in a certain way; it must be shown the same now. μ and σ are the mean and the deviation of its training photographs.",
		"신경망은 일정한 방식으로 중심을 옮기고 크기를 맞춘 색으로 학습되었으므로, 지금도 같은 방식으로 보여 주어야 한다. μ와 σ는 학습 사진들의 평균과 표준편차이다."},
	"explain.unknowns": {
		"%d×%d pixels with three colours: %d numbers, and every one of them is an unknown of the optimisation.",
		"%d×%d 화소에 색이 셋이므로 수가 %d개이며, 하나하나가 모두 최적화의 미지수이다."},
	"explain.mean": {
		"The mean colour of this photograph is %s; the network reads it as %s.",
		"이 사진의 평균색은 %s이고, 신경망은 이를 %s로 읽는다."},

	"explain.network": {"The network", "신경망"},
	"explain.network.lead": {
		"VGG (Simonyan and Zisserman 2015) is a stack of 3×3 convolutions, each followed by a ReLU, max(0, ·). Pooling halves width and height after each block, and the number of channels grows: deeper maps know less of where and more of what. A position of a deep map sees a large part of the picture, its receptive field.",
		"VGG(Simonyan과 Zisserman 2015)는 3×3 합성곱을 쌓은 것으로, 합성곱마다 ReLU, 곧 max(0, ·)가 따른다. 블록이 끝날 때마다 풀링이 너비와 높이를 반으로 줄이고 채널 수는 늘어난다. 깊은 맵일수록 ‘어디’는 덜 알고 ‘무엇’은 더 안다. 깊은 맵의 한 위치는 그림의 넓은 부분, 곧 수용장을 본다."},
	"explain.network.caption": {
		"The layers of %s that this run uses. A bar is as wide as the layer's map; blue: content loss, orange: style loss, with their weights.",
		"이 실행이 쓰는 %s의 층들. 막대의 너비는 층의 맵의 너비이다. 파랑은 내용 손실, 주황은 화풍 손실이며 가중치를 함께 적었다."},
	"explain.frozenwork": {
		"%d convolutions with %s frozen parameters are in use. Showing them the picture once takes %s multiply-adds.",
		"합성곱 %d개, 고정된 매개변수 %s개를 쓴다. 그림을 한 번 보여 주는 데 곱셈-덧셈이 %s번 든다."},
	"explain.sees": {
		"One number of %s depends on a square of %d×%d pixels; the picture has %d×%d.",
		"%s의 수 하나는 %d×%d 화소의 사각형에 달려 있다. 그림은 %d×%d 화소이다."},
	"explain.mapwidth":   {"width of the map", "맵의 너비"},
	"explain.shape":      {"C×H×W", "C×H×W"},
	"explain.numbers":    {"numbers", "수의 개수"},
	"explain.field":      {"receptive field", "수용장"},
	"explain.every":      {"one every", "간격"},
	"explain.parameters": {"parameters", "매개변수"},
	"explain.work":       {"10⁶ multiply-adds", "곱셈-덧셈(10⁶)"},
	"explain.used":       {"used by, with weight", "쓰임과 가중치"},

	"explain.features": {"What the layers see", "층들이 보는 것"},
	"explain.features.lead": {
		"The map of a channel says where its feature is. Of each layer in use this is the channel that is strongest in the painting; the result should respond to it as the painting does, in places that the photograph decides.",
		"채널의 맵은 그 특징이 어디에 있는지 말한다. 쓰이는 층마다 회화에서 가장 강한 채널을 골랐다. 결과는 이 채널에 회화처럼 반응하되, 그 자리는 사진이 정해야 한다."},
	"explain.view": {
		"Channel %d of %s in painting, photograph and result, in the same colours (square root). A position sees %d pixels across; the result's map is %d×%d.",
		"회화, 사진, 결과에서 %[2]s의 채널 %[1]d. 색은 모두 같은 제곱근 척도이다. 한 위치가 %[3]d화소 너비를 보며, 결과의 맵은 %[4]d×%[5]d이다."},
	"explain.channel": {"%s, channel %d", "%s, 채널 %d"},

	"explain.content": {"Content: what is where", "내용: 무엇이 어디에 있는가"},
	"explain.content.lead": {
		"P are the photograph's features at a layer, F those of the result: C channels at N positions. The loss compares them position by position, so that it holds the layout; a deep layer leaves the exact pixels free.",
		"P는 한 층에서 사진의 특징, F는 결과의 특징이며, 채널 C개와 위치 N개가 있다. 손실은 위치마다 둘을 비교하므로 배치를 지킨다. 깊은 층은 정확한 화솟값을 자유롭게 둔다."},
	"explain.nocontent": {"This run has no content loss.", "이 실행에는 내용 손실이 없다."},
	"explain.apart": {
		"At %s the squared distance of the result's features from the photograph's is %s of the squared length of the latter: that is the price of the style.",
		"%s에서 결과와 사진의 특징 사이의 제곱 거리는 사진 특징의 제곱 크기의 %s이다. 이것이 화풍을 얻는 대가이다."},
	"explain.squares":       {"Σ (F − P)² over the channels of %s", "%s의 채널에 대한 Σ (F − P)²"},
	"explain.apart.caption": {"Where the result left the content of the photograph, at %s; over the photograph, by the square root.", "%s에서 결과가 사진의 내용을 떠난 곳. 사진 위에 제곱근 척도로 겹쳤다."},

	"explain.style": {"Style: which features occur together", "화풍: 어떤 특징들이 함께 나타나는가"},
	"explain.style.lead": {
		"The Gram matrix G multiplies the maps of two channels position by position and adds up. Where these positions are is lost in the sum: G knows strokes and colours and no layout. The style loss compares G of the result, over its N positions, with A of the painting, over its M.",
		"그람 행렬 G는 두 채널의 맵을 위치마다 곱해 더한다. 그 위치가 어디였는지는 합에서 사라진다. G는 붓질과 색을 알지만 배치는 모른다. 화풍 손실은 위치 N개인 결과의 G와 위치 M개인 회화의 A를 비교한다."},
	"explain.wasserstein": {
		"This recipe takes from it the mean m of the features and their covariance S, and measures how far one normal distribution has to be carried to become the other (the Wasserstein distance); the star marks the painting's.",
		"이 레시피는 여기서 특징의 평균 m과 공분산 S를 얻고, 한 정규 분포를 다른 정규 분포로 옮기는 데 드는 거리(바서슈타인 거리)를 잰다. 별표는 회화의 것이다."},
	"explain.nostyle":    {"This run has no style loss.", "이 실행에는 화풍 손실이 없다."},
	"explain.carries":    {"%s carries %s of the style loss at the start.", "시작할 때 화풍 손실 중 %s의 몫은 %s이다."},
	"explain.carriesend": {"%s carries %s of what is left of it at the end.", "끝에 남은 화풍 손실 중 %s의 몫은 %s이다."},
	"explain.closer": {
		"The Gram matrix of %s came closest to the painting's: their distance fell from %s of the length of the painting's matrix to %s.",
		"회화의 행렬에 가장 가까워진 것은 %s의 그람 행렬이다. 둘의 거리가 회화의 행렬 크기의 %s에서 %s로 줄었다."},
	"explain.farthest": {"That of %s stayed farthest away, %s.", "가장 멀리 남은 것은 %s의 행렬로, %s이다."},
	"explain.gram": {
		"G/N of painting, start and result at %s, %d×%d, by the square root; channels clustered by the painting's matrix. Distance from the painting's matrix: %s of its length at the start, %s at the end.",
		"%s에서 회화, 시작, 결과의 G/N, %d×%d, 제곱근 척도. 채널은 회화의 행렬에 따라 군집 순으로 놓았다. 회화의 행렬과의 거리는 그 크기의 %s에서 %s로 줄었다."},

	"explain.total": {"The loss", "손실"},
	"explain.total.lead": {
		"One number weighs content and style against each other. The weights are those of recipe %s; the w are the weights of the layers in the table above.",
		"하나의 수가 내용과 화풍을 견준다. 가중치는 레시피 %s의 것이며, w는 위의 표에 있는 층의 가중치이다."},
	"explain.variation": {
		"V is the total variation of the picture, the differences of neighbouring pixels: it holds back speckle.",
		"V는 그림의 총변동, 곧 이웃한 화소들의 차이이며 자잘한 얼룩을 억누른다."},
	"explain.reduced": {
		"L_s is the loss of the picture reduced to the largest scale of at most %d pixels: content, style and total variation there. It keeps the look that the smaller picture had.",
		"L_s는 긴 변이 %d화소를 넘지 않는 가장 큰 단계로 그림을 축소했을 때의 손실로, 거기서의 내용·화풍·총변동을 합한 것이다. 작은 그림의 느낌을 유지하게 한다."},
	"explain.units":   {"This recipe counts both losses in units of those of a flat grey picture.", "이 레시피는 두 손실을 균일한 회색 그림의 손실을 단위로 센다."},
	"explain.atstart": {"at the start", "시작"},
	"explain.atend":   {"at the end", "끝"},
	"explain.share":   {"share", "몫"},
	"explain.fall": {
		"The loss fell from %s to %s. Content is %s of it at the start and %s at the end.",
		"손실은 %s에서 %s로 줄었다. 내용의 몫은 시작할 때 %s, 끝에 %s이다."},
	"explain.stack": {"What the loss is made of, at the start and at the end.", "시작과 끝에서 손실을 이루는 항들."},

	"explain.gradient": {"The gradient at the start", "시작할 때의 기울기"},
	"explain.gradient.lead": {
		"The losses are differentiable by the features, and the network is differentiable by the pixels: the chain rule carries every term's wish down to the picture.",
		"손실은 특징에 대해, 신경망은 화소에 대해 미분할 수 있다. 연쇄 법칙이 각 항이 바라는 바를 그림까지 내려보낸다."},

	"rule.lbfgs": {"L-BFGS", "L-BFGS"},
	"rule.adam":  {"Adam", "Adam"},
	"rule.gd":    {"gradient descent", "경사 하강법"},

	"explain.optimizer": {"Step by step", "한 걸음씩"},
	"explain.lbfgs": {
		"L-BFGS guesses the curvature of the loss from its last steps (H approximates the inverse of the second derivatives) and looks along the direction for a good length t: longer steps where the loss is flat, shorter ones where it is steep.",
		"L-BFGS는 지난 걸음들로 손실의 곡률을 짐작하고(H는 이계 도함수의 역의 근사), 그 방향에서 알맞은 길이 t를 찾는다. 손실이 완만하면 크게, 가파르면 작게 움직인다."},
	"explain.adam": {
		"Adam keeps running averages of the gradient and of its square for every pixel, and divides one by the root of the other: each pixel moves by about the learning rate η, whatever the size of its gradient.",
		"Adam은 화소마다 기울기와 그 제곱의 이동 평균을 지니고, 앞의 것을 뒤의 것의 제곱근으로 나눈다. 기울기의 크기와 상관없이 화소는 대략 학습률 η만큼 움직인다."},
	"explain.gd": {
		"Gradient descent with momentum: v remembers the earlier gradients, so that the picture keeps rolling in the direction that they agree on.",
		"관성이 있는 경사 하강법이다. v가 지난 기울기들을 기억하므로 그림은 그것들이 일치하는 방향으로 계속 굴러간다."},
	"explain.still":         {"iteration %d", "반복 %d회"},
	"explain.still.caption": {"After iteration %d: loss %s.", "%d회 반복 뒤: 손실 %s."},
	"explain.reached": {
		"Half of the fall was reached after iteration %d, nine tenths after iteration %d of %d.",
		"줄어든 양의 절반에는 %d회, 10분의 9에는 %d회 반복 뒤에 이르렀다(전체 %d회)."},
	"explain.evaluations": {
		"%d iterations took %d evaluations of the loss and its gradient, %.2f each.",
		"%d회 반복에 손실과 기울기를 %d번 계산했다. 반복마다 %.2f번이다."},
	"explain.normfall":  {"The length of the gradient went from %s to %s.", "기울기의 크기는 %s에서 %s로 변했다."},
	"explain.losses":    {"The terms of the loss", "손실의 항들"},
	"explain.curves":    {"Every term of the loss over the iterations, weighted, on a logarithmic axis.", "반복에 따른 손실의 모든 항. 가중치를 곱한 값, 로그 눈금."},
	"explain.norm":      {"The gradient", "기울기"},
	"explain.norm.axis": {"|∂L/∂x| (logarithmic)", "|∂L/∂x|(로그 눈금)"},
	"explain.norms":     {"The Euclidean length of the gradient of the total by all pixels; pixel values lie in 0..1.", "모든 화소에 대한 전체 손실의 기울기의 유클리드 길이. 화솟값은 0..1."},

	"explain.balance": {"The balance at the end", "끝에서의 균형"},
	"explain.balance.lead": {
		"At a minimum the gradient of the total is zero; those of the terms are not. The result is the picture where content and style hold each other.",
		"최솟값에서 전체의 기울기는 0이지만 각 항의 기울기는 그렇지 않다. 결과는 내용과 화풍이 서로 버티는 그림이다."},

	"explain.time": {"Where the time goes", "시간이 드는 곳"},
	"explain.time.lead": {
		"Most of it goes into convolutions, forward to the features and backward to the pixels. The weights are frozen, so there is no gradient by them, which training would need.",
		"대부분의 시간이 특징까지 앞으로, 화소까지 거꾸로 가는 합성곱에 든다. 가중치는 고정되어 있으므로 학습이라면 필요했을 가중치의 기울기는 계산하지 않는다."},
	"part.0":                {"forward", "순방향"},
	"part.1":                {"losses", "손실"},
	"part.2":                {"backward", "역방향"},
	"part.3":                {"optimiser", "최적화"},
	"part.4":                {"the rest", "나머지"},
	"explain.part":          {"part", "부분"},
	"explain.ms":            {"per iteration", "반복마다"},
	"explain.all":           {"all", "전체"},
	"explain.time.caption":  {"Time an iteration, mean of %d iterations with %d evaluations.", "반복마다 드는 시간, %d회 반복(계산 %d번)의 평균."},
	"explain.network.share": {"The network takes %s of the %s of an iteration.", "반복 한 번의 %[2]s 가운데 신경망이 %[1]s를 쓴다."},
	"explain.prepare":       {"Before the first iteration %s s went into reading both pictures and the first evaluation.", "첫 반복 전에 두 그림을 읽고 처음 계산하는 데 %s초가 들었다."},
	"explain.rate": {
		"Forward and backward are worth %s multiply-adds of direct convolution; they came at %s billion a second (%s, %d threads).",
		"순방향과 역방향은 직접 합성곱으로 치면 곱셈-덧셈 %s번이며, 초당 %s×10⁹번을 했다(%s, 스레드 %d개)."},
}

package visualize

import "fmt"

// Language is that of titles, captions and axes.
type Language string

// The languages that there are texts in.
const (
	English Language = "en"
	Korean  Language = "ko"
)

// messages holds every text of this package, for fmt.Sprintf. The order of the languages is that of
// column; the layers' names and the formulas are the same in all.
var messages = map[string][2]string{
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

	"content.title": {"What each layer keeps of the content", "각 층이 내용에서 무엇을 남기는가"},
	"content.lead": {
		"Each picture began as white noise. Gradient descent (L-BFGS) moved its pixels until its features F at one layer came close to the features P of the original there: the minimum of 1/2 Σ (F − P)² (Gatys et al. 2015, equation 1), with a little total variation as in Mahendran and Vedaldi 2015. What differs from the original is what the layer does not know.",
		"각 그림은 백색 잡음에서 시작했다. 경사 하강법(L-BFGS)이 한 층의 특징 F가 원본의 특징 P에 가까워지도록 화소를 움직였다. 곧 1/2 Σ (F − P)²의 최솟값을 찾으며(Gatys 외 2015, 식 1), Mahendran과 Vedaldi(2015)처럼 약간의 총변동을 더했다. 원본과 다른 점이 바로 그 층이 모르는 것이다."},
	"content.original": {"The picture that the layers saw, %d×%d pixels.", "층들이 본 원본, %d×%d 화소."},
	"content.caption": {
		"Reconstruction from %s: PSNR %.1f dB against the original; the loss fell from %s to %s in %d iterations.",
		"%s에서 복원: 원본 대비 PSNR %.1f dB. 손실은 %[5]d회 반복에서 %[3]s에서 %[4]s로 줄었다."},
	"content.sentence": {
		"From %s the picture comes back with %.1f dB, from %s with %.1f dB: the deeper the layer, the more of the exact pixels is lost.",
		"%s에서는 %.1f dB로, %s에서는 %.1f dB로 되살아난다. 층이 깊을수록 정확한 화솟값을 더 많이 잃는다."},
	"curves": {
		"The loss of each descent, divided by that of the noise it began with.",
		"각 하강의 손실을 시작할 때의 잡음의 손실로 나눈 값."},

	"style.title": {"What Gram matrices keep of the style", "그람 행렬이 화풍에서 무엇을 남기는가"},
	"style.lead": {
		"Each picture began as white noise. Gradient descent (L-BFGS) moved its pixels until its Gram matrices at the named layers came close to those of the original (Gatys et al. 2015, equations 3 to 5). A Gram matrix is a sum over all positions: it does not know where anything is, so the texture returns and the layout does not. Each further layer adds structures of a larger scale.",
		"각 그림은 백색 잡음에서 시작했다. 경사 하강법(L-BFGS)이 표시한 층들의 그람 행렬이 원본과 가까워지도록 화소를 움직였다(Gatys 외 2015, 식 3~5). 그람 행렬은 모든 위치에 대한 합이어서 무엇이 어디에 있는지 모른다. 그래서 질감은 돌아오지만 배치는 돌아오지 않는다. 층을 더할수록 더 큰 구조가 나타난다."},
	"style.original": {"The picture whose Gram matrices were taken, %d×%d pixels.", "그람 행렬을 계산한 원본, %d×%d 화소."},
	"style.caption": {
		"Texture from the Gram matrices of %s: the loss fell from %s to %s in %d iterations.",
		"%s의 그람 행렬에서 합성한 질감: 손실은 %[4]d회 반복에서 %[2]s에서 %[3]s로 줄었다."},

	"shape":        {"C×H×W", "C×H×W"},
	"field":        {"receptive field", "수용장"},
	"stride":       {"step", "간격"},
	"dead":         {"zeros", "0의 비율"},
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
		"%s has %d channels; one position sees %d×%d pixels of the picture. %s of its numbers are zero here.",
		"%s에는 채널이 %d개 있고, 한 위치는 그림의 %d×%d 화소를 본다. 여기서는 값의 %s가 0이다."},
	"features.caption": {
		"Channel %d of %s: at most %s, active at %s of the positions. Colours by the square root; below each patch, the number there.",
		"%[2]s의 채널 %[1]d: 최댓값 %[3]s, 위치의 %[4]s에서 활성. 색은 제곱근 척도이며, 각 조각 아래는 그 위치의 값이다."},

	"picture":     {"picture %d", "그림 %d"},
	"styleloss":   {"style loss", "화풍 손실"},
	"difference":  {"difference", "차이"},
	"channeli":    {"channel i (%d, clustered)", "채널 i (%d개, 군집 순)"},
	"channelj":    {"channel j (%d, clustered)", "채널 j (%d개, 군집 순)"},
	"eigenvalues": {"Eigenvalues of G/N", "G/N의 고윳값"},
	"rank":        {"number, the largest first", "순위(큰 것부터)"},
	"eigenvalue":  {"eigenvalue", "고윳값"},
	"whereboth":   {"where both are strong", "둘 다 강한 곳"},

	"gram.title": {"What a Gram matrix measures", "그람 행렬이 재는 것"},
	"gram.lead": {
		"How often do two features occur together? The map F_i of a channel says where its feature is; the entry G_ij = Σ F_i F_j multiplies two maps position by position and adds up. It is large where both are active at the same places, and it forgets where these places are. Matrices are shown divided by the number N of positions.",
		"두 특징은 얼마나 자주 함께 나타나는가? 채널의 맵 F_i는 그 특징이 어디에 있는지 말한다. 원소 G_ij = Σ F_i F_j는 두 맵을 위치마다 곱해 더한 것이다. 같은 곳에서 함께 활성일 때 크며, 그곳이 어디인지는 잊는다. 행렬은 위치의 수 N으로 나누어 보인다."},
	"gram.original": {"The picture, %d×%d pixels.", "원본, %d×%d 화소."},
	"gram.sentence": {
		"%s has %d channels; %d eigenvalues carry 90 %% of the sum of all.",
		"%s에는 채널이 %d개 있으며, 고윳값 %d개가 전체 합의 90 %%를 차지한다."},
	"gram.matrix": {
		"G/N of %s, %d×%d, over %d positions; channels in the order of their clusters; colours by the square root.",
		"%s의 G/N, %d×%d, 위치 %d개. 채널은 군집 순, 색은 제곱근 척도."},
	"gram.spectrum": {"Eigenvalues of the Gram matrix of %s.", "%s의 그람 행렬의 고윳값."},
	"gram.pair": {
		"Channels %d and %d: their product adds up to G = %s, G/N = %s; cosine %.2f; both are active at %s of the positions.",
		"채널 %d와 %d: 곱의 합은 G = %s, G/N = %s. 코사인 %.2f. 위치의 %s에서 둘 다 활성."},
	"gram2.title": {"Two Gram matrices", "두 그람 행렬"},
	"gram2.lead": {
		"The style loss of a layer compares how often features occur together in two pictures: E = 1/(4 C²) Σ (G/N − A/M)² (Gatys et al. 2015, equation 4, each matrix over its own number of positions). Both matrices have their channels in the same order and the same colours.",
		"층의 화풍 손실은 두 그림에서 특징들이 얼마나 자주 함께 나타나는지 비교한다. E = 1/(4 C²) Σ (G/N − A/M)² (Gatys 외 2015, 식 4, 각 행렬은 자기 위치의 수로 나눔). 두 행렬의 채널 순서와 색은 같다."},
	"gram2.sentence": {
		"At %s the style loss is %s. The largest difference between two channels is that of %d and %d: %s in the first picture, %s in the second.",
		"%s의 화풍 손실은 %s이다. 두 채널 사이에서 가장 크게 다른 곳은 채널 %d와 %d이다. 첫째 그림에서 %s, 둘째 그림에서 %s."},
	"gram2.matrix":     {"G/N of picture %d at %s; colours by the square root.", "그림 %d의 %s에서의 G/N. 색은 제곱근 척도."},
	"gram2.difference": {"First less second at %s: orange where the first has more. Style loss %s.", "%s에서 첫째에서 둘째를 뺀 값. 주황은 첫째가 더 큰 곳. 화풍 손실 %s."},
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

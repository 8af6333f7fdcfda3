package study

import "github.com/impasto/impasto/figure"

var gramTexts = figure.Texts{
	"picture":     {"picture %d", "%d번 그림"},
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
		"%s의 화풍 손실은 %s이다. 두 채널 사이에서 가장 크게 다른 곳은 채널 %d와 %d이다. 1번 그림에서 %s, 2번 그림에서 %s."},
	"gram2.matrix":     {"G/N of picture %d at %s; colours by the square root.", "%d번 그림의 %s에서의 G/N. 색은 제곱근 척도."},
	"gram2.difference": {"First less second at %s: orange where the first has more. Style loss %s.", "%s에서 1번에서 2번을 뺀 값. 주황은 1번이 더 큰 곳. 화풍 손실 %s."},
}

package study

import "github.com/impasto/impasto/figure"

var gramTexts = figure.Texts{
	"picture":     {"picture %d", "%d번 그림"},
	"styleloss":   {"style loss", "화풍 손실"},
	"difference":  {"difference", "차이"},
	"channeli":    {"channel i (%d, clustered)", "채널 i (%d개, 군집 순서)"},
	"channelj":    {"channel j (%d, clustered)", "채널 j (%d개, 군집 순서)"},
	"eigenvalues": {"Eigenvalues of G/N", "G/N의 고윳값"},
	"rank":        {"number, largest first", "순위(큰 값부터)"},
	"eigenvalue":  {"eigenvalue", "고윳값"},
	"whereboth":   {"where both are strong", "둘 다 강한 곳"},

	"gram.title": {"What a Gram matrix measures", "그람 행렬이 나타내는 것"},
	"gram.lead": {
		"How often do two features occur together? The map F_i of a channel shows where its feature occurs; the entry G_ij = Σ F_i F_j is the product of two maps, summed over all positions. It is large if both are active at the same places, and it discards where these places are. Matrices are shown divided by the number N of positions.",
		"두 특징은 얼마나 자주 함께 나타나는가? 채널의 특징 맵 F_i는 그 특징이 어디에 나타나는지 보여 준다. 원소 G_ij = Σ F_i F_j는 두 특징 맵을 위치마다 곱하여 모두 더한 값이다. 두 특징이 같은 곳에서 활성이면 값이 크며, 그곳이 어디인지에 대한 정보는 사라진다. 행렬은 위치의 수 N으로 나누어 나타낸다."},
	"gram.original": {"The picture, %d×%d pixels.", "원본, %d×%d 화소."},
	"gram.sentence": {
		"%s has %d channels; %d eigenvalues make up 90 %% of the sum of all.",
		"%s에는 채널이 %d개 있으며, 고윳값 %d개가 전체 합의 90 %%를 차지한다."},
	"gram.matrix": {
		"G/N of %s, %d×%d, over %d positions; channels in the order of their clusters; colours by the square root.",
		"%s의 G/N, %d×%d, 위치 %d개. 채널은 군집 순서이며 색은 제곱근 척도이다."},
	"gram.spectrum": {"Eigenvalues of the Gram matrix of %s.", "%s의 그람 행렬의 고윳값."},
	"gram.pair": {
		"Channels %d and %d: the sum of their product is G = %s, G/N = %s; cosine %.2f; both are active at %s of the positions.",
		"채널 %d와 %d: 곱의 합은 G = %s, G/N = %s이다. 코사인은 %.2f이며, 전체 위치의 %s에서 둘 다 활성이다."},
	"gram2.title": {"Two Gram matrices", "두 그람 행렬"},
	"gram2.lead": {
		"The style loss of a layer compares how often features occur together in two pictures: E = 1/(4 C²) Σ (G/N − A/M)² (Gatys et al. 2015, equation 4, with each matrix divided by its own number of positions). Both matrices have the same order of channels and the same colours.",
		"층의 화풍 손실은 두 그림에서 특징들이 얼마나 자주 함께 나타나는지 비교한다. E = 1/(4 C²) Σ (G/N − A/M)² (Gatys 외 2015, 식 4. 각 행렬은 자신의 위치 수로 나눔). 두 행렬의 채널 순서와 색 척도는 같다."},
	"gram2.sentence": {
		"At %s the style loss is %s. The largest difference is that between channels %d and %d: %s in the first picture, %s in the second.",
		"%s의 화풍 손실은 %s이다. 차이가 가장 큰 것은 채널 %d와 %d의 원소로, 1번 그림에서 %s, 2번 그림에서 %s이다."},
	"gram2.matrix":     {"G/N of picture %d at %s; colours by the square root.", "%d번 그림의 %s에서의 G/N. 색은 제곱근 척도이다."},
	"gram2.difference": {"First minus second at %s; orange where the first is larger. Style loss %s.", "%s에서 1번 그림의 행렬에서 2번 그림의 행렬을 뺀 값. 주황색은 1번이 더 큰 곳이다. 화풍 손실 %s."},
}

package critic

import "github.com/impasto/impasto/figure"

// phrase is a message with its values, before a language is chosen. Values that are phrases are said in the
// same language.
type phrase struct {
	key    string
	values []any
}

func saying(key string, values ...any) phrase { return phrase{key, values} }

func (p phrase) in(l figure.Language) string {
	values := make([]any, len(p.values))
	for i, v := range p.values {
		if inner, ok := v.(phrase); ok {
			v = inner.in(l)
		}
		values[i] = v
	}
	return say(l, p.key, values...)
}

func say(l figure.Language, key string, values ...any) string { return messages.In(l, key, values...) }

// messages are clauses that name one mistake each, and the sentences that they stand in.
var messages = figure.Texts{
	"check.right":           {"Right: your program agrees with %s to %.1g.", "맞음: 프로그램이 %s 레시피와 오차 %.1g 안에서 일치한다."},
	"check.right.kinks":     {"Right: your gradient is that of %s to %.1g, which a few units on the other side of their ReLU or pooling explain.", "맞음: 기울기가 %s 레시피의 것과 오차 %.1g 안에서 일치한다. 이 오차는 몇몇 값이 ReLU나 풀링에서 다른 쪽으로 넘어간 것으로 설명된다."},
	"check.unknown":         {"Different by %.2g, and no known convention, nor two of them, explain it: hold the terms of one layer after another against impasto inspect loss.", "오차가 %.2g이고, 알려진 관례 하나나 둘로는 설명되지 않는다. 층을 하나씩 impasto inspect loss의 항과 비교해 볼 것."},
	"check.differs":         {"Your program differs: %s.", "프로그램이 다르다: %s."},
	"check.and":             {"; and ", "; 그리고 "},
	"check.others":          {" (The same numbers come out if %s.)", " (다음이어도 같은 수가 나온다: %s.)"},
	"check.gradient.factor": {"your gradient is %.6g times that of %s, in the right direction", "기울기의 방향은 맞고 크기가 %[2]s의 %[1].6g배임"},
	"check.factor.content":  {"your content terms are all %.6g times those of %s: a weight or a division", "내용 항이 모두 %[2]s의 %[1].6g배임(가중치 또는 나눗셈)"},
	"check.factor.style":    {"your style terms are all %.6g times those of %s: a weight or a division", "화풍 항이 모두 %[2]s의 %[1].6g배임(가중치 또는 나눗셈)"},

	"check.bgr":         {"your pictures are read as B, G, R, as OpenCV does, where R, G, B is meant", "그림을 OpenCV처럼 B, G, R로 읽음(R, G, B여야 함)"},
	"check.rgb":         {"your network is fed R, G, B; it wants B, G, R", "네트워크에 R, G, B를 넣음(B, G, R이어야 함)"},
	"check.reversed":    {"your network is fed its channels in the opposite order, and so is the mean; it wants %s", "네트워크에 채널과 평균을 모두 반대 순서로 넣음(%s 순서여야 함)"},
	"check.raw1":        {"your network is fed pictures in 0..1 as they are; the mean is to be subtracted and the scale adapted", "0..1 범위의 그림을 그대로 네트워크에 넣음(평균을 빼고 척도를 맞추어야 함)"},
	"check.raw255":      {"your network is fed pictures in 0..255 as they are; the mean is to be subtracted and the scale adapted", "0..255 범위의 그림을 그대로 네트워크에 넣음(평균을 빼고 척도를 맞추어야 함)"},
	"check.nomean":      {"you do not subtract the mean of ImageNet", "ImageNet의 평균을 빼지 않음"},
	"check.nostd":       {"you subtract the mean and do not divide by the standard deviation", "평균은 빼지만 표준편차로 나누지 않음"},
	"check.norm255":     {"you normalise pixels in 0..255; they are to be in 0..1", "0..255 범위의 화소를 정규화함(0..1 범위여야 함)"},
	"check.mean255":     {"you subtract a mean of the range 0..255 from pixels in 0..1", "0..1 범위의 화소에서 0..255 범위의 평균을 뺌"},
	"check.half":        {"you normalise with mean 0.5 and standard deviation 0.5; the network wants those of ImageNet", "평균 0.5, 표준편차 0.5로 정규화함(ImageNet의 값이어야 함)"},
	"check.torchvision": {"you feed the network RGB in 0..1 with mean and standard deviation, as torchvision's networks want it; %s wants another preprocessing", "torchvision의 네트워크에 하듯이 0..1 범위의 RGB를 평균과 표준편차로 정규화해 넣음(%s의 전처리는 다름)"},
	"check.caffe":       {"you feed the network B, G, R in 0..255 less the mean, as networks from Caffe want it; %s wants another preprocessing", "Caffe의 네트워크에 하듯이 0..255 범위의 B, G, R에서 평균을 빼서 넣음(%s의 전처리는 다름)"},
	"check.rgb255":      {"you feed the network R, G, B in 0..255 less the mean, without a standard deviation; %s wants another preprocessing", "0..255 범위의 R, G, B에서 평균을 빼고 표준편차로 나누지 않은 채 넣음(%s의 전처리는 다름)"},
	"check.added":       {"you add the mean instead of subtracting it", "평균을 빼지 않고 더함"},
	"check.twice":       {"you normalise your pictures twice", "그림을 두 번 정규화함"},

	"check.gram":      {"your Gram matrix is %s; %s wants: %s", "그람 행렬을 %s(%s에서는 %s)"},
	"check.gramform":  {"%s%s, %s%s", "%s%s %s%s"},
	"check.undivided": {"not divided", "나누지 않고"},
	"check.byN":       {"divided by N", "N으로 나누고"},
	"check.byC":       {"divided by C", "C로 나누고"},
	"check.byCN":      {"divided by C N", "C N으로 나누고"},
	"check.matched":   {", the painting's scaled to the picture's number N of positions", " 화풍 그림의 것은 결과의 위치 수 N에 맞춘 뒤"},
	"check.summed":    {"the squares are summed", "차이의 제곱을 더함"},
	"check.averaged":  {"the squares are averaged", "차이의 제곱을 평균함"},
	"check.paper":     {"the sum of squares is divided by C^2 N^2", "차이의 제곱합을 C^2 N^2으로 나눔"},
	"check.factor":    {" and multiplied by %g", ", 그리고 %g을 곱함"},
	"check.textbook":  {"undivided matrices, with 1/(4 C^2 N^2) outside (1/(4 N^2 M^2) in the paper's letters)", "행렬은 나누지 않고 바깥에 1/(4 C^2 N^2), 논문의 기호로는 1/(4 N^2 M^2)"},

	"check.content":      {"your content loss is %s; %s wants %s", "내용 손실이 %s임(%s에서는 %s)"},
	"check.squares":      {"%g times the sum of squares", "제곱합의 %g배"},
	"check.squares.byN":  {"%g times the sum of squares over N positions", "제곱합의 %g배를 위치 수 N으로 나눈 값"},
	"check.squares.byC":  {"%g times the sum of squares over C channels", "제곱합의 %g배를 채널 수 C로 나눈 값"},
	"check.squares.byCN": {"%g times the sum of squares over C N (the mean)", "제곱합의 %g배를 C N으로 나눈 값, 곧 평균"},
	"check.reference":    {"your content weight is not scaled to the size of the picture (content-reference)", "내용 가중치를 그림의 크기에 맞추지 않음(content-reference)"},

	"check.average":       {"your network pools by the average; %s takes the maximum", "네트워크가 평균 풀링을 씀(%s에서는 최대 풀링)"},
	"check.maximum":       {"your network pools by the maximum; %s takes the average", "네트워크가 최대 풀링을 씀(%s에서는 평균 풀링)"},
	"check.replicates":    {"your first convolution replicates the border; %s pads with zeros", "첫 합성곱이 가장자리를 복제해 채움(%s에서는 0으로 채움)"},
	"check.zeros":         {"your first convolution pads with zeros; %s pads it otherwise: %s", "첫 합성곱이 가장자리를 0으로 채움(%s에서는 %s)"},
	"check.resized":       {"your painting is resized to the size of the photograph; here it keeps its own", "화풍 그림을 사진의 크기로 바꿈(여기서는 원래 크기를 유지)"},
	"check.before":        {"before the ReLU; %s reads them after", "ReLU 앞에서 읽음(%s에서는 뒤)"},
	"check.after":         {"after the ReLU; %s reads them before", "ReLU 뒤에서 읽음(%s에서는 앞)"},
	"check.relu.all":      {"your losses read all layers %s", "두 손실 모두 층을 %s"},
	"check.relu.style":    {"your style loss reads its layers %s", "화풍 손실이 층을 %s"},
	"check.relu.content":  {"your content loss reads its layers %s", "내용 손실이 층을 %s"},
	"check.layer.content": {"your content loss reads %s where %s is meant", "내용 손실의 층이 %s임(맞는 층: %s)"},
	"check.layer.style":   {"your style loss reads %s where %s is meant", "화풍 손실의 층이 %s임(맞는 층: %s)"},
	"check.late":          {"your style loss reads %s: one convolution too late in each block", "화풍 손실이 블록마다 합성곱 하나만큼 뒤의 층(%s)을 읽음"},

	"check.alpha":         {"your content terms lack the weight alpha = %g", "내용 항에 가중치 alpha(%g)가 빠짐"},
	"check.beta":          {"your style terms lack the weight beta = %g", "화풍 항에 가중치 beta(%g)가 빠짐"},
	"check.swap":          {"your weights of content and style are interchanged", "내용과 화풍의 가중치가 서로 바뀜"},
	"check.weights.one":   {"the layers of your style loss have no weights: each counts 1", "화풍 손실의 층에 가중치가 없음(모두 1로 계산됨)"},
	"check.weights.alike": {"the layers of your style loss count alike; those of %s do not", "화풍 손실의 층을 모두 같은 비중으로 셈(%s에서는 서로 다름)"},
	"check.weights.mean":  {"your style loss is the mean over its %d layers; %s wants the sum", "화풍 손실이 %d개 층의 평균임(%s에서는 합)"},

	"check.tv.missing":  {"your total variation is missing", "총변동이 빠짐"},
	"check.tv.range":    {"your total variation is of pixels in 0..1; its weight is meant for 0..%g", "총변동을 0..1 범위의 화소로 계산함(가중치는 0..%g 범위에 맞춘 것)"},
	"check.tv.mean":     {"your total variation is a mean over all numbers of the picture; %s sums", "총변동을 그림의 모든 수에 대해 평균함(%s에서는 합)"},
	"check.tv.absolute": {"your total variation sums absolute differences; %s has another form", "총변동이 차이의 절댓값을 더함(%s의 형태는 다름)"},
	"check.tv.squared":  {"your total variation sums squared differences; %s has another form", "총변동이 차이의 제곱을 더함(%s의 형태는 다름)"},
	"check.tv.nine":     {"your total variation averages squared differences to nine neighbours; %s has another form", "총변동이 이웃 아홉과의 차이의 제곱을 평균함(%s의 형태는 다름)"},
	"check.tv.factor":   {"your total variation is %g times that of %s", "총변동이 %[2]s의 %[1]g배임"},

	"check.by255":   {"your gradient is by pixels in 0..255: multiply by 255 for those in 0..1", "기울기를 0..255 범위의 화소에 대해 구함(0..1 범위로는 255를 곱할 것)"},
	"check.byBGR":   {"your gradient has its channels in the order B, G, R", "기울기의 채널이 B, G, R 순서임"},
	"check.byinput": {"your gradient is by the normalised input of the network, not by the picture in 0..1", "기울기를 0..1 범위의 그림이 아니라 정규화된 네트워크 입력에 대해 구함"},
}

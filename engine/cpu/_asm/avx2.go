package main

func avx2(a *assembly) {
	multiplyAVX2(a)
	newAVX2(a).transformInput()
	transformForwardAVX2(a)
	transformBackwardAVX2(a)
	unpoolAVX2(a)
	momentsAVX2(a)
	stemForwardAVX2(a)
	stemBackwardAVX2(a)
	newAVX2(a).vectors()
	newAVX2(a).peak()
}

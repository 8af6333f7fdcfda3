// Package critic finds mistakes in losses that others have programmed. [Check] takes the numbers that a program of
// style transfer has computed, its loss, the terms or the gradient, and searches among the known conventions and slips
// for the one, or the two, that explain them.
package critic

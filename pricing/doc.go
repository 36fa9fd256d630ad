// Package pricing answers two questions about a call to a language model:
// what can it cost at most (Model.Quote), and what did it cost (Model.Cost).
//
// It is pure: no I/O but the embedded catalogue, no clock, no network.
// Prices are whole pico-USD per token, sums are formed in 128 bits, and an
// amount is rounded once, upwards, to nano-USD. Both questions are answered
// by the same arithmetic over the same price rows, so that a call whose every
// quantity stays within its bound never costs more than its quote.
package pricing

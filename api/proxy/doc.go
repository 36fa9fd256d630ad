// Package proxy meters calls to language models: it reserves what a call can
// cost at most, forwards it, and settles by the usage in the answer.
//
// The way of one call, in the order of its files:
//
//	route.go    which dialect, which provider; what is not metered is refused
//	admit.go    the body read once, bounded, and the reservation asked for
//	forward.go  the provider's call, made at most once
//	answer.go   the answer handed on, unary or event by event, while it is read
//	settle.go   what it cost, told to the ledger and to the log
//
// What differs between vendors is in a folder of its own each: openai,
// anthropic, gemini. They implement package dialect.
package proxy

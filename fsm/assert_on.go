//go:build invariants

package fsm

const assertAlways = true

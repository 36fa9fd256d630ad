//go:build !invariants

package fsm

const assertAlways = false

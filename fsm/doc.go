// Package fsm is the ledger: budgets, what each account spent and holds, and
// the reservations that are open. A Machine applies the entries of the log, and
// is nothing but a function of them: the same entries give the same state, the
// same results and the same digest on every replica. It does no I/O, reads no
// clock and draws no random numbers. DESIGN.md has its promises and reasons.
package fsm

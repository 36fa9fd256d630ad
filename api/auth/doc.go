// Package auth says who calls: it finds a request's credential, the key behind
// it, and the labels under which the call is accounted.
//
// With Options.Open identity headers are believed and credentials ignored.
// Otherwise the key decides: its labels win over headers, headers count only
// where the operator trusts them, and runs stay within the key that named them.
package auth

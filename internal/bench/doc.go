// Package bench measures what the firewall costs on this machine, in ratios
// between cases of one run: the ledger against the same log without a ledger,
// the API against an HTTP front over that log, the proxy against a bare reverse
// proxy. All that runs is real: three processes, TCP on loopback, fsync.
//
// Callers are closed loops: each starts an operation when its last one ended.
// Cases that are compared take turns in slices of the run, so that a machine
// whose speed drifts changes both.
package bench

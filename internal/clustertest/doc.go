// Package clustertest starts clusters of meshfw processes for tests: it builds
// the binary, claims ports that no other test takes, writes the configs, starts
// and ends the processes, and waits for what they say of themselves.
//
// It is for tests only, and serves the modules e2e and chaos as well.
package clustertest

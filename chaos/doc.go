// Package chaos holds tests that run a real cluster of meshfw processes, break
// its machines, disks and networks while clients call it, and check every answer
// that the clients were given. See docs/reliability.md.
package chaos

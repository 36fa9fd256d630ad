// Package e2e tests the built meshfw binary as its users meet it: three real
// processes on loopback, real TCP and fsync, the providers' own SDKs in front
// and a stand-in provider behind.
package e2e

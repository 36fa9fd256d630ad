//go:build race

package proxy

// raceDetector slows everything down tenfold: tests of load run on less.
const raceDetector = true

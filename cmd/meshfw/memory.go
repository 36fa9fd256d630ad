package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// gcPercent lets the heap grow further before it is collected than Go's 100:
	// what a node allocates for a call is soon garbage, and what it keeps is small.
	gcPercent = 200
	// memoryShare is the part of the container's or the machine's memory from
	// which on the collector works as hard as it must to stay below.
	memoryShare = 0.8
)

// tuneMemory sets the garbage collector for a node. The environment's GOGC and
// GOMEMLIMIT win.
func tuneMemory() error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	_, err := memlimit.Set(memlimit.WithRatio(memoryShare), memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)))
	if err != nil && !errors.Is(err, memlimit.ErrNoLimit) {
		return fmt.Errorf("find how much memory there is: %w; GOMEMLIMIT sets it", err)
	}
	return nil
}

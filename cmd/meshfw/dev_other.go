//go:build !linux

package main

import "syscall"

// tied are the attributes of a process that gets no Ctrl-C of the terminal:
// dev ends the processes in order.
func tied() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

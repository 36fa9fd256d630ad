package main

import "syscall"

// tied are the attributes of a process that gets no Ctrl-C of the terminal
// (dev ends the processes in order), and ends when dev is killed.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

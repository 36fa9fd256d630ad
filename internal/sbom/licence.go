package main

import (
	"os"
	"path/filepath"
	"strings"
)

// licence finds the licence in a module's directory and returns its SPDX id, ""
// when there is none or it is none of the usual ones. It is evidence, not a
// lawyer's word.
func licence(dir string) string {
	if dir == "" {
		return ""
	}
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "License*", "COPYING*"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern)) // the patterns are well formed
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				continue // a directory
			}
			if id := recognise(string(text)); id != "" {
				return id
			}
		}
	}
	return ""
}

// recognise tells the usual licences by sentences that only they have.
func recognise(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(s string) bool { return strings.Contains(text, s) }
	switch {
	case has("Mozilla Public License, version 2.0"), has("Mozilla Public License Version 2.0"):
		return "MPL-2.0"
	case has("Apache License Version 2.0"):
		return "Apache-2.0"
	case has("Permission is hereby granted, free of charge, to any person obtaining a copy"):
		return "MIT"
	case has("Permission to use, copy, modify, and/or distribute this software"), has("Permission to use, copy, modify, and distribute this software"):
		return "ISC"
	case has("Redistribution and use in source and binary forms"):
		if has("Neither the name") || has("names of its contributors") || has("The name of") {
			return "BSD-3-Clause"
		}
		return "BSD-2-Clause"
	}
	return ""
}

// The line is wired here.

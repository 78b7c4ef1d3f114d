// Package cli is what the zoo's programs share: exit statuses and errors of one
// line, flags, run folders, and progress.
package cli

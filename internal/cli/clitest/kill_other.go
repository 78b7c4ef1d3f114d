//go:build !unix

package clitest

// Killed is for systems whose processes can be killed.
func Killed(func()) {}

// Package project makes cases for peers that do not send messages back: a pure function
// from case to case for each way to do without an echo.
//
// [NoEcho] asks only that the connection lives. It leaves what must be refused, closed or
// answered by the protocol itself as it is.
package project

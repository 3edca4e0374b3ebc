// Command wsspec tells whether a WebSocket endpoint does what RFC 6455 and RFC
// 7692 say.
//
//	wsspec server ws://localhost:9001/ --out report
//
// Exit codes: 0 pass, 1 nonconformant, 2 usage, 3 could not test, 4 regression
// against the baseline.
package main

import "github.com/wsspec/wsspec/internal/command"

func main() { command.Main() }

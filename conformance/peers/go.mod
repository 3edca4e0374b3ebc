module github.com/wsspec/wsspec/conformance/peers

go 1.25.0

require (
	github.com/coder/websocket v1.8.15
	github.com/gobwas/httphead v0.1.0
	github.com/gobwas/ws v1.4.0 // v1.5.0 needs Go 1.26
	github.com/gorilla/websocket v1.5.3
	github.com/lxzan/gws v1.8.9
	go.uber.org/goleak v1.3.0
	golang.org/x/net v0.56.0
)

require github.com/wsspec/wsspec v0.0.0-00010101000000-000000000000

require (
	github.com/dolthub/maphash v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	golang.org/x/sync v0.21.0 // indirect
	golang.org/x/sys v0.46.0 // indirect
	golang.org/x/text v0.38.0 // indirect
)

replace github.com/wsspec/wsspec => ../..

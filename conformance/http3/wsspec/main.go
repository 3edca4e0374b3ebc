// Command wsspec is the program of that name, with WebSocket over HTTP/3:
//
//	wsspec server --http3 wss://localhost:9443/
//	wsspec echo --http3 --addr 127.0.0.1:9443 --cert cert.pem --key key.pem
package main

import (
	"os"

	"github.com/wsspec/wsspec/conformance/http3"
	"github.com/wsspec/wsspec/internal/command"
)

func main() {
	// quic-go has something to say of the buffers of the machine, which no user of wsspec
	// wants to know.
	_ = os.Setenv("QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING", "true")
	command.Main(command.HTTP3{Connect: http3.Connect, Echo: echo})
}

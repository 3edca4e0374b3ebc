package main

import (
	"compress/flate"
	"context"
	"io"
	"net/http"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
	"github.com/gobwas/ws/wsutil"
)

func serveGobwas(w http.ResponseWriter, r *http.Request) {
	deflate := wsflate.Extension{Parameters: wsflate.DefaultParameters}
	upgrader := ws.HTTPUpgrader{Negotiate: deflate.Negotiate}
	conn, _, _, err := upgrader.Upgrade(r, w)
	if conn != nil {
		defer conn.Close() // even if the request was rejected
	}
	if err != nil {
		return
	}
	if _, ok := deflate.Accepted(); ok {
		echoGobwasDeflate(conn, ws.StateServerSide)
		return
	}
	echoGobwas(conn, ws.StateServerSide)
}

func connectGobwas(ctx context.Context, url string) error {
	dialer := ws.Dialer{
		Extensions: []httphead.Option{wsflate.DefaultParameters.Option()},
	}
	conn, br, handshake, err := dialer.Dial(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close()

	var rw io.ReadWriter = conn
	if br != nil { // frames that arrived together with the response
		rw = struct {
			io.Reader
			io.Writer
		}{br, conn}
	}
	for _, extension := range handshake.Extensions {
		if string(extension.Name) == wsflate.ExtensionName {
			echoGobwasDeflate(rw, ws.StateClientSide)
			return nil
		}
	}
	echoGobwas(rw, ws.StateClientSide)
	return nil
}

// echoGobwas is the echo loop with the helpers of wsutil. They answer Ping and Close
// frames. For an invalid frame, they only return an error, so the connection ends
// without a Close frame.
func echoGobwas(rw io.ReadWriter, state ws.State) {
	for {
		message, opcode, err := wsutil.ReadData(rw, state)
		if err != nil {
			return
		}
		if err := wsutil.WriteMessage(rw, state, opcode, message); err != nil {
			return
		}
	}
}

// echoGobwasDeflate is the echo loop of the documentation's section on compression,
// because the helpers of wsutil do not decompress. It compresses the echo if the message
// was compressed. It does not check UTF-8, because the reader sees compressed octets.
func echoGobwasDeflate(rw io.ReadWriter, state ws.State) {
	inflater := wsflate.NewReader(nil, func(r io.Reader) wsflate.Decompressor {
		return flate.NewReader(r)
	})
	deflater := wsflate.NewWriter(nil, func(w io.Writer) wsflate.Compressor {
		compressor, _ := flate.NewWriter(w, flate.BestCompression) // fails only for an invalid level
		return compressor
	})

	var compression wsflate.MessageState
	control := wsutil.ControlFrameHandler(rw, state)
	reader := &wsutil.Reader{
		Source:         rw,
		State:          state | ws.StateExtended,
		OnIntermediate: control,
		Extensions:     []wsutil.RecvExtension{&compression},
	}
	writer := wsutil.NewWriter(rw, state|ws.StateExtended, 0)
	writer.SetExtensions(&compression)

	for {
		header, err := reader.NextFrame()
		if err != nil {
			return
		}
		if header.OpCode.IsControl() {
			if err := control(header, reader); err != nil {
				return
			}
			continue
		}

		writer.ResetOp(header.OpCode)
		if compression.IsCompressed() {
			inflater.Reset(reader)
			deflater.Reset(writer)
			if _, err := io.Copy(deflater, inflater); err != nil {
				return
			}
			if err := deflater.Close(); err != nil {
				return
			}
		} else if _, err := io.Copy(writer, reader); err != nil {
			return
		}
		if err := writer.Flush(); err != nil {
			return
		}
	}
}

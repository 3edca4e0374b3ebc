package ref

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// A message type can say for one message whether it is compressed.
func TestCompressionOfOneMessage(t *testing.T) {
	noLeaks(t)
	long, short := strings.Repeat("compress me ", 50), "hi"
	for _, tt := range []struct {
		typ        MessageType
		message    string
		compressed bool
	}{
		{Text, long, true},
		{Text, short, false},
		{Text.Uncompressed(), long, false},
		{Binary.Uncompressed(), long, false},
		{Text.Compressed(), short, true},
		{Binary.Compressed(), short, true},
		{Text.Compressed().Uncompressed(), long, false},
		{Text.Uncompressed().Compressed(), short, true},
		{Text.Compressed(), "", false},
	} {
		for name, write := range map[string]func(c *Conn) error{
			"Write": func(c *Conn) error { return c.Write(testContext(t), tt.typ, []byte(tt.message)) },
			"NextWriter": func(c *Conn) error {
				w, err := c.NextWriter(testContext(t), tt.typ)
				if err != nil {
					return err
				}
				if _, err := io.WriteString(w, tt.message); err != nil {
					return err
				}
				return w.Close()
			},
			"WritePrepared": func(c *Conn) error {
				m, err := NewPreparedMessage(tt.typ, []byte(tt.message))
				if err != nil {
					return err
				}
				return c.WritePrepared(testContext(t), m)
			},
		} {
			conn, p := endpoint(t, wire.RoleServer, config{agreed: &wire.DeflateParams{}, compression: &Compression{}})
			must(t, write(conn))
			f, err := p.next()
			must(t, err)
			if (f.RSV == wire.RSV1) != tt.compressed || f.Opcode != tt.typ.opcode() || f.Opcode > wire.OpBinary {
				t.Errorf("%s of %v, %d octets: frame %v %v", name, tt.typ, len(tt.message), f.Opcode, f.RSV)
			}
			if !tt.compressed && f.payload != tt.message {
				t.Errorf("%s: payload %.20q", name, f.payload)
			}
			conn.CloseNow()
		}
	}
	for _, typ := range []MessageType{0, 3, 8, alwaysCompressed, Text | compressionBits} {
		if typ.check() == nil {
			t.Errorf("%d is a message type", uint8(typ))
		}
	}
}

// Text has to be UTF-8 whether it is compressed or not.
func TestTypesOfText(t *testing.T) {
	noLeaks(t)
	conn, _ := endpoint(t, wire.RoleServer, config{})
	for _, typ := range []MessageType{Text, Text.Compressed(), Text.Uncompressed()} {
		if err := conn.Write(testContext(t), typ, []byte{0xFF}); err == nil {
			t.Errorf("%v that is not UTF-8 was sent", typ)
		}
		if _, err := NewPreparedMessage(typ, []byte{0xFF}); err == nil {
			t.Errorf("%v that is not UTF-8 was prepared", typ)
		}
	}
	if got := Text.Uncompressed().String() + ", " + Binary.Compressed().String(); got != "text uncompressed, binary compressed" {
		t.Error(got)
	}
}

func TestJSON(t *testing.T) {
	noLeaks(t)
	client, server, err := Pipe(nil, nil)
	must(t, err)
	defer client.CloseNow()
	defer server.CloseNow()
	type point struct{ X, Y int }
	sent := point{3, 4}
	must(t, client.WriteJSON(testContext(t), sent))
	must(t, client.WriteJSON(testContext(t), strings.Repeat("<", 10_000)))
	must(t, client.Write(testContext(t), Text, []byte(`{"X":`)))
	must(t, client.Write(testContext(t), Binary, []byte(`{"X":1}`)))
	must(t, client.WriteJSON(testContext(t), nil))
	var got point
	must(t, server.ReadJSON(testContext(t), &got))
	if got != sent {
		t.Errorf("got %v, want %v", got, sent)
	}
	var long string
	must(t, server.ReadJSON(testContext(t), &long))
	if len(long) != 10_000 {
		t.Errorf("%d octets", len(long))
	}
	for _, want := range []string{"read JSON: unexpected end of JSON input", "read JSON: binary message, want text"} {
		if err := server.ReadJSON(testContext(t), &got); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	checkRead(t, server, Text, "null") // the connection is still open, and nothing is behind the JSON
	if err := client.WriteJSON(testContext(t), func() {}); err == nil || !strings.Contains(err.Error(), "write JSON") {
		t.Errorf("a function as JSON: %v", err)
	}
	if bytes.Contains([]byte(client.State().String()), []byte("closed")) {
		t.Error("closed")
	}
}

package network

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

// A script is read as it was written, with all that it has.
func TestScriptsAreReadAsTheyWereWritten(t *testing.T) {
	for role, want := range map[wire.Role]*Script{
		wire.RoleServer: {Offer: "permessage-deflate", Head: "GET / HTTP/1.1\r\n\r\n", HeadCuts: []int{3, 5}, Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte("hi")}}, {Do: Await}}},
		wire.RoleClient: {Head: "HTTP/1.1 101 x\r\n\r\n", Joined: true, Parts: []Part{{Octets: []byte{0x81, 0}, Cuts: []int{1}}, {Do: Pause}}},
	} {
		var file bytes.Buffer
		if err := WriteScript(&file, want, role); err != nil {
			t.Fatal(err)
		}
		got, of, err := ReadScript(&file)
		if err != nil || of != role {
			t.Errorf("a script for a %s is one for a %s, %v", role, of, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

package wire

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	type state = FrameState
	fin := func(op Opcode, length uint64) Header { return Header{Fin: true, Opcode: op, Length: length} }
	part := func(op Opcode) Header { return Header{Opcode: op, Length: 3} }
	with := func(h Header, rsv RSV) Header { h.RSV = rsv; return h }
	form := func(h Header, f LengthForm) Header { h.Form = f; return h }
	// Each row holds for both roles: the mask is put on for the client's frames.
	for _, tt := range []struct {
		name   string
		header Header
		state  state
		rule   *Rule
	}{
		{"a text message in one frame", fin(OpText, 5), state{}, nil},
		{"an empty binary message", fin(OpBinary, 0), state{}, nil},
		{"a first fragment", part(OpText), state{}, nil},
		{"a middle fragment", part(OpContinuation), state{InMessage: true}, nil},
		{"a last fragment", fin(OpContinuation, 3), state{InMessage: true}, nil},
		{"a continuation of nothing", fin(OpContinuation, 3), state{}, RuleContinuation},
		{"a continuation of nothing, not the last", part(OpContinuation), state{}, RuleContinuation},
		{"text inside a message", fin(OpText, 3), state{InMessage: true}, RuleInterleaved},
		{"a binary fragment inside a message", part(OpBinary), state{InMessage: true}, RuleInterleaved},
		{"a ping between fragments", fin(OpPing, 3), state{InMessage: true}, nil},
		{"a Close between fragments", fin(OpClose, 2), state{InMessage: true}, nil},
		{"a ping of 125", fin(OpPing, 125), state{}, nil},
		{"a ping of 126", fin(OpPing, 126), state{}, RuleControlLength},
		{"a pong of 126", fin(OpPong, 126), state{}, RuleControlLength},
		{"a Close of 126", fin(OpClose, 126), state{}, RuleControlLength},
		{"a ping in fragments", part(OpPing), state{}, RuleControlFragmented},
		{"a pong in fragments", part(OpPong), state{}, RuleControlFragmented},
		{"a Close in fragments", part(OpClose), state{}, RuleControlFragmented},
		{"opcode 3", fin(3, 0), state{}, RuleOpcode},
		{"opcode 7", fin(7, 0), state{}, RuleOpcode},
		{"opcode 0xB", fin(0xB, 0), state{}, RuleOpcode},
		{"opcode 0xF", fin(0xF, 0), state{}, RuleOpcode},
		{"RSV1, nothing agreed", with(fin(OpText, 5), RSV1), state{}, RuleReservedBits},
		{"RSV2, nothing agreed", with(fin(OpText, 5), RSV2), state{}, RuleReservedBits},
		{"RSV3, nothing agreed", with(fin(OpPing, 5), RSV3), state{}, RuleReservedBits},
		{"RSV1 on a text frame, deflate agreed", with(fin(OpText, 5), RSV1), state{RSV1: true}, nil},
		{"RSV1 on a first fragment, deflate agreed", with(part(OpBinary), RSV1), state{RSV1: true}, nil},
		{"RSV2, deflate agreed", with(fin(OpText, 5), RSV2), state{RSV1: true}, RuleReservedBitsDeflate},
		{"RSV1 and RSV3, deflate agreed", with(fin(OpText, 5), RSV1|RSV3), state{RSV1: true}, RuleReservedBitsDeflate},
		{"RSV1 on a ping, deflate agreed", with(fin(OpPing, 5), RSV1), state{RSV1: true}, RuleCompressedControl},
		{"RSV1 on a Close, deflate agreed", with(fin(OpClose, 2), RSV1), state{RSV1: true}, RuleCompressedControl},
		{"RSV1 on a continuation, deflate agreed", with(part(OpContinuation), RSV1), state{InMessage: true, RSV1: true}, RuleCompressedContinuation},
		{"125 in 16 bits", form(fin(OpBinary, 125), Length16), state{}, RuleLengthForm},
		{"126 in 16 bits", form(fin(OpBinary, 126), Length16), state{}, nil},
		{"65535 in 64 bits", form(fin(OpBinary, 65535), Length64), state{}, RuleLengthForm},
		{"65536 in 64 bits", form(fin(OpBinary, 65536), Length64), state{}, nil},
		{"0 in 64 bits", form(fin(OpBinary, 0), Length64), state{}, RuleLengthForm},
		{"2^63-1", fin(OpBinary, 1<<63-1), state{}, nil},
		{"2^63", fin(OpBinary, 1<<63), state{}, RuleLengthTopBit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, sender := range []Role{RoleClient, RoleServer} {
				h, s := tt.header, tt.state
				h.Masked, s.Sender = sender == RoleClient, sender
				v := Check(h, s)
				checkRule(t, v, tt.rule)
				if v != nil && !strings.HasSuffix(v.Error(), "("+tt.rule.Clause()+")") {
					t.Errorf("%q does not end in the clause", v)
				}
			}
		})
	}
}

func TestCheckMaskingDirection(t *testing.T) {
	for _, tt := range []struct {
		sender Role
		masked bool
		rule   *Rule
	}{
		{RoleClient, true, nil},
		{RoleClient, false, RuleMaskMissing},
		{RoleServer, false, nil},
		{RoleServer, true, RuleMaskForbidden},
		{0, true, nil},
		{0, false, nil},
	} {
		for _, op := range []Opcode{OpText, OpBinary, OpClose, OpPing, OpPong} {
			h := Header{Fin: true, Opcode: op, Masked: tt.masked}
			checkRule(t, Check(h, FrameState{Sender: tt.sender}), tt.rule)
		}
	}
}

// Of all first octets, those that a role may send are few; this is the list.
func TestCheckPermitsExactlyTheseFirstOctets(t *testing.T) {
	control := []byte{0x88, 0x89, 0x8a}
	for _, tt := range []struct {
		state FrameState
		want  []byte
	}{
		{FrameState{}, append([]byte{0x01, 0x02, 0x81, 0x82}, control...)},
		{FrameState{InMessage: true}, append([]byte{0x00, 0x80}, control...)},
		{FrameState{RSV1: true}, append([]byte{0x01, 0x02, 0x41, 0x42, 0x81, 0x82, 0xc1, 0xc2}, control...)},
		{FrameState{RSV1: true, InMessage: true}, append([]byte{0x00, 0x80}, control...)},
	} {
		permitted := map[byte]bool{}
		for _, first := range tt.want {
			permitted[first] = true
		}
		for first := range 256 {
			h, _, err := ParseHeader([]byte{byte(first), 0})
			if err != nil {
				t.Fatal(err)
			}
			tt.state.Sender = RoleServer
			if v := Check(h, tt.state); (v == nil) != permitted[byte(first)] {
				t.Errorf("%+v: first octet %#x: %v, want permitted %v", tt.state, first, v, permitted[byte(first)])
			}
		}
	}
}

func TestFrameStateNext(t *testing.T) {
	s := FrameState{Sender: RoleServer}
	for _, step := range []struct {
		header Header
		open   bool
	}{
		{Header{Opcode: OpText}, true},
		{Header{Fin: true, Opcode: OpPing}, true},
		{Header{Opcode: OpContinuation}, true},
		{Header{Fin: true, Opcode: OpContinuation}, false},
		{Header{Fin: true, Opcode: OpBinary}, false},
	} {
		if s = s.Next(step.header); s.InMessage != step.open {
			t.Errorf("behind %+v: message open %v, want %v", step.header, s.InMessage, step.open)
		}
	}
}

func TestCheckAllocatesNothing(t *testing.T) {
	h := Header{Fin: true, Opcode: OpText, Masked: true, Form: Length7, Length: 5}
	if n := testing.AllocsPerRun(100, func() {
		if v := Check(h, FrameState{Sender: RoleClient}); v != nil {
			t.Fatal(v)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func BenchmarkCheck(b *testing.B) {
	h := Header{Fin: true, Opcode: OpText, Masked: true, Form: Length7, Length: 5}
	for b.Loop() {
		if v := Check(h, FrameState{Sender: RoleClient}); v != nil {
			b.Fatal(v)
		}
	}
}

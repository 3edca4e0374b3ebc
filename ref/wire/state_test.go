package wire

import "testing"

// The way of a connection to its end, step by step.
func TestClosingStates(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []Step
		want  State
	}{
		{"open", nil, StateOpen},
		{"we begin to close", []Step{StepSendClose}, StateCloseSent},
		{"we close, the peer answers", []Step{StepSendClose, StepReceiveClose}, StateExchanged},
		{"the peer closes", []Step{StepReceiveClose}, StateCloseReceived},
		{"the peer closes, we answer", []Step{StepReceiveClose, StepSendClose}, StateExchanged},
		{"and TCP ends", []Step{StepReceiveClose, StepSendClose, StepEndTCP}, StateClosed},
		{"we close and TCP ends without an answer", []Step{StepSendClose, StepEndTCP}, StateAborted},
		{"the peer closes and TCP ends before our answer", []Step{StepReceiveClose, StepEndTCP}, StateAborted},
		{"TCP ends", []Step{StepEndTCP}, StateAborted},
		{"we fail", []Step{StepFail}, StateFailed},
		{"we fail while closing", []Step{StepSendClose, StepFail}, StateFailed},
		{"a Close behind our failing is not processed", []Step{StepFail, StepReceiveClose}, StateFailed},
		{"our Close goes out when we fail", []Step{StepFail, StepSendClose}, StateFailed},
		{"we fail and TCP ends", []Step{StepFail, StepEndTCP}, StateAborted},
		{"nothing follows the end", []Step{StepEndTCP, StepReceiveClose, StepSendClose, StepFail}, StateAborted},
		{"nor a clean one", []Step{StepSendClose, StepReceiveClose, StepEndTCP, StepFail, StepEndTCP}, StateClosed},
	} {
		s := StateOpen
		for _, step := range tt.steps {
			s = s.After(step)
		}
		if s != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, s, tt.want)
		}
	}
}

func TestWhoClosesTCP(t *testing.T) {
	for _, tt := range []struct {
		state          State
		server, client bool
	}{
		{StateOpen, false, false},
		{StateCloseSent, false, false},
		{StateCloseReceived, false, false},
		{StateExchanged, true, false}, // the client waits for the server
		{StateFailed, true, true},
		{StateClosed, false, false},
		{StateAborted, false, false},
	} {
		if s, c := tt.state.ClosesTCP(RoleServer), tt.state.ClosesTCP(RoleClient); s != tt.server || c != tt.client {
			t.Errorf("%v: server %v, client %v, want %v, %v", tt.state, s, c, tt.server, tt.client)
		}
	}
}

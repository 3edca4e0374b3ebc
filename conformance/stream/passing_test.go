package stream

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// Messages of an application's own are checked and passed over; those that answer a
// question are events.
func TestMessagesOfAnApplicationArePassedOver(t *testing.T) {
	q, err := script.NewQuestion("ask", "^yes")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, octets string
		asked        *script.Question
		want         []string
	}{
		{"a message and a pong", "81026e6f 8a0170", nil, []string{`pong "p"`}},
		{"a message in fragments", "01016e 80016f 8a0170", nil, []string{`pong "p"`}},
		{"text that is not UTF-8", "8101ff", nil, []string{"RFC6455-8.1-1"}},
		{"a masked message", "818100000000 6e", nil, []string{"RFC6455-5.1-6"}},
		{"a reserved bit", "91016e", nil, []string{"RFC6455-5.2-3"}},
		{"a message after Close", "880203e8 81026e6f", nil, []string{"Close 1000", "RFC6455-5.5.1-6"}},
		{"an answer among others", "81026e6f 8103796573 82026e6f", q, []string{`text message "yes"`}},
	} {
		in := &frameReader{sender: wire.RoleServer, limit: 100, passing: true, asked: tt.asked}
		_, events := feedAll(in, octets(t, tt.octets), 100)
		if diff := cmp.Diff(tt.want, words(events)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		for _, e := range events {
			if e.Answer != (tt.asked != nil) {
				t.Errorf("%s: %s is an answer: %t", tt.name, e, e.Answer)
			}
		}
	}
}

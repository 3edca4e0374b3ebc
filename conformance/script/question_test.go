package script

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestQuestionAnswers(t *testing.T) {
	for _, tt := range []struct {
		answer  string
		opcode  wire.Opcode
		message string
		want    bool
	}{
		{`"id":1\b`, wire.OpText, `{"id":1}`, true},
		{`"id":1\b`, wire.OpBinary, `{"id":1}`, true},
		{`"id":1\b`, wire.OpText, `{"id":12}`, false},
		{`{"id":1}`, wire.OpText, `{"result":{}, "id": 1.0}`, true},
		{`{"id":1}`, wire.OpText, `{"id":"1"}`, false},
		{`{"id":1}`, wire.OpText, `{"event":"id"}`, false},
		{`{"id":1}`, wire.OpText, `[{"id":1}]`, false},
		{`{"id":1}`, wire.OpText, `id 1`, false},
		{`{"r":{"ok":true}}`, wire.OpText, `{"r":{"ok":true,"more":[1]}}`, true},
		{`{"r":{"ok":true}}`, wire.OpText, `{"r":true}`, false},
		{`{"r":[1,2]}`, wire.OpText, `{"r":[1,2,3]}`, false},
		{`hex:20 02`, wire.OpBinary, "\x20\x02\x00\x00", true},
		{`hex:20 02`, wire.OpText, "\x20\x02\x00\x00", false},
		{`hex:20 02`, wire.OpBinary, "\x20", false},
	} {
		q, err := NewQuestion("ask", tt.answer)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Answers(tt.opcode, []byte(tt.message)); got != tt.want {
			t.Errorf("%s takes %s %q: %t", tt.answer, tt.opcode, tt.message, got)
		}
	}
}

func TestNewQuestion(t *testing.T) {
	for _, tt := range []struct{ request, answer, want string }{
		{"", ".", "the request is empty"}, {"hex:", ".", "the request is empty"}, {"hex:0", ".", "the request: "},
		{"ask", "", "the answer is empty"}, {"ask", "(", "the answer: "}, {"ask", `{"id":`, "no JSON object"}, {"ask", "hex:zz", "the answer: "},
	} {
		if _, err := NewQuestion(tt.request, tt.answer); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q and %q: %v, want %q", tt.request, tt.answer, err, tt.want)
		}
	}
	q, err := NewQuestion("hex:10 00", "hex:20")
	if err != nil || q.Request.Opcode != wire.OpBinary || string(q.Request.Payload.Octets) != "\x10\x00" || q.JSON {
		t.Errorf("%+v, %v", q, err)
	}
	if q, err = NewQuestion(`{"id":1}`, "."); err != nil || q.Request.Opcode != wire.OpText || !q.JSON {
		t.Errorf("%+v, %v", q, err)
	}
}

package script

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Question is a message that an application understands, and how its answer looks. Make
// one with [NewQuestion].
type Question struct {
	// Request is the message, as one frame.
	Request Frame
	// JSON: the request is a JSON text, so that spaces behind it change nothing.
	JSON bool
	// answer is how an answer looks.
	answer *Form
}

// NewQuestion reads a request and the form of its answer.
//
// The request is a text message, or a binary one if it begins with "hex:", with its octets
// in hexadecimal behind that. The answer is a JSON object whose fields the answer has to
// have with equal values, if it begins with a brace; octets that a binary answer begins
// with, if it begins with "hex:"; otherwise a regular expression (RE2) that a text or
// binary answer has to match somewhere.
func NewQuestion(request, answer string) (*Question, error) {
	q := &Question{}
	var err error
	if q.Request, err = NewMessage(request); err != nil {
		return nil, fmt.Errorf("the request: %w", err)
	}
	q.JSON = q.Request.Opcode == wire.OpText && json.Valid([]byte(request))
	if q.Request.Payload.Len() == 0 {
		return nil, fmt.Errorf("the request is empty")
	}
	if answer == "" {
		return nil, fmt.Errorf("the answer is empty; the expression . stands for any message that is not empty")
	}
	if q.answer, err = NewForm(answer); err != nil {
		return nil, fmt.Errorf("the answer%s", strings.TrimPrefix(err.Error(), "it"))
	}
	return q, nil
}

// Answers reports whether a message is an answer to the question. Other messages are the
// application's own.
func (q *Question) Answers(o wire.Opcode, payload []byte) bool { return q.answer.Fits(o, payload) }

// AnswerString describes the answer for people.
func (q *Question) AnswerString() string { return q.answer.String() }

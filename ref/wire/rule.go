package wire

import "fmt"

// A Rule is one requirement of an RFC that an endpoint can be seen to break.
// The reference's errors and the harness's verdicts speak of the same rules,
// so that both explain a failure by the same clause.
type Rule struct {
	// ID is the requirement's frozen id, such as "RFC6455-5.5-2".
	ID string
	// RFC is the document's number: 6455 or 7692.
	RFC int
	// Section is the clause, such as "5.5".
	Section string
	// Code is the status code to fail an established connection with; zero for
	// rules of the opening handshake, which fails without a Close frame.
	Code StatusCode
	// Text says in one sentence of ours what the clause demands.
	Text string
}

// Clause names the rule's place, such as "RFC 6455 5.5".
func (r *Rule) Clause() string { return fmt.Sprintf("RFC %d %s", r.RFC, r.Section) }

// Violation returns the error for breaking the rule; the format says what was
// seen: "control frame of 126 octets, at most 125 allowed".
func (r *Rule) Violation(format string, args ...any) *Violation {
	return &Violation{Rule: r, Detail: fmt.Sprintf(format, args...)}
}

// A Violation is a broken rule together with what was seen. It is the error of
// every check in this package.
type Violation struct {
	Rule   *Rule
	Detail string
}

// Error returns what was seen and the clause it breaks:
// "control frame of 126 octets, at most 125 allowed (RFC 6455 5.5)".
func (v *Violation) Error() string { return v.Detail + " (" + v.Rule.Clause() + ")" }

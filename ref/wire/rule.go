package wire

import "fmt"

// A Rule is a requirement of an RFC that an endpoint can break visibly. The
// errors of the reference and the verdicts of the harness use the same rules.
type Rule struct {
	// ID is the id of the requirement, such as "RFC6455-5.5-2". Ids do not
	// change.
	ID string
	// RFC is the document's number: 6455 or 7692.
	RFC int
	// Section is the clause, such as "5.5".
	Section string
	// Code is the status code to fail an established connection with. It is zero
	// for rules of the opening handshake, which has no Close frame.
	Code StatusCode
	// Text says in one sentence what the clause requires.
	Text string
}

// Clause returns the RFC and the section, such as "RFC 6455 5.5".
func (r *Rule) Clause() string { return fmt.Sprintf("RFC %d %s", r.RFC, r.Section) }

// Violation returns the error for breaking the rule. The format describes what
// was seen: "control frame of 126 octets, at most 125 allowed".
func (r *Rule) Violation(format string, args ...any) *Violation {
	return &Violation{Rule: r, Detail: fmt.Sprintf(format, args...)}
}

// A Violation is a broken rule with what was seen. All checks of this package
// return it.
type Violation struct {
	Rule   *Rule
	Detail string
}

// Error returns what was seen and the clause: "control frame of 126 octets, at
// most 125 allowed (RFC 6455 5.5)".
func (v *Violation) Error() string { return v.Detail + " (" + v.Rule.Clause() + ")" }

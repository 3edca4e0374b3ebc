package script

import (
	"fmt"
	"strings"
)

// A Dialogue is what an application and its peer say to each other before anything else,
// and to keep each other alive, as one of the two does it. Package dialogue reads them.
type Dialogue struct {
	// Name is that of the dialogue, for people.
	Name string
	// Greeting is said first on a connection, in order.
	Greeting []Turn
	// Refusals are the forms of messages by which the peer says no in the greeting.
	Refusals []*Form
	// Heartbeats are messages of the peer that the harness answers.
	Heartbeats []Heartbeat
}

// A Turn is a message of the greeting: either Send, or Await, is set.
type Turn struct {
	// Send is what the harness sends, as one frame, not compressed, in one write.
	Send *Frame
	// Await is the form of what has to come from the peer. Other messages before it are
	// passed over.
	Await *Form
}

// A Heartbeat is a message that an application sends to see whether its peer is there, and
// its answer. The harness answers between its own messages.
type Heartbeat struct {
	Form   *Form
	Answer Frame
}

// String describes the turn for people.
func (t Turn) String() string {
	if t.Send != nil {
		return "send " + t.Send.String()
	}
	return "wait for " + t.Await.String()
}

// sentence says what comes first.
func (d *Dialogue) sentence() string {
	turns := make([]string, len(d.Greeting))
	for i, t := range d.Greeting {
		turns[i] = t.String()
	}
	return fmt.Sprintf("greet the application as %s has it: %s", d.Name, strings.Join(turns, "; "))
}

package dialogue

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A File is a dialogue as it is written.
type File struct {
	// Name is the name of a shipped dialogue, or that of the file.
	Name string `yaml:"-"`
	// About says in a few words what speaks so. Specification is the URL of the text that
	// says so.
	About         string `yaml:"about"`
	Specification string `yaml:"specification"`
	// Note says what a user has to know, such as the path that servers have.
	Note string `yaml:"note"`
	// Subprotocols are asked for in the opening handshake, the most wanted first. Headers
	// are fields of the opening request, each as "Name: value".
	Subprotocols []string `yaml:"subprotocols"`
	Headers      []string `yaml:"headers"`
	// Greeting is what the two ends say first, in order.
	Greeting []Line `yaml:"greeting"`
	// Refuses has the forms of messages by which a server says no in the greeting.
	Refuses []string `yaml:"refuses"`
	// Ask is a message that a server answers, Answer the form of its answer.
	Ask    string `yaml:"ask"`
	Answer string `yaml:"answer"`
	// Heartbeats are messages that are answered at once.
	Heartbeats []Heartbeat `yaml:"heartbeats"`

	// text is the whole file; lines are the lines of what may be wrong in it.
	text  string
	lines map[string]int
}

// A Line is a message of the greeting: of the client, or of the server.
type Line struct {
	// Client or Server is what that end says: a text, or octets as "hex:…". In a text,
	// {host} stands for the host name of the server's URL.
	Client string `yaml:"client"`
	Server string `yaml:"server"`
	// Like is the form by which wsspec knows the message when the peer says it; empty
	// means that it is equal.
	Like string `yaml:"like"`
}

// A Heartbeat is a message by which an end looks whether the other one is there.
type Heartbeat struct {
	// From is server or client. Like is the form of its message, Answer what the other
	// end answers.
	From   string `yaml:"from"`
	Like   string `yaml:"like"`
	Answer string `yaml:"answer"`
}

// Text is the dialogue as it is written.
func (f *File) Text() string { return f.text }

// To returns what the harness does with a peer of that role. Host is the host name of the
// server's URL. The question is nil where the dialogue has none for such a peer: only
// servers are asked.
func (f *File) To(peer wire.Role, host string) (*script.Dialogue, *script.Question, error) {
	p := parser{f, host}
	d := &script.Dialogue{Name: f.Name}
	for i, line := range f.Greeting {
		turn, err := p.turn(line, peer)
		if err != nil {
			return nil, nil, f.wrong(fmt.Sprintf("greeting.%d", i), err)
		}
		d.Greeting = append(d.Greeting, turn)
	}
	for i, text := range f.Refuses {
		form, err := script.NewForm(text)
		if err != nil {
			return nil, nil, f.wrong(fmt.Sprintf("refuses.%d", i), err)
		}
		if peer == wire.RoleServer {
			d.Refusals = append(d.Refusals, form)
		}
	}
	for i, beat := range f.Heartbeats {
		h, err := p.heartbeat(beat)
		if err != nil {
			return nil, nil, f.wrong(fmt.Sprintf("heartbeats.%d", i), err)
		}
		if beat.From == peer.String() {
			d.Heartbeats = append(d.Heartbeats, h)
		}
	}
	if f.Ask == "" && f.Answer == "" {
		return d, nil, nil
	}
	q, err := script.NewQuestion(p.fill(f.Ask), f.Answer)
	if err != nil {
		entry := "ask"
		if f.Ask == "" {
			entry = "answer"
		}
		return nil, nil, f.wrong(entry, err)
	}
	if peer != wire.RoleServer {
		q = nil
	}
	return d, q, nil
}

// A parser reads the messages of a file.
type parser struct {
	*File
	host string
}

// fill puts the host name into a text.
func (p parser) fill(text string) string { return strings.ReplaceAll(text, "{host}", p.host) }

// turn is a line of the greeting as the harness plays it. Both sides are read, so that a
// mistake shows whatever is tested.
func (p parser) turn(line Line, peer wire.Role) (turn script.Turn, err error) {
	said, of := line.Client, wire.RoleClient
	if line.Server != "" {
		said, of = line.Server, wire.RoleServer
	}
	if (line.Client == "") == (line.Server == "") {
		return turn, fmt.Errorf("a turn has either client or server, which says the message")
	}
	frame, err := script.NewMessage(p.fill(said))
	if err != nil {
		return turn, err
	}
	if frame.Payload.Len() > mostOctets {
		return turn, fmt.Errorf("a message has at most %d octets, and this one has %d", mostOctets, frame.Payload.Len())
	}
	form, err := script.NewForm(likeOf(line.Like, p.fill(said)))
	if err != nil {
		return turn, err
	}
	if !form.Fits(frame.Opcode, frame.Payload.Bytes()) {
		return turn, fmt.Errorf("like does not fit the message of its own turn")
	}
	if of == peer {
		return script.Turn{Await: form}, nil
	}
	return script.Turn{Send: &frame}, nil
}

// heartbeat reads a heartbeat.
func (p parser) heartbeat(beat Heartbeat) (h script.Heartbeat, err error) {
	switch {
	case beat.From != wire.RoleServer.String() && beat.From != wire.RoleClient.String():
		return h, fmt.Errorf("from %q: it has to be server or client", beat.From)
	case beat.Answer == "":
		return h, fmt.Errorf("a heartbeat has an answer; a message without one needs no entry, as it is passed over")
	}
	if h.Form, err = script.NewForm(beat.Like); err != nil {
		return h, fmt.Errorf("like: %w", err)
	}
	if h.Answer, err = script.NewMessage(p.fill(beat.Answer)); err != nil {
		return h, err
	}
	if h.Answer.Payload.Len() > mostOctets {
		return h, fmt.Errorf("an answer has at most %d octets", mostOctets)
	}
	return h, nil
}

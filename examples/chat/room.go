package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// The page uses these status codes from the private range (RFC 6455 7.4.2): it asks for
// another name then. After any other close, it connects again.
const (
	badName   wire.StatusCode = 4000
	nameTaken wire.StatusCode = 4001
)

const (
	longestName = 30 // in code points
	outbox      = 64 // maximum number of unsent messages for a member
)

// A news is a message to the pages: the list of members, or the text of a member.
type news struct {
	Members []string `json:"members,omitempty"`
	From    string   `json:"from,omitempty"`
	Text    string   `json:"text,omitempty"`
}

// A room has the members by name.
type room struct {
	mu      sync.Mutex
	members map[string]*member
}

type member struct {
	conn   *ref.Conn
	outbox chan []byte // closed when there is nothing more to send
}

// serve handles the connection of one member.
func (r *room) serve(conn *ref.Conn, request *http.Request) {
	name := strings.TrimSpace(request.URL.Query().Get("name"))
	if n := utf8.RuneCountInString(name); n == 0 || n > longestName || !utf8.ValidString(name) {
		_ = conn.Close(badName, "")
		return
	}
	m := &member{conn, make(chan []byte, outbox)}
	if !r.join(name, m) {
		_ = conn.Close(nameTaken, "")
		return
	}
	ctx := request.Context()
	var others sync.WaitGroup
	others.Go(func() {
		for message := range m.outbox {
			_ = conn.Write(ctx, ref.Text, message) // an error also ends the loop below
		}
	})
	// A client without a network sends no Close frame, and would keep its name forever.
	others.Go(func() { _ = conn.KeepAlive(ctx, 20*time.Second, 10*time.Second) })
	for message, err := range conn.Messages(ctx) {
		if err != nil {
			break // Server.Errors reports it
		}
		if message.Type == ref.Text {
			r.tell(news{From: name, Text: string(message.Data)})
		}
	}
	r.leave(name, m)
	others.Wait()
}

// join adds a member, unless the name is in use.
func (r *room) join(name string, m *member) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[name] != nil {
		return false
	}
	r.members[name] = m
	r.send(news{Members: r.names()})
	return true
}

func (r *room) leave(name string, m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[name] == m { // a slow member is already removed, and its name may be in use again
		delete(r.members, name)
	}
	close(m.outbox)
	r.send(news{Members: r.names()})
}

func (r *room) tell(n news) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.send(n)
}

func (r *room) names() []string { return slices.Sorted(maps.Keys(r.members)) }

// send puts the news into every outbox. It closes the connection if its outbox is full,
// so that the others do not wait for a slow member.
func (r *room) send(n news) {
	message, err := json.Marshal(n)
	if err != nil {
		panic(err) // strings can always be marshalled
	}
	for name, m := range r.members {
		select {
		case m.outbox <- message:
		default:
			delete(r.members, name)
			go m.conn.Close(wire.StatusPolicyViolation, "too slow")
		}
	}
}

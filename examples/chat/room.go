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

// The page knows these two, from the range for private use (RFC 6455 7.4.2). It
// asks for another name then, and connects again after any other end.
const (
	badName   wire.StatusCode = 4000
	nameTaken wire.StatusCode = 4001
)

const (
	longestName = 30 // in code points
	outbox      = 64 // how many messages may wait for a member
)

// A news is what the pages are told: who is there, or what somebody says.
type news struct {
	Members []string `json:"members,omitempty"`
	From    string   `json:"from,omitempty"`
	Text    string   `json:"text,omitempty"`
}

// A room is everybody who is there, by name.
type room struct {
	mu      sync.Mutex
	members map[string]*member
}

type member struct {
	conn   *ref.Conn
	outbox chan []byte // closed when nothing is to be sent any more
}

// serve is one member's stay.
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
			_ = conn.Write(ctx, ref.Text, message) // an error ends the reading too
		}
	})
	// Who has lost the network says no good bye, and would hold the name for ever.
	others.Go(func() { _ = conn.KeepAlive(ctx, 20*time.Second, 10*time.Second) })
	for message, err := range conn.Messages(ctx) {
		if err != nil {
			break // the server's Errors have it
		}
		if message.Type == ref.Text {
			r.tell(news{From: name, Text: string(message.Data)})
		}
	}
	r.leave(name, m)
	others.Wait()
}

// join lets a member in, unless there is one of that name.
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
	if r.members[name] == m { // it may have been too slow, and another one be here
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

// send puts the news into every outbox. Who has no room left is closed, so that
// nobody waits for the slowest.
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

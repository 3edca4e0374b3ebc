package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/internal/chromium"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

var screenshots = flag.String("screenshots", "", "write screenshots of the page to this `folder`")

func start(t *testing.T) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error { return run(ctx, "127.0.0.1:0", stdout) })
}

// enter types into a field of a tab and presses Enter.
func enter(t *testing.T, tab context.Context, field, text string) {
	t.Helper()
	if err := chromedp.Do(tab, chromedp.Focus(chromedp.CSS(field)), chromedp.KeyEvent(text+"\r")); err != nil {
		t.Fatal(err)
	}
}

const (
	members = `[...document.querySelectorAll("#members li")].map(li => li.textContent).join()`
	said    = `[...document.querySelectorAll("#log li")].map(li => li.textContent).join("|")`
)

// Tabs show the members and the messages of the others. A closed tab disappears from the
// list. A name can be used only once.
func TestTabs(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	ann := chromium.Start(t, 2*time.Minute, 900, 640)
	bob, carol := chromium.NewTab(t, ann), chromium.NewTab(t, ann)
	tabs := map[string]context.Context{"Ann": ann, "Bob": bob, "Carol": carol}
	heard := map[string]*chromium.Heard{}
	for _, name := range []string{"Ann", "Bob", "Carol"} {
		tab := tabs[name]
		heard[name] = chromium.Listen(t, tab)
		chromium.Visit(t, tab, p.URL)
		if name == "Bob" {
			enter(t, tab, "#name", "Ann")
			chromium.Until(t, tab, `document.getElementById("status").textContent.includes("taken")`)
			if err := chromedp.Do(tab, chromedp.Clear(chromedp.CSS("#name"))); err != nil {
				t.Fatal(err)
			}
		}
		enter(t, tab, "#name", name)
		chromium.Until(t, tab, `document.getElementById("status").textContent === "connected as `+name+`"`)
		if shown := chromium.Eval[string](t, tab, `[...document.forms].filter(f => f.offsetParent).map(f => f.id).join()`); shown != "say" {
			t.Errorf("a member sees the forms %q, want only the form for messages", shown)
		}
	}
	for _, tab := range tabs {
		chromium.Until(t, tab, members+` === "Ann,Bob,Carol"`)
	}
	const markup = `<img src=x onerror=alert(1)>`
	enter(t, ann, "#text", "Hello, Bob")
	chromium.Until(t, bob, said+` === "Ann: Hello, Bob"`)
	enter(t, bob, "#text", markup)
	for _, tab := range tabs {
		chromium.Until(t, tab, said+` === `+fmt.Sprintf("%q", "Ann: Hello, Bob|Bob: "+markup))
	}
	trial.Pictures(t, ann, *screenshots, "chat")

	chromium.Close(t, carol)
	for _, tab := range []context.Context{ann, bob} {
		chromium.Until(t, tab, members+` === "Ann,Bob"`)
	}
	for _, h := range heard {
		h.Quiet(t, func(url string) bool { return strings.HasPrefix(url, p.URL) })
	}
	p.Stop()
	chromium.Until(t, bob, `document.getElementById("status").textContent.startsWith("not connected")`)
}

// dial joins with a name.
func dial(t *testing.T, p *trial.Program, name string) *ref.Conn {
	t.Helper()
	return p.Dial("/?name="+url.QueryEscape(name), nil)
}

func hear(t *testing.T, conn *ref.Conn, want news) {
	t.Helper()
	_, message, err := conn.Read(trial.Context(t))
	if err != nil {
		t.Fatal(err)
	}
	var got news
	if err := json.Unmarshal(message, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("news (-want +got):\n%s", diff)
	}
}

func TestNames(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	ann := dial(t, p, " Ann ")
	hear(t, ann, news{Members: []string{"Ann"}})
	for _, tt := range []struct {
		name string
		code wire.StatusCode
	}{
		{"Ann", nameTaken},
		{"", badName},
		{"  ", badName},
		{strings.Repeat("x", longestName+1), badName},
		{"\xff", badName},
	} {
		trial.Closed(t, dial(t, p, tt.name), tt.code)
	}
	longest := strings.Repeat("ß", longestName)
	second := dial(t, p, longest)
	hear(t, second, news{Members: []string{"Ann", longest}})
	hear(t, ann, news{Members: []string{"Ann", longest}})

	// A member that is disconnected leaves the list, and the name is free again.
	second.CloseNow()
	hear(t, ann, news{Members: []string{"Ann"}})
	again := dial(t, p, longest)
	hear(t, again, news{Members: []string{"Ann", longest}})
	p.Interrupt()
	trial.Closed(t, ann, wire.StatusGoingAway)
}

// Messages that are too long are refused, and so are pages of other sites.
func TestLimitsAndOrigin(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	ann := dial(t, p, "Ann")
	trial.Say(t, ann, strings.Repeat("x", 4097))
	trial.Closed(t, ann, wire.StatusMessageTooBig)
	_, _, err := ref.Dial(trial.Context(t), p.WS("/?name=Eve"), &ref.DialOptions{Header: http.Header{"Origin": {"https://evil.example"}}})
	var refused *ref.HandshakeError
	if !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
		t.Errorf("a page of another site got %v, want 403", err)
	}
}

// A slow member is closed, and does not delay the others.
func TestTooSlow(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	conn := dial(t, p, "Ann")
	hear(t, conn, news{Members: []string{"Ann"}})
	r := &room{members: map[string]*member{"Ann": {conn, make(chan []byte, 1)}}} // without a writer
	r.tell(news{From: "Bob", Text: "one"})
	if conn.State() != wire.StateOpen {
		t.Fatal("closed too soon")
	}
	r.tell(news{From: "Bob", Text: "two"})
	select {
	case <-conn.Done():
	case <-trial.Context(t).Done():
		t.Error("the slow member is still in the room")
	}
}

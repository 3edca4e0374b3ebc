package xconnect

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// childOf is set in the environment of a process that only says what it sees.
const childOf = "WSSPEC_XCONNECT_CHILD"

// The servers of a process announce extended CONNECT, unless its user has said no, and
// GODEBUG is as it was.
func TestServersAnnounceExtendedConnect(t *testing.T) {
	if os.Getenv(childOf) != "" {
		value, present := os.LookupEnv("GODEBUG")
		fmt.Printf("announced %v, GODEBUG %q %v\n", announced(t), value, present)
		return
	}
	for _, tt := range []struct {
		name    string
		godebug []string
		want    string
	}{
		{"GODEBUG is not set", nil, `announced true, GODEBUG "" false`},
		{"GODEBUG is empty", []string{"GODEBUG="}, `announced true, GODEBUG "" true`},
		{"it has something else", []string{"GODEBUG=gctrace=0"}, `announced true, GODEBUG "gctrace=0" true`},
		{"it says yes", []string{"GODEBUG=http2xconnect=1"}, `announced true, GODEBUG "http2xconnect=1" true`},
		{"it says no", []string{"GODEBUG=gctrace=0,http2xconnect=0"}, `announced false, GODEBUG "gctrace=0,http2xconnect=0" true`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestServersAnnounceExtendedConnect$")
			child.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GODEBUG=") })
			child.Env = append(append(child.Env, childOf+"=1"), tt.godebug...)
			out, err := child.CombinedOutput()
			if err != nil || !strings.Contains(string(out), tt.want) {
				t.Errorf("%v, %s\nwant %s", err, out, tt.want)
			}
		})
	}
}

// announced reports whether the first SETTINGS frame of a server has the setting.
func announced(t *testing.T) bool {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Protocols: new(http.Protocols), ReadHeaderTimeout: 10 * time.Second}
	server.Protocols.SetUnencryptedHTTP2(true)
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	framer := http2.NewFramer(conn, conn)
	if err := framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	f, err := framer.ReadFrame()
	if err != nil {
		t.Fatal(err)
	}
	value, ok := f.(*http2.SettingsFrame).Value(http2.SettingEnableConnectProtocol)
	return ok && value == 1
}

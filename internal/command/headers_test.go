package command

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Fields from the command line, a file and the environment reach the server, and so does
// the user of the URL. None of their values is in the output or in the report.
func TestHeadersAndUserReachTheServer(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "fields")
	if err := os.WriteFile(file, []byte("X-File: from the file\r\n\r\nCookie: session=s3cretcookie\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WS_FIELD", "X-Token: s3crettoken")
	requests := make(chan *http.Request, 10)
	url := raw(t, func(_ int, conn net.Conn) {
		if _, req, ok := shake(conn); ok {
			requests <- req
		}
	})
	out := filepath.Join(dir, "out")
	o := wsspec(t, "server", strings.Replace(url, "ws://", "ws://me:s3cretpassword@", 1), "--run", "3.1", "--profile", "plain", "--timeout", "200ms",
		"--header", "@"+file, "--header-env", "WS_FIELD", "--header", "X-Plain: plain", "--out", out)
	o.want(t, exitPass)
	req := <-requests
	user, password, _ := req.BasicAuth()
	for name, want := range map[string]string{"X-File": "from the file", "Cookie": "session=s3cretcookie", "X-Token": "s3crettoken", "X-Plain": "plain"} {
		if got := req.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if user != "me" || password != "s3cretpassword" {
		t.Errorf("the user is %q with the password %q", user, password)
	}
	text := o.stdout + o.stderr
	for _, name := range files(t, out) {
		octets, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		text += string(octets)
	}
	for _, secret := range []string{"s3cretpassword", "s3cretcookie"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in the output or in the report", secret)
		}
	}
}

func TestHeadersThatCannotBeSent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fields")
	if err := os.WriteFile(file, []byte("s3cret without a name"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WS_FIELD", "X: s3cret\nY: 2")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--header", "X: 1\r\nY: s3cret"}, "--header X: a field has no line end"},
		{[]string{"--header", "X\n: s3cret"}, "a field has no line end"},
		{[]string{"--header", "X Y: s3cret"}, "'Name: value'"},
		{[]string{"--header", ": s3cret"}, "'Name: value'"},
		{[]string{"--header", "@" + file}, "--header @" + file + ": it has to look like 'Name: value'"},
		{[]string{"--header", "@/no/such/file"}, "/no/such/file"},
		{[]string{"--header-env", "WS_FIELD"}, "--header-env WS_FIELD: a field has no line end"},
		{[]string{"--header-env", "NO_SUCH_VARIABLE_HERE"}, "there is no such variable"},
	} {
		o := wsspec(t, append([]string{"server", "ws://localhost:1"}, tt.args...)...)
		o.want(t, exitUsage, tt.says)
		if strings.Contains(o.stderr, "s3cret") {
			t.Errorf("%q: the error has the value: %s", tt.args, o.stderr)
		}
	}
}

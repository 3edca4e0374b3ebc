package command

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/ref"
)

// keyLines are the lines of a key log in order, of both ends.
type keyLines struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (k *keyLines) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lines.Write(p)
}

// taken returns the lines, sorted, and forgets them.
func (k *keyLines) taken() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer k.lines.Reset()
	return slices.Sorted(strings.Lines(k.lines.String()))
}

// SSLKEYLOGFILE gets the secrets of the connections of a run and nothing else: those that the
// server has. Without it nothing is written.
func TestKeyLog(t *testing.T) {
	var atServer keyLines
	server := httptest.NewUnstartedServer(ref.EchoHandler(&ref.AcceptOptions{}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, KeyLogWriter: &atServer}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	url := strings.Replace(server.URL, "https://", "wss://", 1) + "/"
	name := filepath.Join(t.TempDir(), "keys.log")
	for _, tt := range []struct {
		name     string
		variable string
		args     []string
		exit     int
	}{
		{"without the variable", "", nil, exitPass},
		{"HTTP/1.1", name, nil, exitPass},
		{"HTTP/2", name, []string{"--http2"}, exitPass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(keyLogVariable, tt.variable)
			_ = os.Remove(name)
			wsspec(t, append([]string{"server", url, "--insecure", "--run", "1.1.1"}, tt.args...)...).want(t, tt.exit)
			want := atServer.taken()
			if len(want) == 0 || !strings.HasPrefix(want[0], "CLIENT_") {
				t.Fatalf("the server has the lines %q", want)
			}
			octets, err := os.ReadFile(name)
			if tt.variable == "" {
				if err == nil {
					t.Fatalf("a key log was written: %q", octets)
				}
				return
			}
			if got := slices.Sorted(strings.Lines(string(octets))); err != nil || !slices.Equal(got, want) {
				t.Errorf("the key log has %q (%v), the server %q", got, err, want)
			}
			if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("others may read the key log: %v, %v", info, err)
			}
		})
	}
	t.Setenv(keyLogVariable, filepath.Join(t.TempDir(), "none", "keys.log"))
	wsspec(t, "server", url, "--insecure", "--run", "1.1.1").want(t, exitUsage, "SSLKEYLOGFILE")
}

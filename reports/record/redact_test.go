package record

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/planted"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
)

// secretsOfTheRun are secrets as a user gives them, and one that a server sends.
var secretsOfTheRun = []string{"Us3rname", "Passw0rd", "t0kenInQuery", "B3arerToken", "c00kieValue", "ProxyCred3ntial", "apiK3yValue", "sess10nOfTheServer", "h1ddenInFlag"}

// secretRun is a run against a server that refuses, sends a cookie and repeats the
// address, with secrets in the URL and in header fields. It returns what was written.
func secretRun(t *testing.T, keep bool) (rec *Record, dir string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "sess10nOfTheServer"})
		if r.URL.Query().Get("refuse") != "" {
			w.Header().Set("Location", "http://Us3rname:Passw0rd@localhost/?token=t0kenInQuery")
			http.Error(w, "refused "+r.URL.String()+" "+r.Header.Get("Authorization"), http.StatusForbidden)
			return
		}
		ref.EchoHandler(nil).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	dir = t.TempDir()
	host := strings.TrimPrefix(server.URL, "http://")
	address := "ws://Us3rname:Passw0rd@" + host + "/echo?token=t0kenInQuery&refuse="
	rec = New(Options{
		Command: []string{"wsspec", "server", address, "--header", "Authorization: Bearer B3arerToken", "--header=Cookie: id=c00kieValue",
			"--header", "X-Api-Key: apiK3yValue", "--header", "Proxy-Authorization: Basic ProxyCred3ntial", "--password", "h1ddenInFlag"},
		Transcripts: filepath.Join(dir, "transcripts"), Journal: filepath.Join(dir, reports.JournalFile), KeepSecrets: keep,
	})
	for i, refuse := range []string{"", "yes"} {
		target, err := conformance.ParseTarget(address + refuse)
		if err != nil {
			t.Fatal(err)
		}
		target.Agent = fmt.Sprint("agent", i)
		target.Fields = wire.Fields{{Name: "Authorization", Value: "Bearer B3arerToken"}, {Name: "Cookie", Value: "id=c00kieValue"}, {Name: "X-Api-Key", Value: "apiK3yValue"}, {Name: "Proxy-Authorization", Value: "Basic ProxyCred3ntial"}}
		rec.AddTarget(target.Agent, wire.RoleServer, address+refuse)
		results, err := conformance.RunServer(t.Context(), target, []*script.Case{catalog.ByID("1.1.1"), catalog.ByID("2.1")}, conformance.Options{})
		if err != nil && i == 0 {
			t.Fatal(err)
		}
		rec.Add(target.Agent, results...)
	}
	// A client's request, and a client that was started with a secret.
	request := []byte("GET /runCase?case=1&agent=driver&token=t0kenInQuery HTTP/1.1\r\nHost: localhost\r\nCookie: id=c00kieValue\r\nAuthorization: Bearer B3arerToken\r\n\r\n")
	failed := resultWith(verdict.Fail, "1.1.1", 3, 20)
	failed.Role = wire.RoleClient
	failed.Explanation = "The request GET /runCase?token=t0kenInQuery has Authorization: Bearer B3arerToken and the cookie c00kieValue."
	failed.Observed = []string{"text message \"c00kieValue\""}
	failed.Transcript = append(failed.Transcript,
		observed.Entry{Dir: observed.Received, Kind: observed.EntryRequest, Text: "GET /runCase?case=1&agent=driver&token=t0kenInQuery HTTP/1.1", Octets: request},
		observed.Entry{Dir: observed.Received, Kind: observed.EntryFrame, Header: &wire.Header{Fin: true, Opcode: 1, Length: 11}, Octets: []byte("\x81\x0bc00kieValue")})
	rec.AddTarget("driver", wire.RoleClient, "driver --url ws://Us3rname:Passw0rd@localhost/ --password h1ddenInFlag -H Authorization:B3arerToken")
	rec.Add("driver", failed)
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	for _, f := range forms.All() {
		path := filepath.Join(dir, "forms", f.Name)
		err := error(nil)
		if f.WriteFolder != nil {
			err = f.WriteFolder(path, rec.Report())
		} else {
			err = reports.ReplaceFile(path, func(w io.Writer) error { return f.Write(w, rec.Report()) })
		}
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	return rec, dir
}

// No form, transcript or journal has a secret that the user or the peer gave.
func TestNoFormHasASecret(t *testing.T) {
	rec, dir := secretRun(t, false)
	for _, secret := range secretsOfTheRun {
		if files := planted.Files(t, dir, secret); len(files) > 0 {
			t.Errorf("%s is in %q", secret, files)
		}
	}
	r := rec.Report()
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
	if got := strings.Join(r.Command, " "); !strings.Contains(got, "@127.0.0.1:") || !strings.Contains(got, "?token=REDACTED") || !strings.Contains(got, "Authorization: REDACTED") {
		t.Errorf("the command is %q", got)
	}
	for i := range r.Results {
		for _, e := range r.Results[i].Transcript {
			if int64(len(e.Octets)) != e.Length {
				t.Errorf("%s: %d octets of %d", r.Results[i].ID, len(e.Octets), e.Length)
			}
			if e.Kind == reports.KindRequest && !bytes.Contains(e.Octets, []byte("\r\nAuthorization: ****")) {
				t.Errorf("the request is %q", e.Octets)
			}
			if e.Kind == reports.KindRequest && r.Results[i].Role == verdict.Client && !bytes.HasPrefix(e.Octets, []byte("GET /runCase?case=1&agent=driver&token=************ HTTP/1.1\r\n")) {
				t.Errorf("the request is %q", e.Octets)
			}
		}
	}
	// A single case is still run again by the same command.
	if again := r.Rerun(&r.Results[0]); !strings.HasPrefix(again, "wsspec server 'ws://REDACTED@") || !strings.Contains(again, "--header 'Authorization: REDACTED'") {
		t.Errorf("run again: %s", again)
	}
}

// The test above finds secrets where they are.
func TestSecretsAreKeptOnRequest(t *testing.T) {
	_, dir := secretRun(t, true)
	for _, secret := range secretsOfTheRun {
		if secret == "Us3rname" || secret == "Passw0rd" || secret == "h1ddenInFlag" {
			continue // not on the wire
		}
		files := strings.Join(planted.Files(t, dir, secret), " ")
		for _, form := range []string{"/forms/json", "/journal.jsonl", "/forms/pcapng"} {
			if !strings.Contains(files, form) {
				t.Errorf("%s is not in %s, only in %s", secret, form, files)
			}
		}
	}
}

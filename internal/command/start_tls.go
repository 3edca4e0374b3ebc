package command

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/certificate"
)

// What stands in the command of --start for the files with the certificate and its key, and
// the variables that name them in the environment of the server.
const (
	certPlace, keyPlace = "{cert}", "{key}"
	certName, keyName   = "WSSPEC_CERT", "WSSPEC_KEY"
)

// certificateTime is longer than a run.
const certificateTime = 30 * 24 * time.Hour

// A madeCertificate is one that wsspec makes for a server that it starts: two files in a
// folder of their own. The zero value has none.
type madeCertificate struct{ dir, cert, key string }

// certify makes a certificate for the servers that are started, if one of them may want it,
// and has the targets trust it, beside what they trust already.
func (f *serverFlags) certify(targets []*conformance.Target) (*madeCertificate, error) {
	m := &madeCertificate{}
	var secure []*conformance.Target
	for _, t := range withSecure(targets) {
		if t.URL.Scheme == "wss" {
			secure = append(secure, t)
		}
	}
	if len(secure) == 0 && !wantsCertificate(f.start) {
		return m, nil
	}
	now := time.Now()
	request := certificate.Request{Hosts: []string{"localhost", "127.0.0.1", "::1"}, From: now.Add(-time.Hour), Until: now.Add(certificateTime)}
	for _, t := range secure {
		host, _, _ := strings.Cut(t.URL.Hostname(), "%") // the zone of an IPv6 address is in no certificate
		if !slices.Contains(request.Hosts, host) {
			request.Hosts = append(request.Hosts, host)
		}
	}
	issued, err := certificate.Issue(request)
	if err != nil {
		return m, fmt.Errorf("--start: no certificate can be made: %w", err)
	}
	if err := m.write(issued); err != nil {
		m.remove()
		return m, fmt.Errorf("--start: the certificate that wsspec makes cannot be written: %w", err)
	}
	for _, t := range secure {
		trust(t, issued.Authority)
	}
	return m, nil
}

// wantsCertificate reports whether a command names a file of the certificate.
func wantsCertificate(command string) bool {
	return slices.ContainsFunc([]string{certPlace, keyPlace, certName, keyName}, func(s string) bool { return strings.Contains(command, s) })
}

// trust has a target trust an authority as well.
func trust(t *conformance.Target, authority *x509.Certificate) {
	config := t.TLS.Clone()
	switch roots := config.RootCAs; {
	case roots != nil:
		config.RootCAs = roots.Clone()
	default:
		var err error
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			config.RootCAs = x509.NewCertPool() // a machine without any
		}
	}
	config.RootCAs.AddCert(authority)
	t.TLS = config
}

// write writes the two files. Nobody else can read them.
func (m *madeCertificate) write(issued *certificate.Issued) (err error) {
	if m.dir, err = os.MkdirTemp("", "wsspec-tls-"); err != nil {
		return err
	}
	m.cert, m.key = filepath.Join(m.dir, "cert.pem"), filepath.Join(m.dir, "key.pem")
	if err := os.WriteFile(m.cert, issued.CertificatePEM(), 0o600); err != nil {
		return err
	}
	key, err := issued.KeyPEM()
	if err != nil {
		return err
	}
	return os.WriteFile(m.key, key, 0o600)
}

// remove removes the files.
func (m *madeCertificate) remove() {
	if m.dir != "" {
		_ = os.RemoveAll(m.dir)
	}
}

// fill puts the names of the files into a command.
func (m *madeCertificate) fill(command string) string {
	if m.dir == "" {
		return command
	}
	return replacePlace(replacePlace(command, certPlace, m.cert), keyPlace, m.key)
}

// environment names the files to the server.
func (m *madeCertificate) environment() []string {
	if m.dir == "" {
		return nil
	}
	return []string{certName + "=" + m.cert, keyName + "=" + m.key}
}

// replacePlace puts the path of a file in each place of a command line. ${cert} is a
// variable of the shell, and stays.
func replacePlace(command, place, path string) string {
	if strings.ContainsFunc(path, needsQuotes) {
		path = strconv.Quote(path)
		if os.PathSeparator == '\\' {
			path = strings.ReplaceAll(path, `\\`, `\`) // a backslash is no escape there
		}
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(command, place)
		b.WriteString(before)
		switch {
		case !found:
			return b.String()
		case strings.HasSuffix(before, "$"):
			b.WriteString(place)
		default:
			b.WriteString(path)
		}
		command = after
	}
}

// needsQuotes reports whether a character of a path may mean something to a shell.
func needsQuotes(r rune) bool {
	plain := r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r > 0x7f
	return !plain && !strings.ContainsRune("-_./:@+,="+string(os.PathSeparator), r)
}

// withSecure are targets, and the URLs of --tls-url as targets of their own.
func withSecure(targets []*conformance.Target) []*conformance.Target {
	var all []*conformance.Target
	for _, t := range targets {
		all = append(all, t)
		if t.Secure != nil {
			all = append(all, t.Secure)
		}
	}
	return all
}

// secureAt is a target at another URL, that of --tls-url. It is the same server.
func secureAt(t *conformance.Target, raw string) (*conformance.Target, error) {
	at, err := conformance.ParseTarget(raw)
	switch {
	case err != nil:
		return nil, usage("--tls-url: %w", err)
	case at.URL.Scheme != "wss":
		return nil, usage("--tls-url %s: it has to begin with wss://, because the cases about TLS are played there", at.URL.Redacted())
	case t.URL.Scheme == "wss":
		return nil, usage("--tls-url: %s is a wss: URL already, where the cases about TLS are played: leave out --tls-url", t.URL.Redacted())
	case !strings.EqualFold(at.URL.Hostname(), t.URL.Hostname()):
		return nil, usage("--tls-url %s: it is the same server at another port, and its host is not %s", at.URL.Redacted(), t.URL.Hostname())
	case at.URL.User != nil:
		return nil, usage("--tls-url: the user and the password stand in the URL of the server, or in --header")
	}
	secure := *t
	secure.URL = at.URL
	return &secure, nil
}

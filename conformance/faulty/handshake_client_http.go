package faulty

import (
	"crypto/tls"
	"crypto/x509"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// retargeting makes a client that changes the request target.
func retargeting(change func(target string) string) func(*peer) {
	return requesting(func(r *wire.Request) { r.Target = change(r.Target) })
}

// asking makes a client that asks for two subprotocols.
func asking(p *peer) {
	requestingAlsoWith("Sec-WebSocket-Protocol", "chat, superchat")(p)
}

// trusting makes a client verify certificates with these options only.
func trusting(verify func(leaf *x509.Certificate, host string) x509.VerifyOptions) func(*tls.Config) {
	return func(c *tls.Config) {
		roots := c.RootCAs
		c.InsecureSkipVerify = true
		c.VerifyConnection = func(s tls.ConnectionState) error {
			options := verify(s.PeerCertificates[0], s.ServerName)
			options.Roots = roots
			_, err := s.PeerCertificates[0].Verify(options)
			return err
		}
	}
}

// overlookAnswer makes a client that accepts what the rule forbids if the violation is
// about one of the names.
func overlookAnswer(rule *wire.Rule, names ...string) func(*peer) {
	return overlookIf(func(v *wire.Violation, _ wire.Header) bool {
		for _, name := range names {
			if v.Rule == rule && strings.Contains(strings.ToLower(v.Detail), name) {
				return true
			}
		}
		return false
	})
}

var clientHTTPFaults = onlyFor(onlyClient, []Fault{
	{
		Name: "response-cut-after-line", Sentence: "Rejects a response if a read ends behind one of its lines.", Requires: []string{"RFC6455-4.1-42"},
		alter: func(p *peer) { p.piece = endsInLine },
	},
	{
		Name: "response-cut-in-crlf", Sentence: "Rejects a response if a read ends between CR and LF.", Requires: []string{"RFC6455-4.1-42"},
		alter: func(p *peer) { p.piece = endsInCR },
	},
	{
		Name: "response-cut-in-field", Sentence: "Rejects a response if a read ends inside a line.", Requires: []string{"RFC6455-4.1-42"},
		alter: func(p *peer) { p.piece = func(b []byte) bool { return !endsInLine(b) && !endsInCR(b) } },
	},
	{
		Name: "distrusts-content-length", Sentence: "Rejects a 101 response with Content-Length or Transfer-Encoding.", Requires: []string{"RFC6455-4.1-42"},
		alter: distrusting(func(r wire.Response) bool {
			return responseField(r, "Content-Length") != "" || responseField(r, "Transfer-Encoding") != ""
		}),
	},
	{
		Name: "takes-content-length", Sentence: "Takes the first frames for a body if a 101 response has Content-Length.", Requires: []string{"RFC6455-4.1-42"},
		alter: func(p *peer) {
			length := 0
			p.readsResponse = func(r *wire.Response) { length, _ = strconv.Atoi(responseField(*r, "Content-Length")) }
			p.opened = func() { p.skip(length) }
		},
	},
	{
		Name: "distrusts-100-fields", Sentence: "Rejects a response with more than 100 fields.", Requires: []string{"RFC6455-4.1-42"},
		alter: distrusting(func(r wire.Response) bool { return len(r.Fields) > 100 }),
	},
	{
		Name: "slow-on-escaped-answer", Sentence: "Takes long for a response with many backslashes in its extensions.", Requires: []string{"RFC6455-9.1-2"},
		alter: func(p *peer) {
			p.heard = func(head []byte) []byte {
				if strings.Count(string(head), `\`) >= many {
					p.discard(slowTime)
				}
				return head
			}
		},
	},
	{
		Name: "takes-constructor", Sentence: "Finds every extension and subprotocol named like a property that all objects have among those that it asked for.", Requires: []string{"RFC6455-4.1-55", "RFC6455-4.1-56"},
		alter: func(p *peer) {
			names := []string{"constructor", "__proto__", "tostring"}
			overlookAnswer(wire.RuleResponseExtensionUnasked, names...)(p)
			first := p.overlooks
			overlookAnswer(wire.RuleResponseSubprotocolUnasked, names...)(p)
			second := p.overlooks
			p.overlooks = func(v *wire.Violation, h wire.Header) bool { return first(v, h) || second(v, h) }
		},
	},
	{
		Name: "splits-quoted-commas-in-answer", Sentence: "Splits the extensions of a response at the commas inside quotes too.", Requires: []string{"RFC6455-9.1-2"},
		alter: func(p *peer) { p.readsResponse = func(r *wire.Response) { splitAtCommas(&r.Fields) } },
	},
	{
		Name: "answer-ends-at-nul", Sentence: "Treats a NUL as the end of a field value in a response.", Requires: []string{"RFC6455-4.1-57"},
		alter: hearing(cutAtNUL),
	},
	{
		Name: "bare-cr-ends-answer-line", Sentence: "Treats a bare CR in a response as the end of a line.", Requires: []string{"RFC6455-4.1-57"},
		alter: hearing(endLinesAtCR),
	},
	{
		Name: "takes-100-for-answer", Sentence: "Takes the first response for the final one, also if its status is 100 or 103.", Requires: []string{"RFC6455-4.1-43"},
		alter: func(p *peer) { p.interim = func(int) bool { return false } },
	},
	{
		Name: "knows-100-only", Sentence: "Takes a 103 response for the final one.", Requires: []string{"RFC6455-4.1-43"},
		alter: func(p *peer) { p.interim = func(status int) bool { return status == 100 } },
	},
	{
		Name: "takes-one-interim", Sentence: "Takes the second response for the final one.", Requires: []string{"RFC6455-4.1-43"},
		alter: func(p *peer) {
			came := 0
			interim := p.interim
			p.interim = func(status int) bool {
				came++
				return came == 1 && interim(status)
			}
		},
	},
	{
		Name: "loses-octets-after-interim", Sentence: "Loses what comes in the same segment as a response that is not the final one.", Requires: []string{"RFC6455-4.1-43"},
		alter: func(p *peer) {
			interim := p.interim
			p.interim = func(status int) bool {
				if !interim(status) {
					return false
				}
				p.in = nil
				return true
			}
		},
	},
	{
		Name: "no-inflation-after-interim", Sentence: "Does not inflate messages if a response came before the final one.", Requires: []string{"RFC7692-7.2.2-1"},
		alter: func(p *peer) {
			interim := p.interim
			p.interim = func(status int) bool {
				if !interim(status) {
					return false
				}
				p.inflate = func(octets []byte) ([]byte, error) { return octets, nil }
				return true
			}
		},
	},
	{
		Name: "mask-seed-constant", Sentence: "Draws the masking keys of every connection from the same seed.", Requires: []string{"RFC6455-5.3-4", "RFC6455-10.3-1"},
		alter: func(p *peer) {
			source := rand.New(rand.NewPCG(13, 13))
			p.key = func() (key [4]byte) {
				for i := range key {
					key[i] = byte(source.Uint32())
				}
				return key
			}
		},
	},
	{
		Name: "target-without-slash", Sentence: "Sends a request target that begins with the query if the URL has no path.", Requires: []string{"RFC6455-3-3", "RFC6455-4.1-23"},
		alter: retargeting(func(t string) string {
			if strings.HasPrefix(t, "/?") {
				return t[1:]
			}
			return t
		}),
	},
	{
		Name: "target-empty", Sentence: "Sends an empty request target if the URL has neither a path nor a query.", Requires: []string{"RFC6455-3-3", "RFC6455-4.1-23"},
		alter: retargeting(func(t string) string { return strings.TrimSuffix(t, "/") }),
	},
	{
		Name: "target-decoded", Sentence: "Decodes the path of the URL in its request target.", Requires: []string{"RFC6455-3-3"},
		alter: retargeting(func(t string) string {
			path, query, found := strings.Cut(t, "?")
			if decoded, err := url.PathUnescape(path); err == nil && !strings.ContainsAny(decoded, " #\u00e4") {
				path = decoded
			}
			if found {
				return path + "?" + query
			}
			return path
		}),
	},
	{
		Name: "target-ends-at-second-question-mark", Sentence: "Cuts the query of the URL at a second question mark.", Requires: []string{"RFC6455-3-3"},
		alter: retargeting(func(t string) string {
			path, query, found := strings.Cut(t, "?")
			if query, _, _ = strings.Cut(query, "?"); found {
				return path + "?" + query
			}
			return path
		}),
	},
	{
		Name: "scheme-case-sensitive", Sentence: "Does not know the scheme of a URL in capital letters.", Requires: []string{"RFC6455-3-2"},
		rejectsURL: func(raw string) bool { return !strings.HasPrefix(raw, "ws") },
	},
	{
		Name: "any-host-name", Sentence: "Accepts a certificate for another host.", Requires: []string{"RFC6455-4.1-16"},
		secure: trusting(func(*x509.Certificate, string) x509.VerifyOptions { return x509.VerifyOptions{} }),
	},
	{
		Name: "any-date", Sentence: "Accepts a certificate whose time is over or has not begun.", Requires: []string{"RFC6455-4.1-16"},
		secure: trusting(func(leaf *x509.Certificate, host string) x509.VerifyOptions {
			return x509.VerifyOptions{DNSName: host, CurrentTime: leaf.NotBefore}
		}),
	},
	{
		Name: "any-certificate", Sentence: "Accepts every certificate.", Requires: []string{"RFC6455-4.1-16"},
		secure: func(c *tls.Config) { c.InsecureSkipVerify = true },
	},
	{
		Name: "no-server-name", Sentence: "Names no server in its TLS handshake.", Requires: []string{"RFC6455-4.1-18"},
		secure: func(c *tls.Config) { c.ServerName, c.InsecureSkipVerify = "", true },
	},
	{
		Name: "offers-h2", Sentence: "Offers h2 in its TLS handshake, and sends HTTP/1.1 if the server selects it.", Requires: []string{"RFC6455-4.1-20"},
		secure: func(c *tls.Config) { c.NextProtos = []string{"h2", "http/1.1"} },
	},
	{
		Name: "subprotocol-case-insensitive", Sentence: "Compares the subprotocol of a response without regard to case.", Requires: []string{"RFC6455-4.1-56"},
		alter: func(p *peer) {
			asking(p)
			overlookAnswer(wire.RuleResponseSubprotocolUnasked, `"chat"`)(p)
		},
	},
	{
		Name: "first-subprotocol-only", Sentence: "Rejects a response with another subprotocol than the first that it asked for.", Requires: []string{"RFC6455-4.1-42"},
		alter: func(p *peer) {
			asking(p)
			distrusting(func(r wire.Response) bool { return responseField(r, "Sec-WebSocket-Protocol") == "superchat" })(p)
		},
	},
	{
		Name: "host-without-ipv6-port", Sentence: "Omits the port from Host if the URL has an IPv6 address.", Requires: []string{"RFC6455-4.1-24"},
		alter: requesting(func(r *wire.Request) {
			if host, _, found := strings.Cut(field(*r, "Host"), "]"); found {
				setField(&r.Fields, "Host", host+"]")
			}
		}),
	},
	{
		Name: "host-without-brackets", Sentence: "Omits the brackets of an IPv6 address in Host.", Requires: []string{"RFC6455-4.1-24"},
		alter: requesting(func(r *wire.Request) {
			setField(&r.Fields, "Host", strings.NewReplacer("[", "", "]", "").Replace(field(*r, "Host")))
		}),
	},
})

package standalone

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

//+client

// readRequest reads a client's opening request. early is what came behind it.
func readRequest(conn net.Conn) (r wire.Request, early []byte, err error) {
	r.Fields, early, err = readHead(conn, wire.RuleRequestForm, func(line string) bool {
		method, rest, _ := strings.Cut(line, " ")
		space := strings.LastIndexByte(rest, ' ')
		if method == "" || space < 0 || !isASCII(line) {
			return false
		}
		r.Method, r.Target, r.Version = method, rest[:space], rest[space+1:]
		return true
	})
	return r, early, err
}

//-client
//+server

// readResponse reads a server's answer. early is what came behind it.
func readResponse(conn net.Conn) (r wire.Response, early []byte, err error) {
	r.Fields, early, err = readHead(conn, wire.RuleResponseForm, func(line string) bool {
		version, rest, _ := strings.Cut(line, " ")
		status, reason, found := strings.Cut(rest, " ")
		code, err := strconv.ParseUint(status, 10, 16)
		r.Version, r.Status, r.Reason = version, int(code), reason
		return found && version != "" && err == nil && len(status) == 3 && isASCII(version)
	})
	return r, early, err
}

//-server

// readHead reads the head of a request or response. start takes the first line.
// The error is a *wire.Violation of the rule where the head has not the form of
// HTTP.
func readHead(conn net.Conn, rule *wire.Rule, start func(line string) bool) (fields wire.Fields, rest []byte, err error) {
	var got []byte
	buf := make([]byte, 4<<10)
	for {
		n, err := conn.Read(buf)
		got = append(got, buf[:n]...)
		fields, rest, whole, wrong := parseHead(got, rule == wire.RuleResponseForm, start)
		if wrong == "" && !whole && len(got) > 64<<10 {
			wrong = "a head of more than 65536 octets"
		}
		switch {
		case wrong != "":
			return nil, got, rule.Violation("%s", wrong)
		case whole:
			return fields, rest, nil
		case err != nil:
			return nil, got, err
		}
	}
}

// parseHead is strict about the form of HTTP. A response may fold lines, a request
// may not (RFC 7230 3.2.4). More octets are needed while whole is false.
func parseHead(b []byte, fold bool, start func(line string) bool) (fields wire.Fields, rest []byte, whole bool, wrong string) {
	for first := true; ; first = false {
		i := bytes.IndexFunc(b, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
		if i < 0 || i+1 == len(b) && b[i] == '\r' {
			return nil, nil, false, ""
		}
		if b[i] != '\r' || b[i+1] != '\n' {
			return nil, nil, false, fmt.Sprintf("a bare line end or control character in %q", b[:i+1])
		}
		line := string(b[:i])
		b = b[i+2:]
		name, value, colon := strings.Cut(line, ":")
		switch {
		case first:
			if !start(line) {
				return nil, nil, false, fmt.Sprintf("the first line is %q", line)
			}
		case line == "":
			return fields, b, true, ""
		case line[0] == ' ' || line[0] == '\t':
			if !fold || len(fields) == 0 {
				return nil, nil, false, fmt.Sprintf("a folded line %q", line)
			}
			last := &fields[len(fields)-1]
			last.Value = strings.Trim(last.Value+" "+strings.Trim(line, " \t"), " ")
		case !colon || !isToken(name):
			return nil, nil, false, fmt.Sprintf("the field %q", line)
		default:
			fields = append(fields, wire.Field{Name: name, Value: strings.Trim(value, " \t")})
		}
	}
}

// listOf returns the fields of that name as the one list that they are equivalent
// to (RFC 6455 9.1).
func listOf(fields wire.Fields, name string) string {
	list, _ := fields.List(name)
	return list
}

func hasElement(list, element string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(e string) bool { return strings.EqualFold(strings.TrimSpace(e), element) })
}

func isASCII(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0 }

func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte("()<>@,;:\\\"/[]?={}", s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}

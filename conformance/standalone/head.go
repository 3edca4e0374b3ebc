package standalone

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// A head is the head of an HTTP request or response.
type head struct {
	start   string // its first line
	version string
	status  int    // of a response
	method  string // of a request
	target  string
	fields  [][2]string
}

// readHead reads the head of a request or response; rest is what came behind it.
func readHead(conn net.Conn, request bool) (h *head, rest []byte, err error) {
	var got []byte
	buf := make([]byte, 4<<10)
	for {
		n, err := conn.Read(buf)
		got = append(got, buf[:n]...)
		h, rest, wrong := parseHead(got, request)
		switch {
		case wrong != "" || h == nil && len(got) > 64<<10:
			return nil, nil, &notHTTP{wrong}
		case h != nil:
			return h, rest, nil
		case err != nil && len(got) > 0:
			return nil, nil, fmt.Errorf("it broke off after %d octets: %w", len(got), err)
		case err != nil:
			return nil, nil, err
		}
	}
}

type notHTTP struct{ wrong string }

func (e *notHTTP) Error() string { return "it is not HTTP: " + e.wrong }

// parseHead is strict about the form of HTTP; nil and no error mean that more
// has to come. A response may fold lines, a request may not (RFC 7230 3.2.4).
func parseHead(b []byte, request bool) (h *head, rest []byte, wrong string) {
	for {
		i := bytes.IndexFunc(b, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
		if i < 0 || i+1 == len(b) && b[i] == '\r' {
			return nil, nil, ""
		}
		if b[i] != '\r' || b[i+1] != '\n' {
			return nil, nil, fmt.Sprintf("a bare line end or control character in %q", b[:i+1])
		}
		line := string(b[:i])
		b = b[i+2:]
		name, value, colon := strings.Cut(line, ":")
		switch {
		case h == nil:
			h = &head{start: line}
			if !h.parseStart(request) {
				return nil, nil, fmt.Sprintf("the first line is %q", line)
			}
		case line == "":
			return h, b, ""
		case line[0] == ' ' || line[0] == '\t':
			if h.method != "" || len(h.fields) == 0 {
				return nil, nil, fmt.Sprintf("a folded line %q", line)
			}
			last := &h.fields[len(h.fields)-1]
			last[1] = strings.Trim(last[1]+" "+strings.Trim(line, " \t"), " ")
		case !colon || !isToken(name):
			return nil, nil, fmt.Sprintf("the field %q", line)
		default:
			h.fields = append(h.fields, [2]string{name, strings.Trim(value, " \t")})
		}
	}
}

func (h *head) parseStart(request bool) (ok bool) {
	first, rest, _ := strings.Cut(h.start, " ")
	ascii := strings.IndexFunc(h.start, func(r rune) bool { return r > 0x7f }) < 0
	if request {
		space := strings.LastIndexByte(rest, ' ')
		if first == "" || space < 0 {
			return false
		}
		h.method, h.target, h.version = first, rest[:space], rest[space+1:]
		return ascii
	}
	status, _, reason := strings.Cut(rest, " ")
	h.version = first
	h.status, _ = strconv.Atoi(status)
	return ascii && first != "" && len(status) == 3 && isDigits(status) && reason
}

// all returns the values of the fields of that name.
func (h *head) all(name string) (values []string) {
	for _, f := range h.fields {
		if strings.EqualFold(f[0], name) {
			values = append(values, f[1])
		}
	}
	return values
}

// list returns them as the one list that they are equivalent to (RFC 6455 9.1).
func (h *head) list(name string) string { return strings.Join(h.all(name), ", ") }

func hasElement(list, element string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(e string) bool { return strings.EqualFold(strings.TrimSpace(e), element) })
}

// meet reports whether the peer's part of the handshake has all that.
func meet(conditions []Condition, h *head) bool {
	for _, c := range conditions {
		list := h.list(c.Name)
		says := strings.Contains(strings.ToLower(list), strings.ToLower(c.Value))
		elements := strings.Split(list, ",")
		for i, e := range elements {
			elements[i], _, _ = strings.Cut(e, ";")
		}
		ok := map[string]bool{
			"": slices.Contains(c.Statuses, h.status), "field": len(h.all(c.Name)) > 0, "no field": len(h.all(c.Name)) == 0,
			"element": hasElement(strings.Join(elements, ","), c.Value), "text": says, "no text": !says,
		}[c.Has]
		if !ok {
			return false
		}
	}
	return true
}

// acceptOf computes Sec-WebSocket-Accept (RFC 6455 4.2.2).
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte("()<>@,;:\\\"/[]?={}", s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}

// A broken is a rule of the opening handshake that the peer broke.
type broken struct{ id, what string }

// first returns what is wrong of what the case looks at.
func (c *Case) first(found []broken) string {
	for _, b := range found {
		if len(c.Inspect) == 0 || slices.Contains(c.Inspect, b.id) {
			return fmt.Sprintf("%s (%s)", b.what, b.id)
		}
	}
	return ""
}

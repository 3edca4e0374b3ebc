package conformance

import (
	"embed"
	"fmt"
	"go/format"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/standalone"
	"github.com/wsspec/wsspec/ref/wire"
)

// goTestFiles are the code that is the same for every case, as text.
//
//go:embed standalone/case.go standalone/client.go standalone/extensions.go standalone/head.go standalone/incoming.go standalone/judge.go
//go:embed standalone/replay.go standalone/server.go standalone/client_test.go standalone/report_test.go standalone/server_test.go
var goTestFiles embed.FS

// goTestNeeds says which parts of that code some cases need.
type goTestNeeds struct {
	role wire.Role
	// blocks are the names of the blocks, between //+name and //-name, to keep.
	blocks map[string]bool
}

// add adds what a case needs.
func (n *goTestNeeds) add(c standalone.Case) {
	if n.blocks == nil {
		n.blocks = map[string]bool{}
	}
	need := func(name string, yes bool) { n.blocks[name] = n.blocks[name] || yes }
	need("client", n.role == wire.RoleClient)
	need("opening", c.Opening != nil)
	need("applies", len(c.Applies) > 0)
	need("deflate", c.Offers != "" || c.Demand || c.Opening != nil && strings.Contains(c.Opening.Head, "\r\nSec-WebSocket-Extensions:"))
	for _, s := range c.Steps {
		need("await", s.Await != nil)
		need("hold", s.Wait == standalone.Hold)
		need("wait", s.Wait != 0)
	}
	for _, o := range c.Outcomes {
		need("drop", o.Ending.DropTCPHere)
	}
}

// files are the names of the files that the role needs, in the order in which a
// reader wants them.
func (n *goTestNeeds) files() []string {
	if n.role == wire.RoleServer {
		return []string{"server_test.go", "report_test.go", "case.go", "server.go", "replay.go", "judge.go", "incoming.go", "head.go", "extensions.go"}
	}
	return []string{"client_test.go", "report_test.go", "case.go", "client.go", "replay.go", "judge.go", "incoming.go", "head.go", "extensions.go"}
}

// GoTestRest is the line in a Go test that parts the case from the code that plays
// it. That is the same in many cases, for one who keeps many.
const GoTestRest = "// From here on the code is the same for every case.\n\n"

// assembleGoTest joins the parts of a file and formats it.
func assembleGoTest(head, tests string, needs goTestNeeds) string {
	code := needs.code()
	var b strings.Builder
	b.WriteString(head + "package websocket_test\n\nimport (\n")
	for _, i := range code.imports {
		fmt.Fprintf(&b, "\t%q\n", i)
	}
	b.WriteString(")\n" + tests)
	return string(formatGo(b.String())) + "\n" + GoTestRest + code.text
}

func formatGo(source string) []byte {
	out, err := format.Source([]byte(source))
	if err != nil {
		panic("conformance: a Go test that is no Go: " + err.Error()) // a test writes them all
	}
	return out
}

// goTestCode is the code that plays a case, and what it imports.
type goTestCode struct {
	imports []string
	text    string
}

// goTestCodes has the code for the needs seen so far, of which there are few.
var goTestCodes sync.Map

// code returns the common code that the needs leave.
func (n *goTestNeeds) code() goTestCode {
	key := fmt.Sprint(n.role, n.blocks)
	if c, ok := goTestCodes.Load(key); ok {
		return c.(goTestCode)
	}
	imports := []string{"testing"}
	var all strings.Builder
	for _, name := range n.files() {
		text, err := goTestFiles.ReadFile("standalone/" + name)
		if err != nil {
			panic("conformance: " + err.Error()) // it is part of the program
		}
		more, body := splitImports(keepBlocks(string(text), n.blocks))
		imports = append(imports, more...)
		all.WriteString(body)
	}
	text := prune(all.String(), map[wire.Role]string{wire.RoleServer: "testServer", wire.RoleClient: "testClient"}[n.role])
	slices.Sort(imports)
	imports = slices.DeleteFunc(slices.Compact(imports), func(i string) bool {
		return !strings.Contains(text, path.Base(strings.TrimSuffix(i, "/v2"))+".")
	})
	const clause = "package p\n\n" // a file ends otherwise than a piece of one
	c := goTestCode{imports, strings.TrimPrefix(string(formatGo(clause+text)), clause)}
	goTestCodes.Store(key, c)
	return c
}

// keepBlocks takes the blocks away that are not wanted, and the lines that mark
// them.
func keepBlocks(text string, wanted map[string]bool) string {
	var out strings.Builder
	var dropping string
	for line := range strings.Lines(text) {
		mark := strings.TrimSpace(line)
		name, opens := strings.CutPrefix(mark, "//+")
		end, closes := strings.CutPrefix(mark, "//-")
		switch {
		case opens && dropping == "" && !wanted[name]:
			dropping = name
		case closes && dropping == end:
			dropping = ""
		case opens, closes, dropping != "":
		default:
			out.WriteString(line)
		}
	}
	return out.String()
}

// splitImports returns the packages that a file imports and what comes behind.
func splitImports(text string) (imports []string, body string) {
	_, text, _ = strings.Cut(text, "package standalone\n")
	if !strings.HasPrefix(text, "\nimport ") {
		return nil, text
	}
	text = strings.TrimPrefix(text, "\nimport ")
	block, body, found := strings.Cut(text, "\n)\n")
	if !strings.HasPrefix(text, "(") || !found {
		block, body, _ = strings.Cut(text, "\n")
	}
	for i, s := range strings.Split(block, `"`) {
		if i%2 == 1 {
			imports = append(imports, s)
		}
	}
	return imports, body
}

// writeGoTestHead writes the comment at the top of a file.
func writeGoTestHead(b *strings.Builder, role wire.Role, cases []*Case) {
	fmt.Fprintf(b, "// WebSocket conformance, written by wsspec (https://github.com/wsspec/wsspec). The\n// file stands alone: it needs the standard library and nothing else.\n//\n")
	if role == wire.RoleServer {
		fmt.Fprintf(b, "// Start your server so that it sends back every message that it gets, and run\n//\n//\tWS_URL=%s go test\n//\n", GoTestURL)
	} else {
		fmt.Fprintf(b, "// Have a client that sends back every message that it gets, and run\n//\n//\tWS_CLIENT='./my-echo-client {url}' go test\n//\n")
	}
	for _, c := range cases {
		fmt.Fprintf(b, "// Case %s: %s.\n", c.ID, c.Title)
		if len(cases) > 1 {
			continue
		}
		fmt.Fprintf(b, "//\n")
		for _, id := range c.Requires {
			if r := rfc.ByID(id); r != nil {
				fmt.Fprintf(b, "//   - %s (%s), %s: %s\n", r.Clause(), id, r.Level, r.Summary)
			}
		}
		fmt.Fprintf(b, "//\n// What the test does:\n")
		for i, s := range c.Script.Sentences() {
			fmt.Fprintf(b, "//  %d. %s\n", i+1, oneLine(s))
		}
		if c.Note != "" {
			fmt.Fprintf(b, "//\n// %s\n", c.Note)
		}
	}
}

// oneLine keeps what a case says in one line of a comment.
func oneLine(s string) string {
	return strings.NewReplacer("\r", " ", "\n", " ").Replace(strings.ToValidUTF8(s, "?"))
}

// goLiteral writes a value of package standalone as Go source, without what is
// zero.
func goLiteral(v any) string {
	var b strings.Builder
	writeLiteral(&b, reflect.ValueOf(v), true)
	return b.String()
}

// goConstants are the names of the numbers of package standalone.
var goConstants = map[any]string{
	standalone.Continuation: "Continuation", standalone.Text: "Text", standalone.Binary: "Binary",
	standalone.Close: "Close", standalone.Ping: "Ping", standalone.Pong: "Pong",
	standalone.Settle: "Settle", standalone.Watch: "Watch", standalone.Hold: "Hold",
	standalone.ByTest: "ByTest", standalone.ByPeer: "ByPeer", standalone.ByStep: "ByStep", standalone.ByRefusal: "ByRefusal",
}

func writeLiteral(b *strings.Builder, v reflect.Value, named bool) {
	if v.Comparable() {
		if name, ok := goConstants[v.Interface()]; ok {
			b.WriteString(name)
			return
		}
	}
	switch v.Kind() {
	case reflect.String:
		b.WriteString(goString(v.String()))
	case reflect.Pointer:
		b.WriteByte('&')
		writeLiteral(b, v.Elem(), true)
	case reflect.Slice:
		element := v.Type().Elem()
		b.WriteString("[]" + element.Name() + "{")
		lines := element.Kind() == reflect.Struct && v.Len() > 0
		for i := range v.Len() {
			if lines {
				b.WriteByte('\n')
			} else if i > 0 {
				b.WriteString(", ")
			}
			writeLiteral(b, v.Index(i), false)
			if lines {
				b.WriteByte(',')
			}
		}
		if lines {
			b.WriteByte('\n')
		}
		b.WriteByte('}')
	case reflect.Struct:
		if named {
			b.WriteString(v.Type().Name())
		}
		b.WriteByte('{')
		lines := hasSlices(v)
		first := true
		for i := range v.NumField() {
			// An opcode of 0 means something, and a payload of "" does in a list.
			if v.Field(i).IsZero() && v.Type().Field(i).Name != "Opcode" {
				continue
			}
			if lines {
				b.WriteByte('\n')
			} else if !first {
				b.WriteString(", ")
			}
			first = false
			name := v.Type().Field(i).Name
			b.WriteString(name + ": ")
			if name == "Says" || name == "Clauses" {
				b.WriteString(sentenceLiteral(v.Field(i).String()))
			} else {
				writeLiteral(b, v.Field(i), true)
			}
			if lines {
				b.WriteByte(',')
			}
		}
		if lines && !first {
			b.WriteByte('\n')
		}
		b.WriteByte('}')
	default:
		fmt.Fprint(b, v.Interface())
	}
}

// hasSlices reports whether a struct is worth a line a field.
func hasSlices(v reflect.Value) bool {
	if v.Type() == reflect.TypeFor[standalone.Expect]() {
		return false
	}
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() == reflect.Slice && f.Len() > 0 && f.Type().Elem().Kind() == reflect.Struct || f.Kind() == reflect.Pointer && !f.IsNil() {
			return true
		}
	}
	return v.Type() == reflect.TypeFor[standalone.Outcome]() || v.Type() == reflect.TypeFor[standalone.Opening]()
}

// sentenceLiteral writes what is meant for people in one line.
func sentenceLiteral(s string) string {
	if strconv.CanBackquote(s) && strings.Contains(s, `"`) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// goString writes octets as a Go expression: what repeats itself as
// strings.Repeat, lines of a handshake a line each.
func goString(s string) string {
	var parts []string
	literal := 0
	flush := func(end int) {
		for rest := s[literal:end]; rest != ""; {
			n := min(len(rest), 80)
			if i := strings.Index(rest, "\r\n"); i >= 0 && i < 400 {
				n = i + 2
			}
			for n < len(rest) && n > 70 && !utf8.RuneStart(rest[n]) {
				n--
			}
			parts = append(parts, strconv.Quote(rest[:n]))
			rest = rest[n:]
		}
	}
	for i := 0; i < len(s); {
		pattern, n := repetition(s[i:])
		if n == 0 {
			i++
			continue
		}
		flush(i)
		parts = append(parts, fmt.Sprintf("strings.Repeat(%q, %d)", pattern, n))
		i += len(pattern) * n
		literal = i
	}
	flush(len(s))
	if len(parts) == 0 {
		return `""`
	}
	return strings.Join(parts, "+\n")
}

// repetition finds a pattern that stands at the start of s often enough, and says
// how often.
func repetition(s string) (pattern string, n int) {
	const longest, least = 64, 100
	for size := 1; size <= longest && 2*size <= len(s); size++ {
		n := 1
		for (n+1)*size <= len(s) && s[n*size:(n+1)*size] == s[:size] {
			n++
		}
		if n > 1 && n*size >= least {
			return s[:size], n
		}
	}
	return "", 0
}

package gotest

import (
	"fmt"
	"go/format"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// CommonPart is the line in a Go test that parts the case from the code that plays
// and judges it. That code is the same in many cases, for one who keeps many.
const CommonPart = "// From here on the code is the same for every case.\n\n"

// assemble joins the parts of a file and formats it.
func assemble(head, tests string, code *commonCode) string {
	imports := append([]string{"testing"}, code.Imports...)
	if strings.Contains(tests, "strings.") {
		imports = append(imports, "strings")
	}
	slices.Sort(imports)
	var b strings.Builder
	b.WriteString(head + "package websocket_test\n\nimport (\n")
	for _, i := range slices.Compact(imports) {
		fmt.Fprintf(&b, "\t%q\n", i)
	}
	b.WriteString(")\n" + tests)
	return string(formatGo(b.String())) + "\n" + CommonPart + code.Text
}

func formatGo(source string) []byte {
	out, err := format.Source([]byte(source))
	if err != nil {
		panic("gotest: a Go test that is no Go: " + err.Error()) // a test writes them all
	}
	return out
}

// writeHead writes the comment at the top of a file.
func writeHead(b *strings.Builder, role wire.Role, cases []*script.Case) {
	fmt.Fprintf(b, "// WebSocket conformance, written by wsspec (https://github.com/wsspec/wsspec). The\n// file stands alone: it needs the standard library and nothing else.\n//\n")
	if role == wire.RoleServer {
		fmt.Fprintf(b, "// Start your server so that it sends back every message that it gets, and run\n//\n//\tWS_URL=%s go test\n//\n", DefaultURL)
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

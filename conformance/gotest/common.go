package gotest

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/wsspec/wsspec"
	"github.com/wsspec/wsspec/conformance/gotest/flatten"
	"github.com/wsspec/wsspec/conformance/gotest/standalone"
	"github.com/wsspec/wsspec/ref/wire"
)

// needs says which parts of the player some cases need.
type needs struct {
	role wire.Role
	// blocks are the names of the blocks, between //+name and //-name, to keep.
	blocks map[string]bool
}

// add adds what a case needs.
func (n *needs) add(c standalone.Case) {
	if n.blocks == nil {
		n.blocks = map[string]bool{}
	}
	need := func(name string, yes bool) { n.blocks[name] = n.blocks[name] || yes }
	need("client", n.role == wire.RoleClient)
	need("server", n.role == wire.RoleServer)
	need("opening", c.Opening != nil)
	need("applies", len(c.Applies) > 0)
	need("deflate", c.Offers != "" || c.Accept || c.Opening != nil && strings.Contains(c.Opening.Head, "\r\nSec-WebSocket-Extensions:"))
	for _, s := range c.Steps {
		need("await", s.Await != nil)
		need("cuts", len(s.Cuts) > 0)
		need("hold", s.Wait == standalone.Hold)
		need("wait", s.Wait != 0)
		need("tcp", s.FIN || s.Reset)
	}
	for _, o := range c.Outcomes {
		need("drop", o.Ending.Abandon)
	}
}

// files are the names of the player's files that the role needs, in the order in
// which a reader wants them.
func (n *needs) files() []string {
	if n.role == wire.RoleServer {
		return []string{"server_test.go", "report_test.go", "result.go", "case.go", "server.go", "replay.go", "incoming.go", "head.go", "extensions.go"}
	}
	return []string{"client_test.go", "report_test.go", "result.go", "case.go", "client.go", "replay.go", "incoming.go", "head.go", "extensions.go"}
}

// module is the path that the packages of wsspec have before their folder.
const module = "github.com/wsspec/wsspec/"

// playerPackage is the package whose files play a case.
const playerPackage = "conformance/gotest/standalone"

// judgePackages are the packages that a Go test carries beside the player, each
// behind those that it imports. Of stream it takes only how masking keys are drawn, so that
// the test sends the octets that wsspec sends, the deadlines, and a bound.
var judgePackages = []string{"ref/wire", "conformance/verdict", "conformance/script", "conformance/observed", "conformance/judge", "conformance/stream"}

// loadJudge loads the judge and what it rests on, once.
var loadJudge = sync.OnceValue(func() *flatten.Program {
	var p *flatten.Program
	for _, folder := range judgePackages {
		names, err := fs.Glob(wsspec.Source, folder+"/*.go")
		must(err)
		var files []flatten.File
		for _, name := range names {
			if !strings.HasSuffix(name, "_test.go") {
				files = append(files, sourceFile(name))
			}
		}
		p, err = p.Load(module+folder, files)
		must(err)
	}
	return p
})

func sourceFile(name string) flatten.File {
	text, err := wsspec.Source.ReadFile(name)
	must(err)
	return flatten.File{Name: name, Text: string(text)}
}

// must panics on an error in the text that is part of the program. A test writes
// all Go tests that there are, so no user sees it.
func must(err error) {
	if err != nil {
		panic("gotest: " + err.Error())
	}
}

// commonCode is the code that plays and judges a case.
type commonCode struct{ *flatten.Flat }

// codeCache has the code for the needs seen so far, of which there are few.
var codeCache sync.Map

// code returns the common code that the needs leave.
func (n *needs) code() *commonCode {
	key := fmt.Sprint(n.role, n.blocks)
	if c, ok := codeCache.Load(key); ok {
		return c.(*commonCode)
	}
	var files []flatten.File
	for _, name := range n.files() {
		f := sourceFile(path.Join(playerPackage, name))
		f.Text = keepBlocks(f.Text, n.blocks)
		files = append(files, f)
	}
	p, err := loadJudge().Load(module+playerPackage, files)
	must(err)
	root := flatten.Root{Path: module + playerPackage, Func: "testServer", Data: "Case"}
	if n.role == wire.RoleClient {
		root.Func = "testClient"
	}
	flat, err := p.Flatten(root)
	must(err)
	c := &commonCode{flat}
	codeCache.Store(key, c)
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

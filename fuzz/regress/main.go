// Regress turns an input that FuzzFrameStream or FuzzEcho found into a case of the
// catalogue:
//
//	go run ./fuzz/regress NAME "title of the case" FILE
//
// It prints the case as Go source, frame by frame, with the outcomes that the executable
// specification allows. With -append FILE.go, it appends the case to the slice that the
// only function of that file in conformance/catalog returns. If the file does not exist,
// it creates the file, and adds its cases to catalog.go in the same folder.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/internal/fuzzcorpus"
	"github.com/wsspec/wsspec/ref/wire"
)

func main() {
	into := flag.String("append", "", "the file of the catalogue to add the case to")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: regress [-append FILE.go] NAME TITLE FILE")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 3 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*into, flag.Arg(0), flag.Arg(1), flag.Arg(2)); err != nil {
		fmt.Fprintln(os.Stderr, "regress:", err)
		os.Exit(1)
	}
}

func run(into, name, title, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading the input: %w", err)
	}
	data, err := fuzzcorpus.Decode(content)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	source, err := caseOf(name, title, data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if into == "" {
		fmt.Print(source)
		return nil
	}
	before, err := os.ReadFile(into)
	if os.IsNotExist(err) {
		before, err = []byte(empty), list(filepath.Join(filepath.Dir(into), "catalog.go"))
	}
	if err != nil {
		return fmt.Errorf("reading the catalogue: %w", err)
	}
	after, err := add(before, name, source)
	if err != nil {
		return fmt.Errorf("%s: %w", into, err)
	}
	if err := os.WriteFile(into, after, 0o666); err != nil {
		return fmt.Errorf("writing the catalogue: %w", err)
	}
	return nil
}

// empty is the content of a new file of the catalogue.
const empty = `package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// regressions returns the cases that fuzzing found; see fuzz/README.md.
func regressions() []*c.Case {
	return []*c.Case{
	}
}
`

// list adds the cases of the new file to the catalogue.
func list(catalogue string) error {
	source, err := os.ReadFile(catalogue)
	if err != nil {
		return err
	}
	head, rest, found := strings.Cut(string(source), "var all = slices.Concat(\n")
	files, behind, ends := strings.Cut(rest, "\n)\n")
	if !found || !ends {
		return fmt.Errorf("%s does not contain the list of the cases of all files", catalogue)
	}
	listed := head + "var all = slices.Concat(\n" + files + "\n\tregressions(),\n)\n" + behind
	return os.WriteFile(catalogue, []byte(listed), 0o666)
}

// add appends a case to the others.
func add(file []byte, name, source string) ([]byte, error) {
	const last = "\n\t}\n}\n"
	if !bytes.HasSuffix(file, []byte(last)) {
		return nil, fmt.Errorf("the file does not end with the slice that a function returns")
	}
	if bytes.Contains(file, fmt.Appendf(nil, "%q", id(name))) {
		return nil, fmt.Errorf("the file already has the case %s", id(name))
	}
	grown := append(bytes.TrimSuffix(file, []byte(last)), "\n"+source+last...)
	out, err := format.Source(grown)
	if err != nil {
		return nil, fmt.Errorf("adding %s: %w", name, err)
	}
	return out, nil
}

func id(name string) string { return "regression/" + name }

// caseOf returns the Go source of a case for an input.
func caseOf(name, title string, data []byte) (string, error) {
	if len(data) < 3 {
		return "", fmt.Errorf("the input has %d octets, want two octets of configuration and a stream", len(data))
	}
	if data[0]&2 != 0 {
		return "", fmt.Errorf("the input uses permessage-deflate, and such a case needs offers: write it by hand")
	}
	subject, octets := oracle.Subject{Role: wire.RoleServer}, data[2:]
	if data[0]&1 != 0 {
		subject.Role = wire.RoleClient
	}
	permitted := oracle.Of(subject, octets)
	steps, whole := steps(subject.Role.Peer(), octets)
	outcomes, err := outcomes(permitted, whole)
	if err != nil {
		return "", err
	}
	// Masking follows from the role, so the case fits both roles, unless it is about
	// masking.
	roles := ""
	if strings.Contains(steps, "MaskMode") || strings.Contains(steps, "SendOctets") {
		roles = "Roles: []wire.Role{wire.RoleServer},\n"
		if subject.Role == wire.RoleClient {
			roles = strings.Replace(roles, "Server", "Client", 1)
		}
	}
	source := fmt.Sprintf("{\nID: %q, Title: %q, Requires: []string{%q}, Level: verdict.Must,\n%sScript: c.Script{\nSteps: []c.Step{%s},\nOutcomes: []c.Outcome{\n%s},\n},\n},\n",
		id(name), title, permitted.Endings[0].Requires, roles, steps, outcomes)
	formatted, err := format.Source([]byte("package p\nvar _ = []*T{\n" + source + "}"))
	if err != nil {
		return "", fmt.Errorf("writing the case: %w", err)
	}
	body := strings.SplitN(string(formatted), "{\n", 2)[1]
	return strings.TrimSuffix(strings.TrimSpace(body), "}"), nil
}

// steps returns the Go source of the steps that send the frames. If the input ends with an
// incomplete frame, that is sent as octets, and whole is false.
func steps(harness wire.Role, octets []byte) (source string, whole bool) {
	var frames []string
	rest := octets
	for len(rest) > 0 {
		h, n, err := wire.ParseHeader(rest)
		if err != nil || h.Length > uint64(len(rest)-n) {
			break
		}
		payload := append([]byte(nil), rest[n:n+int(h.Length)]...)
		if h.Masked {
			wire.Mask(h.MaskKey, 0, payload)
		}
		frames = append(frames, frame(h, payload, harness))
		rest = rest[n+int(h.Length):]
	}
	if len(frames) > 0 {
		source = "c.Send{Frames: []c.Frame{\n" + strings.Join(frames, ",\n") + ",\n}}"
	}
	if len(rest) > 0 {
		if source != "" {
			source += ", "
		}
		source += fmt.Sprintf("c.SendOctets{Octets: []byte(%q), Note: %q}", rest, "what is no whole frame")
	}
	return source, len(rest) == 0
}

func frame(h wire.Header, payload []byte, harness wire.Role) string {
	fields := []string{fmt.Sprintf("Opcode: wire.Opcode(%#x)", uint8(h.Opcode))}
	if h.Fin {
		fields = append(fields, "Fin: true")
	}
	if h.RSV != 0 {
		fields = append(fields, fmt.Sprintf("RSV: wire.RSV(%d)", h.RSV))
	}
	if len(payload) > 0 {
		fields = append(fields, fmt.Sprintf("Payload: c.Octets(%q)", payload))
	}
	shortest := wire.Header{Length: h.Length, Masked: h.Masked}
	if h.Len() > shortest.Len() {
		fields = append(fields, fmt.Sprintf("Form: wire.LengthForm(%d)", h.Form))
	}
	if h.Masked != (harness == wire.RoleClient) {
		mode := "c.MaskNever"
		if h.Masked {
			mode = "c.MaskAlways"
		}
		fields = append(fields, "Mask: c.MaskMode("+mode+")")
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// outcomes returns the Go source of the allowed outcomes, the best one first.
func outcomes(p *oracle.Permitted, whole bool) (string, error) {
	var answers []string
	for _, a := range p.Answers {
		switch {
		case a.Kind == oracle.Pong:
			answers = append(answers, fmt.Sprintf("c.PongFor(c.Ping(c.Octets(%q)))", a.Payload))
		case a.Opcode == wire.OpText:
			answers = append(answers, fmt.Sprintf("c.Echo(c.Text(c.Octets(%q)))", a.Payload))
		default:
			answers = append(answers, fmt.Sprintf("c.Echo(c.Binary(c.Octets(%q)))", a.Payload))
		}
	}
	events := ""
	if len(answers) > 0 {
		events = "Events: []c.Expect{" + strings.Join(answers, ", ") + "}, "
	}
	var out strings.Builder
	behavior := "verdict.OK"
	for _, e := range p.Endings {
		var codes []string
		for _, code := range e.Codes {
			codes = append(codes, fmt.Sprint(uint16(code)))
		}
		list := strings.Join(codes, ", ")
		ending := ""
		switch e.Fate {
		case oracle.Stays:
			if !whole {
				return "", fmt.Errorf("the stream ends inside a frame, so the peer cannot answer: complete the frame")
			}
			ending = "c.ClosedByHarness()"
		case oracle.Closes:
			ending = "c.AnsweredByPeer(" + list + ")"
		case oracle.Fails:
			ending = "c.FailedByPeer(" + list + ")"
		}
		fmt.Fprintf(&out, "{Behavior: %s, %sEnding: %s},\n", behavior, events, ending)
		behavior = "verdict.NonStrict"
		if e.Fate != oracle.Stays && events != "" { // the peer may omit answers
			fmt.Fprintf(&out, "{Behavior: verdict.NonStrict, Ending: %s},\n", ending)
		}
	}
	return out.String(), nil
}

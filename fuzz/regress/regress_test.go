package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzcorpus"
)

func TestCaseOf(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       []string
	}{
		{"an echo and a ping", "\x01\x00\x81\x02hi\x89\x01p", []string{
			`{Opcode: wire.Opcode(0x1), Fin: true, Payload: c.Octets("hi")}`,
			`c.Echo(c.Text(c.Octets("hi"))), c.PongFor(c.Ping(c.Octets("p")))`, "c.ClosedByHarness()",
		}},
		{"a broken rule behind an echo", "\x01\x00\x82\x01a\xf1\x00", []string{
			"RSV: wire.RSV(7)", `Requires: []string{"RFC6455-5.2-3"}`, "c.FailedByPeer(1002)", "verdict.NonStrict",
		}},
		{"no mask to a server", "\x00\x00\x81\x01a", []string{
			"Mask: c.MaskMode(c.MaskNever)", "Roles: []wire.Role{wire.RoleServer}", "c.FailedByPeer(1002)",
		}},
		{"an impossible length", "\x01\x00\x82\x7f\xff", []string{`c.SendOctets{Octets: []byte("\x82\x7f\xff")`, "Roles: []wire.Role{wire.RoleClient}"}},
		{"a Close", "\x01\x00\x88\x02\x03\xe9", []string{"c.AnsweredByPeer(1001, 1000)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source, err := caseOf("x", tt.name, []byte(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(source, want) {
					t.Errorf("%s is missing in\n%s", want, source)
				}
			}
		})
	}
}

func TestCaseOfRejects(t *testing.T) {
	for _, data := range []string{"", "\x01\x00", "\x03\x00\xc1\x00", "\x01\x00\x82\x05he"} {
		if source, err := caseOf("x", "title", []byte(data)); err == nil {
			t.Errorf("%q became\n%s", data, source)
		}
	}
}

// The written file compiles as part of the catalogue.
func TestAppend(t *testing.T) {
	dir := t.TempDir()
	input, into := filepath.Join(dir, "input"), filepath.Join(dir, "regressions.go")
	if err := run(into, "a", "title", input); err == nil {
		t.Error("an empty input gives no error")
	}
	catalogue := filepath.Join(dir, "catalog.go")
	const before = "package catalog\n\nvar all = slices.Concat(\n\tsection1(),\n)\n\nvar more = 1\n"
	if err := os.WriteFile(catalogue, []byte(before), 0o666); err != nil {
		t.Fatal(err)
	}
	for i, data := range []string{"\x01\x00\x81\x02hi", "\x01\x00\x83\x00"} {
		if err := os.WriteFile(input, fuzzcorpus.Encode([]byte(data)), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := run(into, string('a'+rune(i)), "title", input); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(into, "a", "title", input); err == nil {
		t.Error("a duplicate id gives no error")
	}
	want := strings.Replace(before, "section1(),\n", "section1(),\n\tregressions(),\n", 1)
	if after, err := os.ReadFile(catalogue); err != nil || string(after) != want {
		t.Errorf("the list is %s, %v", after, err)
	}
	vet := exec.Command("go", "vet", into)
	vet.Dir = "."
	if out, err := vet.CombinedOutput(); err != nil {
		content, _ := os.ReadFile(into)
		t.Errorf("%s\n%s", out, content)
	}
}

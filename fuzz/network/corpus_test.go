package network

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

func openCorpus(t *testing.T, dir string) (c *Corpus, passedOver []string) {
	t.Helper()
	c, err := OpenCorpus(dir, wire.RoleServer, func(path string, why error) {
		passedOver = append(passedOver, filepath.Base(path)+": "+why.Error())
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, passedOver
}

// A corpus has what opened a new course, once, and loses a script whose courses others have.
// What is no script stays as it is.
func TestCorpus(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "corpus")
	ping := &Script{Offer: "permessage-deflate", Parts: []Part{{Frame: &Frame{Opcode: wire.OpPing, Payload: []byte("a")}, Cuts: []int{1}}, {Do: Pause}}}
	c, _ := openCorpus(t, dir)
	given := &Script{}
	c.behind([]*Script{given})
	for _, s := range []*Script{given, ping, ping, ping.clone()} {
		if err := c.learn(s, true, "101"); err != nil {
			t.Fatal(err)
		}
	}
	garbage := map[string]string{"a.script.jsonl": "\x7fELF", "b.script.jsonl": "", "notes.txt": "mine", "c.script.jsonl": `{"wsspec-script":1,"role":"client"}`, "d.script.jsonl": `{"wsspec-script":9,"role":"server"}`}
	for name, content := range garbage {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, passedOver := openCorpus(t, dir)
	if len(c.scripts) != 1 || !reflect.DeepEqual(c.scripts[0].String(), ping.String()) {
		t.Fatalf("the corpus has %v, want one script: %s", c.scripts, ping)
	}
	if got := strings.Join(passedOver, "\n"); len(passedOver) != len(garbage) || !strings.Contains(got, "c.script.jsonl: it is a script for a client") {
		t.Errorf("passed over:\n%s", got)
	}
	if err := c.learn(c.scripts[0], false, "101"); err != nil {
		t.Fatal(err)
	}
	if c, _ = openCorpus(t, dir); len(c.scripts) != 0 {
		t.Errorf("a script whose courses others have is kept: %v", c.scripts)
	}
	for name, content := range garbage {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != content {
			t.Errorf("%s has %q, %v", name, got, err)
		}
	}
}

// A campaign adds what is new to its corpus. It plays what is there, and drops what its other
// seeds do too.
func TestACampaignHasACorpus(t *testing.T) {
	dir := t.TempDir()
	text := func(p string) *Script {
		return &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte(p)}}}}
	}
	c, _ := openCorpus(t, dir)
	if err := c.learn(text("Bye"), true, "101 text"); err != nil {
		t.Fatal(err)
	}
	c, _ = openCorpus(t, dir)
	p, err := Run(t.Context(), echoServer(t), Options{Seed: 1, Seeds: []*Script{text("Hello")}, MostScripts: firstRound, Corpus: c})
	if err != nil {
		t.Fatal(err)
	}
	if c.dropped != 1 || c.added < 5 || c.added >= p.Courses {
		t.Errorf("%s, and %d courses: it has to drop the one that does what the seed does, and to add all but that", c, p.Courses)
	}
	if again, _ := openCorpus(t, dir); len(again.scripts) != c.added {
		t.Errorf("there are %d scripts, and %d were added", len(again.scripts), c.added)
	}
}

// A campaign reads another corpus too, takes what is new into its own, and leaves the other as it
// is. One that is not there is empty. A script has the signature of its course.
func TestACampaignReadsAnotherCorpus(t *testing.T) {
	dir, before := t.TempDir(), t.TempDir()
	text := &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte("Hello")}}}}
	other, _ := openCorpus(t, before)
	if err := other.learn(text, true, "101 text"); err != nil {
		t.Fatal(err)
	}
	c, _ := openCorpus(t, dir)
	for _, from := range []string{before, filepath.Join(dir, "not there")} {
		if err := c.Read(from, func(path string, why error) { t.Errorf("%s: %v", path, why) }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Run(t.Context(), echoServer(t), Options{Seed: 1, Seeds: []*Script{{}}, MostScripts: firstRound, Corpus: c}); err != nil {
		t.Fatal(err)
	}
	path := c.files[c.scripts[0]]
	if filepath.Dir(path) != dir {
		t.Errorf("the script of the other corpus is in %q, want it in %s", path, dir)
	}
	if again, _ := openCorpus(t, before); len(again.scripts) != 1 {
		t.Errorf("the other corpus has %d scripts", len(again.scripts))
	}
	signatures := make(map[string]bool)
	for _, path := range c.files {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := ScriptSignature(file)
		file.Close()
		if err != nil || len(signature) != len("server 0123456789abcdef") || signatures[signature] {
			t.Errorf("%s: the signature is %q, %v; it has to be there, and once", path, signature, err)
		}
		signatures[signature] = true
	}
}

// What a campaign keeps is bounded.
func TestThePoolIsBounded(t *testing.T) {
	c := &campaign{courses: make(map[string]bool)}
	large := &Script{Parts: []Part{{Octets: make([]byte, mostOctets)}}}
	for i := range 2 * mostPooled / mostOctets {
		if err := c.keep(large, &outcome{course: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.pool); n == 0 || n > mostPooled/mostOctets {
		t.Errorf("%d scripts of %d octets are kept, and %d octets are the most", n, mostOctets, mostPooled)
	}
}

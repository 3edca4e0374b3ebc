package command

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/dialogue"
	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/ref/wire"
)

// addApplication adds the flags about a peer that sends no message back.
func (r *runFlags) addApplication(flags *pflag.FlagSet) {
	flags.BoolVar(&r.noEcho, "no-echo", false, "the peer does not send messages back: judge that the connection lives, and all else that needs no message back")
	r.dialogueFlag.add(flags)
}

// application says how a server is judged that sends no message back; nil if it does.
func (f *serverFlags) application(said *conformance.Dialogue, closesWith wire.StatusCode) *network.Application {
	if !f.noEcho {
		return nil
	}
	return &network.Application{Dialogue: said, ProtocolError: closesWith == wire.StatusProtocolError}
}

// clientApplication is application for a client: the dialogue is what a server says.
func (f *serverFlags) clientApplication() (*network.Application, error) {
	if f.spoken == nil {
		return f.application(nil, 0), nil
	}
	if len(f.subprotocols) == 0 {
		f.subprotocols = f.spoken.Subprotocols
	}
	said, _, err := f.spoken.To(wire.RoleClient, "localhost")
	if err != nil {
		return nil, usage("%w", err)
	}
	return f.application(said, 0), nil
}

// judgesAs has a finding played again as it was found, unless the flags say otherwise. A
// dialogue that comes with wsspec goes by its name; one of a file has to be named again.
func (f *replayFlags) judgesAs(finding *network.Finding) error {
	f.noEcho = f.noEcho || finding.NoEcho
	switch {
	case finding.Dialogue == "" || f.dialogue != "":
		return nil
	case !slices.Contains(dialogue.Names(), finding.Dialogue):
		return usage("the finding needs the dialogue %s: add --dialogue FILE", finding.Dialogue)
	}
	f.dialogue = finding.Dialogue
	return f.readDialogue()
}

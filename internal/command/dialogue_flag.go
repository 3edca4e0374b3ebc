package command

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/dialogue"
	"github.com/wsspec/wsspec/ref/wire"
)

// dialogueFlag is the flag that names a dialogue.
type dialogueFlag struct {
	// dialogue is the name or the path, spoken the dialogue, nil if there is none.
	dialogue string
	spoken   *dialogue.File
}

func (d *dialogueFlag) add(f *pflag.FlagSet) {
	f.StringVar(&d.dialogue, "dialogue", "", "greet the application first, as this shipped dialogue or `FILE` has it, and ask what it asks: wsspec dialogue list names them (with it, --no-echo need not be typed)")
}

// readDialogue reads what the flag names.
func (d *dialogueFlag) readDialogue() (err error) {
	if d.dialogue == "" {
		return nil
	}
	if d.spoken, err = dialogue.Read(d.dialogue); err != nil {
		return usage("--dialogue: %w", err)
	}
	return nil
}

// introduce gives a target the subprotocols and fields of the dialogue. Those of the
// command line win.
func (f *serverFlags) introduce(t *conformance.Target) {
	if f.spoken == nil {
		return
	}
	if len(t.Subprotocols) == 0 {
		t.Subprotocols = f.spoken.Subprotocols
	}
	for _, h := range f.spoken.Headers {
		f.hidden.redactor.Arguments([]string{"--header", h})
	}
	for _, field := range f.spoken.Fields() {
		if _, there := t.Fields.Get(field.Name); !there {
			t.Fields = append(t.Fields, field)
		}
	}
}

// converseWith puts the dialogue with a server into the options. A question of the command
// line takes the place of that of the dialogue.
func (f *serverFlags) converseWith(t *conformance.Target, opts *conformance.Options) error {
	if f.spoken == nil {
		return nil
	}
	said, asked, err := f.spoken.To(wire.RoleServer, t.URL.Hostname())
	if err != nil {
		return usage("%w", err)
	}
	opts.Dialogue = said
	if opts.Ask == nil {
		opts.Ask = asked
	}
	return nil
}

// converseWithClients makes of the dialogue what a server of the application says.
func (f *clientFlags) converseWithClients() (err error) {
	if f.spoken == nil {
		return nil
	}
	if len(f.subprotocols) == 0 {
		f.subprotocols = f.spoken.Subprotocols
	}
	if f.said, _, err = f.spoken.To(wire.RoleClient, "localhost"); err != nil {
		return usage("%w", err)
	}
	return nil
}

// converse takes the place of the probe: a server that does not greet, or does not answer
// the question, cannot be tested with the dialogue.
func converse(ctx context.Context, t *conformance.Target, opts conformance.Options) (e conformance.Endpoint, err error) {
	talk, err := conformance.Converse(ctx, t, opts)
	e.RoundTrip = talk.RoundTrip
	if err == nil && talk.Stopped != "" {
		err = &conformance.DialogueError{Name: opts.Dialogue.Name, Stopped: talk.Stopped}
	}
	return e, err
}

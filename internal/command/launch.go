package command

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/wsspec/wsspec/conformance"
)

// placeholder stands for the URL in a client's command.
const placeholder = "{url}"

// canStart finds out before the run whether the command exists.
func canStart(command []string) error {
	if _, err := exec.LookPath(command[0]); err != nil {
		return fmt.Errorf("cannot start the client: %w", err)
	}
	return nil
}

// launcher starts a command with the URL in place of {url}, and says how it
// ended. What it started in turn is killed with it.
func launcher(command []string) conformance.Launcher {
	start := starter(command)
	return func(ctx context.Context, url string) []string { return start(ctx, url, "").Remarks }
}

// secureLauncher is launcher for URLs that need an authority to be trusted.
func secureLauncher(command []string) conformance.SecureLauncher {
	start := starter(command)
	return func(ctx context.Context, url, caFile string) []string { return start(ctx, url, caFile).Remarks }
}

// starter is launcher, for URLs that need an authority to be trusted as well, and says
// whether the command crashed.
func starter(command []string) conformance.Starter {
	return func(ctx context.Context, url, caFile string) conformance.ClientEnd {
		args := make([]string, len(command))
		for i, a := range command {
			args[i] = strings.ReplaceAll(a, placeholder, url)
		}
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		if caFile != "" {
			cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+caFile)
		}
		p, err := startProcess(cmd)
		if err != nil {
			return conformance.ClientEnd{Remarks: []string{"the client's process: " + err.Error()}}
		}
		return endOf(ctx, p)
	}
}

// endOf waits for the end of a client's process, and says how it ended. The context is
// over if the harness ended it.
func endOf(ctx context.Context, p *process) conformance.ClientEnd {
	err := p.wait()
	end := conformance.ClientEnd{Remarks: []string{"the client's process ended: " + howEnded(err)}}
	if text := p.said.text(); text != "" {
		end.Remarks = append(end.Remarks, "the client's standard error: "+text)
	}
	if ctx.Err() != nil {
		return end // the harness ended it
	}
	end.LastWords = p.said.brief()
	if err != nil && end.LastWords == "" {
		end.LastWords = howEnded(err)
	}
	if crashed(err, p.said.text()) {
		end.Crash = "The client crashed: " + howEnded(err) + "."
		if words := p.said.brief(); words != "" {
			end.Crash += " Its last words: " + words
		}
	}
	return end
}

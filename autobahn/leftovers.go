package autobahn

import (
	"context"
	"os"
	"strconv"
	"strings"
)

// The labels of a container tell whose it is: the process, on which machine.
const (
	pidLabel  = "org.wsspec.autobahn.pid"
	hostLabel = "org.wsspec.autobahn.host"
)

// labels are those of this process's containers.
func labels() []string {
	host, _ := os.Hostname() // a machine without a name has the empty one
	return []string{"--label", pidLabel + "=" + strconv.Itoa(os.Getpid()), "--label", hostLabel + "=" + host}
}

// removeLeftovers removes the containers of earlier runs that were killed and could not
// do it themselves.
func (d *Docker) removeLeftovers(ctx context.Context) error {
	host, _ := os.Hostname()
	list, err := d.output(ctx, "ps", "--all", "--filter", "label="+hostLabel+"="+host, "--filter", "label="+pidLabel,
		"--format", `{{.ID}} {{.Label "`+pidLabel+`"}}`)
	if err != nil {
		return err
	}
	for line := range strings.Lines(list) {
		id, pid, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.Atoi(pid)
		if err != nil || n <= 0 || alive(n) {
			continue
		}
		if err := (&container{d, id}).remove(); err != nil {
			return err
		}
	}
	return nil
}

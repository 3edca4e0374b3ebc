package autobahn

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// An Engine is what is known of the daemon that runs the containers.
type Engine struct {
	// OperatingSystem is the name of the daemon's, for people.
	OperatingSystem string
	// OSType is "linux" or "windows", Arch such as "x86_64".
	OSType string
	Arch   string `json:"Architecture"`
	// SecurityOptions tell what the daemon isolates, as in "name=rootless".
	SecurityOptions []string
}

// Engine asks the daemon what it is. An error is an [Unavailable] where there is
// none that answers.
func (d *Docker) Engine(ctx context.Context) (*Engine, error) {
	text, err := d.output(ctx, "info", "--format", "{{json .}}")
	if err != nil {
		return nil, err
	}
	var e struct {
		Engine
		ServerErrors []string
	}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return nil, fmt.Errorf("docker info says what cannot be read: %w", err)
	}
	if len(e.ServerErrors) > 0 { // older commands end well without a daemon
		return nil, &Unavailable{"Docker does not answer: " + e.ServerErrors[0], "Start its daemon, or point DOCKER_HOST at one that runs; docker info has to work"}
	}
	if e.OSType != "linux" {
		return nil, &Unavailable{fmt.Sprintf("Docker runs %s containers here", e.OSType), "Switch it to Linux containers"}
	}
	return &e.Engine, nil
}

func (e *Engine) isolates(name string) bool {
	for _, o := range e.SecurityOptions {
		if o == "name="+name || strings.HasPrefix(o, "name="+name+",") {
			return true
		}
	}
	return false
}

// Network is the way between the container and this machine.
type Network string

// The networks.
const (
	// Host: the container has this machine's own network.
	Host Network = "host"
	// Bridge: it has one of its own, and calls this machine host.docker.internal.
	Bridge Network = "bridge"
)

// Network is the one to use: the host's where Docker has it. Where the daemon is in
// a virtual machine, or without root in a namespace of its own, "host" is that
// machine's or that namespace's.
func (e *Engine) Network() Network {
	if strings.Contains(e.OperatingSystem, "Docker Desktop") || e.isolates("rootless") {
		return Bridge
	}
	return Host
}

// user returns the arguments that make files of the container belong to a user of
// this machine, given as UID:GID.
func (e *Engine) user(id string) []string {
	switch {
	case e.isolates("rootless"):
		return []string{"--user", "0:0"} // the container's root is who runs the daemon
	case id == "":
		return nil
	case e.isolates("userns"):
		return []string{"--user", id, "--userns", "host"}
	}
	return []string{"--user", id}
}

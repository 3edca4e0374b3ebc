package autobahn

import (
	"fmt"
	"net"
	"net/url"
)

// fromContainer is the name by which a container calls the machine that it runs on.
const fromContainer = "host.docker.internal"

// reach returns the URL by which a container on a network reaches a server.
func reach(n Network, raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	if u.Scheme != "ws" && u.Scheme != "wss" || u.Hostname() == "" {
		return "", fmt.Errorf("%q has to look like ws://127.0.0.1:9001/", raw)
	}
	if n != Bridge || !loopback(u.Hostname()) {
		return raw, nil
	}
	if port := u.Port(); port != "" {
		u.Host = net.JoinHostPort(fromContainer, port)
	} else {
		u.Host = fromContainer
	}
	return u.String(), nil
}

// loopback reports whether a name stands for this machine alone.
func loopback(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/wsspec/wsspec/ref"
)

// driveEcho runs every case of a service one after the other and asks for the
// report, as drivers for Autobahn's fuzzing server do. base is the service's URL,
// with or without a slash at its end. Then the service stops. A case whose opening fails
// ends no other.
func driveEcho(ctx context.Context, base, agent string) error {
	base = strings.TrimRight(base, "/")
	count, err := caseCount(ctx, base)
	if err != nil {
		return err
	}
	as := url.QueryEscape(agent)
	for i := 1; i <= count; i++ {
		err := connectEcho(ctx, fmt.Sprintf("%s/runCase?case=%d&agent=%s", base, i, as))
		if err == nil {
			continue
		}
		// Many a case is about an opening that a client has to refuse. The driver goes on
		// behind it, if the service is still there.
		if _, gone := caseCount(ctx, base); gone != nil {
			return fmt.Errorf("case %d: %w", i, err)
		}
	}
	err = connectEcho(ctx, fmt.Sprintf("%s/updateReports?agent=%s&shutdownOnComplete=true", base, as))
	if stopped(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("asking for the report: %w", err)
	}
	return nil
}

// stopped reports whether a service took a request and ended the connection
// without an answer. Autobahn does this on shutdownOnComplete=true: it writes its
// report and stops before it answers.
func stopped(err error) bool {
	var handshake *ref.HandshakeError
	if !errors.As(err, &handshake) || handshake.Status != 0 {
		return false
	}
	var op *net.OpError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op) && op.Op == "read" && !op.Timeout()
}

package watch

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A FaultKind is what a fault does.
type FaultKind uint8

// The kinds of faults.
const (
	// Cut closes both ends of TCP in order, in the middle of whatever is under way.
	Cut FaultKind = iota + 1
	// Reset does so by a reset.
	Reset
	// Delay waits before each piece that is passed on.
	Delay
	// Split passes octets on in small writes, a millisecond apart.
	Split
	// Coalesce gathers what comes for some time, and passes it on in one write.
	Coalesce
	// Throttle passes so many octets on in a second, and no more.
	Throttle
	// DropFrame leaves a frame out.
	DropFrame
)

var faultNames = map[FaultKind]string{
	Cut: "cut", Reset: "reset", Delay: "delay", Split: "split", Coalesce: "coalesce", Throttle: "throttle", DropFrame: "drop-frame",
}

// String is the name of the kind, as the flags of the command have it: "drop-frame".
func (k FaultKind) String() string { return faultNames[k] }

// FaultKinds are all kinds, in the order of their constants.
func FaultKinds() []FaultKind {
	return []FaultKind{Cut, Reset, Delay, Split, Coalesce, Throttle, DropFrame}
}

// A Fault is made on connections on purpose. See [ParseFault].
type Fault struct {
	Kind FaultKind
	// Sender is the side whose octets the fault is about; 0 for both sides.
	Sender wire.Role
	// Connection is the number of the only connection with the fault; 0 for all.
	Connection int
	// From and To bound what the fault draws its number from: octets for Cut, Reset, Split
	// and, in a second, Throttle; the number of the frame for DropFrame; nanoseconds for
	// Delay, Coalesce, and for Cut and Reset if Timed is set.
	From, To int64
	// Timed: Cut and Reset come at a time, and not behind so many octets.
	Timed bool
	// OneIn, if it is not 0, drops by chance one frame in so many.
	OneIn int64
}

// ParseFault reads what a flag of the command says of a fault:
//
//	[client:|server:]VALUE[#CONNECTION]
//
// The side is that which sends; without one, the fault is on both. The number behind # is
// that of the only connection with the fault. VALUE is, by the kind,
//
//	cut, reset   so many octets of the side (1000, 4KiB) or a time (2s)
//	delay        a time
//	split        so many octets
//	coalesce     a time
//	throttle     so many octets in a second (10KiB)
//	drop-frame   the number of the frame, from 1, or 1/N for one in N by chance
//
// A range A..B in place of a number or a time draws one between the two, both included.
func ParseFault(kind FaultKind, text string) (Fault, error) {
	f := Fault{Kind: kind}
	value := text
	if rest, ok := strings.CutPrefix(value, "client:"); ok {
		f.Sender, value = wire.RoleClient, rest
	} else if rest, ok := strings.CutPrefix(value, "server:"); ok {
		f.Sender, value = wire.RoleServer, rest
	}
	value, number, ok := strings.Cut(value, "#")
	if ok {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 {
			return f, fmt.Errorf("%s: %q is no number of a connection, as in %s#3", text, number, value)
		}
		f.Connection = n
	}
	if chance, ok := strings.CutPrefix(value, "1/"); ok && kind == DropFrame {
		n, err := strconv.ParseInt(chance, 10, 64)
		if err != nil || n < 1 {
			return f, fmt.Errorf("%s: want one frame in a number of frames, as in 1/20", text)
		}
		f.OneIn = n
		return f, nil
	}
	first, last, isRange := strings.Cut(value, "..")
	if !isRange {
		last = first
	}
	var fromTimed, toTimed bool
	var err error
	if f.From, fromTimed, err = amount(kind, first); err == nil {
		f.To, toTimed, err = amount(kind, last)
	}
	switch {
	case err != nil:
		return f, fmt.Errorf("%s: %w", text, err)
	case fromTimed != toTimed:
		return f, fmt.Errorf("%s: both ends of the range have to be times, or numbers of octets", text)
	case f.From > f.To:
		return f, fmt.Errorf("%s: the range begins behind its end", text)
	}
	f.Timed = fromTimed
	return f, nil
}

// amount reads a number of octets or frames, or a time in nanoseconds.
func amount(kind FaultKind, s string) (n int64, timed bool, err error) {
	wantsTime := kind == Delay || kind == Coalesce
	if d, err := time.ParseDuration(s); err == nil && (wantsTime || kind == Cut || kind == Reset) && s != "0" {
		if d <= 0 {
			return 0, true, fmt.Errorf("%s is no time to wait", s)
		}
		return int64(d), true, nil
	}
	if wantsTime {
		return 0, false, fmt.Errorf("%q is no time, as in 20ms", s)
	}
	digits, unit := s, int64(1)
	for suffix, octets := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20} {
		if rest, ok := strings.CutSuffix(s, suffix); ok && kind != DropFrame {
			digits, unit = rest, octets
		}
	}
	n, err = strconv.ParseInt(digits, 10, 40)
	switch {
	case err != nil || n < 0:
		return 0, false, fmt.Errorf("%q is no number, as in 1000%s", s, map[bool]string{true: "", false: " or 4KiB"}[kind == DropFrame])
	case n == 0 && kind != Cut && kind != Reset:
		return 0, false, fmt.Errorf("%s has to be 1 at least", s)
	}
	return n * unit, false, nil
}

// applies reports whether the fault is on the octets of a sender of a connection.
func (f Fault) applies(number int, sender wire.Role) bool {
	return (f.Connection == 0 || f.Connection == number) && (f.Sender == 0 || f.Sender == sender)
}

// draw draws a number of the fault.
func (f Fault) draw(r *rand.Rand) int64 { return f.From + r.Int64N(f.To-f.From+1) }

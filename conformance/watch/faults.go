package watch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// faults are those on the octets of one sender of one connection. A nil one does nothing.
type faults struct {
	pipe *pipe
	rand *rand.Rand
	// ends are the octets behind which the connection is cut or reset.
	ends []ending
	// passed is how many octets were passed on.
	passed int64
	delay  []Fault
	split  []Fault
	gather []Fault
	rate   []Fault
	drop   *dropper
	// done counts what was done of each kind that is told at the end, and took says how
	// long that took.
	done map[FaultKind]int
	took map[FaultKind]time.Duration
	// timers end the connection at a time.
	timers []*time.Timer
}

// An ending cuts or resets the connection behind so many octets.
type ending struct {
	kind   FaultKind
	behind int64
}

// errCut says that a fault has cut the connection.
var errCut = errors.New("cut")

// splitSpacing is the time between two small writes: long enough that the other end is
// likely to read them one by one.
const splitSpacing = time.Millisecond

// newFaults returns the faults on a pipe, nil if there are none.
func newFaults(ctx context.Context, p *pipe) *faults {
	w := p.of.watcher
	if len(w.Faults) == 0 {
		return nil
	}
	f := &faults{pipe: p, rand: rand.New(rand.NewPCG(w.Seed, uint64(p.of.number)<<1|uint64(p.sender&1))), done: map[FaultKind]int{}, took: map[FaultKind]time.Duration{}}
	any := false
	for _, fault := range w.Faults {
		if !fault.applies(p.of.number, p.sender) {
			continue
		}
		any = true
		switch fault.Kind {
		case Cut, Reset:
			f.endsAt(ctx, fault)
		case Delay:
			f.delay = append(f.delay, fault)
		case Split:
			f.split = append(f.split, fault)
		case Coalesce:
			f.gather = append(f.gather, fault)
		case Throttle:
			f.rate = append(f.rate, fault)
		case DropFrame:
			if f.drop == nil {
				f.drop = &dropper{sender: p.sender, numbers: map[int64]bool{}, rand: f.rand}
			}
			f.drop.add(fault)
		}
	}
	if !any {
		return nil
	}
	return f
}

// endsAt prepares the end of the connection. A time counts once, for both directions.
func (f *faults) endsAt(ctx context.Context, fault Fault) {
	at := fault.draw(f.rand)
	if !fault.Timed {
		f.ends = append(f.ends, ending{fault.Kind, at})
		return
	}
	if fault.Sender == 0 && f.pipe.sender == wire.RoleServer {
		return
	}
	f.timers = append(f.timers, time.AfterFunc(time.Duration(at), func() {
		if ctx.Err() == nil {
			f.finish(fault.Kind, fmt.Sprintf("after %s", time.Duration(at)))
		}
	}))
}

// finish cuts or resets the connection.
func (f *faults) finish(kind FaultKind, when string) {
	f.tell("%s %s", kind, when)
	if kind == Reset {
		f.pipe.of.resetBoth()
		return
	}
	f.pipe.of.cut()
}

func (f *faults) tell(format string, args ...any) {
	if told := f.pipe.of.watcher.Faulted; told != nil {
		told(f.pipe.of.number, f.pipe.sender, fmt.Sprintf(format, args...))
	}
}

// gathers reports whether octets are gathered before they are passed on.
func (f *faults) gathers() bool { return f != nil && len(f.gather) > 0 }

// gather reads on until the time of the fault is over, the buffer is full, or TCP ends.
func (p *pipe) gather(buf []byte, n int, err error) (int, error) {
	f := p.faults
	until := time.Now()
	for _, fault := range f.gather {
		until = until.Add(time.Duration(fault.draw(f.rand)))
	}
	reads := 1
	_ = p.from.SetReadDeadline(until)
	defer func() { _ = p.from.SetReadDeadline(time.Time{}) }()
	for err == nil && n < len(buf) {
		var more int
		if more, err = p.from.Read(buf[n:]); more > 0 {
			n += more
			reads++
		}
	}
	if isTimeout(err) && !p.of.isCut.Load() {
		err = nil
	}
	f.count(Coalesce, reads, 0)
	return n, err
}

// count counts what is told at the end, and tells of the first one at once.
func (f *faults) count(kind FaultKind, n int, took time.Duration) {
	if f.done[kind] == 0 {
		f.tell("%s begins", kind)
	}
	f.done[kind] += n
	f.took[kind] += took
}

// pass passes octets on with the faults.
func (f *faults) pass(ctx context.Context, octets []byte) error {
	if f.drop != nil {
		var dropped []string
		octets, dropped = f.drop.pass(octets)
		for _, frame := range dropped {
			f.tell("drop-frame: %s", frame)
		}
	}
	for _, e := range f.ends {
		if room := e.behind - f.passed; room <= int64(len(octets)) {
			_ = f.write(ctx, octets[:max(0, room)])
			f.finish(e.kind, fmt.Sprintf("behind %d octets", e.behind))
			return errCut
		}
	}
	return f.write(ctx, octets)
}

// write writes octets as the faults about time and size want it.
func (f *faults) write(ctx context.Context, octets []byte) error {
	for _, fault := range f.delay {
		d := time.Duration(fault.draw(f.rand))
		f.count(Delay, 1, d)
		if !pause(ctx, d) {
			return errCut
		}
	}
	for len(octets) > 0 {
		n := f.piece(len(octets))
		if _, err := f.pipe.to.Write(octets[:n]); err != nil {
			return err
		}
		f.passed += int64(n)
		octets = octets[n:]
		var rest time.Duration
		for _, fault := range f.rate {
			rest = max(rest, time.Duration(int64(n)*int64(time.Second)/fault.draw(f.rand)))
		}
		if rest > 0 {
			f.count(Throttle, n, rest)
		}
		if len(f.split) > 0 {
			f.count(Split, 1, 0)
			rest = max(rest, splitSpacing)
		}
		if rest > 0 && !pause(ctx, rest) {
			return errCut
		}
	}
	return nil
}

// throttled is how long a write takes with a bound on octets in a second.
const throttled = 50 * time.Millisecond

// piece is how many octets of n are written at once.
func (f *faults) piece(n int) int {
	for _, fault := range f.split {
		n = min(n, int(fault.draw(f.rand)))
	}
	for _, fault := range f.rate {
		n = min(n, max(1, int(fault.From*int64(throttled)/int64(time.Second))))
	}
	return n
}

// end tells what was done in all, when the connection is over.
func (f *faults) end() {
	if f == nil {
		return
	}
	for _, t := range f.timers {
		t.Stop()
	}
	for _, kind := range FaultKinds() {
		n := f.done[kind]
		if n == 0 {
			continue
		}
		what := map[FaultKind]string{Delay: "pieces", Split: "writes", Coalesce: "pieces gathered", Throttle: "octets"}[kind]
		text := fmt.Sprintf("%s ends: %d %s", kind, n, what)
		if d := f.took[kind]; d > 0 {
			text += fmt.Sprintf(", %s in all", d.Round(time.Millisecond))
		}
		f.tell("%s", strings.TrimSpace(text))
	}
}

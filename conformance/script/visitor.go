package script

import "github.com/wsspec/wsspec/internal/payloads"

// A StepVisitor handles each kind of step. For example, package play plays the steps, and
// package gotest writes them as Go. A new kind of step is a new method here, so that the
// compiler reports every visitor that does not handle it yet.
type StepVisitor interface {
	VisitSend(Send)
	VisitSendOctets(SendOctets)
	VisitSendPart(SendPart)
	VisitAwait(Await)
	VisitExchange(Exchange)
	VisitSettle(Settle)
	VisitWatch(Watch)
	VisitHold(Hold)
	VisitPause(Pause)
	VisitStopReading(StopReading)
	VisitReadSlowly(ReadSlowly)
	VisitHalfClose(HalfClose)
	VisitReset(Reset)
	VisitConnect(Connect)
	VisitFlood(Flood)
	VisitSendHTTP2(SendHTTP2)
	VisitPlainRequest(PlainRequest)
	VisitSendHTTP3(SendHTTP3)
}

// Visit calls the visitor's method for the kind of step.
func (s Send) Visit(v StepVisitor) { v.VisitSend(s) }

// Visit calls the visitor's method for the kind of step.
func (s SendOctets) Visit(v StepVisitor) { v.VisitSendOctets(s) }

// Visit calls the visitor's method for the kind of step.
func (s SendPart) Visit(v StepVisitor) { v.VisitSendPart(s) }

// Visit calls the visitor's method for the kind of step.
func (s Await) Visit(v StepVisitor) { v.VisitAwait(s) }

// Visit calls the visitor's method for the kind of step.
func (s Exchange) Visit(v StepVisitor) { v.VisitExchange(s) }

// Visit calls the visitor's method for the kind of step.
func (s Settle) Visit(v StepVisitor) { v.VisitSettle(s) }

// Visit calls the visitor's method for the kind of step.
func (s Watch) Visit(v StepVisitor) { v.VisitWatch(s) }

// Visit calls the visitor's method for the kind of step.
func (s Hold) Visit(v StepVisitor) { v.VisitHold(s) }

// Visit calls the visitor's method for the kind of step.
func (s Pause) Visit(v StepVisitor) { v.VisitPause(s) }

// Visit calls the visitor's method for the kind of step.
func (s StopReading) Visit(v StepVisitor) { v.VisitStopReading(s) }

// Visit calls the visitor's method for the kind of step.
func (s ReadSlowly) Visit(v StepVisitor) { v.VisitReadSlowly(s) }

// Visit calls the visitor's method for the kind of step.
func (s HalfClose) Visit(v StepVisitor) { v.VisitHalfClose(s) }

// Visit calls the visitor's method for the kind of step.
func (s Reset) Visit(v StepVisitor) { v.VisitReset(s) }

// Visit calls the visitor's method for the kind of step.
func (s Connect) Visit(v StepVisitor) { v.VisitConnect(s) }

// Samples returns one step of each kind, for the tests of visitors.
func Samples() []Step {
	return []Step{
		Send{Frames: []Frame{Text(Octets("hello"))}},
		SendOctets{Octets: []byte{0x81, 0x00}, Note: "an empty text message"},
		SendPart{Frame: Text(Octets("hello")), To: 2},
		Await{Events: []Expect{Echo(Text(Octets("hello")))}},
		Exchange{Stream: payloads.Prose, Size: 16, Quick: 1, Full: 1},
		Settle{Name: "settled"}, Watch{Name: "watched"}, Hold{Name: "held"},
		Pause{}, StopReading{}, ReadSlowly{Octets: 1}, HalfClose{}, Reset{}, Connect{},
		Flood{Frames: []Frame{Ping(Octets("flood"))}, Times: 2},
		SendHTTP2{Frames: []HTTP2Frame{{Type: FramePING, Payload: make([]byte, 8)}}}, PlainRequest{},
		SendHTTP3{Frames: []HTTP3Frame{{Type: HTTP3Unknown}}},
	}
}

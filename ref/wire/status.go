package wire

// StatusCode is the number in a Close frame that gives the reason for closing
// (RFC 6455 7.4).
type StatusCode uint16

// The status codes of RFC 6455 7.4.1, and 1012-1014 of the IANA registry that
// its section 11.7 founded. NoStatusRcvd, AbnormalClosure and TLSHandshake only
// describe a closure to the application: they never go into a frame.
const (
	StatusNormalClosure       StatusCode = 1000
	StatusGoingAway           StatusCode = 1001
	StatusProtocolError       StatusCode = 1002
	StatusUnsupportedData     StatusCode = 1003
	StatusReserved1004        StatusCode = 1004
	StatusNoStatusRcvd        StatusCode = 1005
	StatusAbnormalClosure     StatusCode = 1006
	StatusInvalidPayloadData  StatusCode = 1007
	StatusPolicyViolation     StatusCode = 1008
	StatusMessageTooBig       StatusCode = 1009
	StatusMandatoryExtension  StatusCode = 1010
	StatusInternalServerError StatusCode = 1011
	StatusServiceRestart      StatusCode = 1012
	StatusTryAgainLater       StatusCode = 1013
	StatusBadGateway          StatusCode = 1014
	StatusTLSHandshake        StatusCode = 1015
)

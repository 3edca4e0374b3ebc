package wire

// StatusCode is the status code of a Close frame, the reason for closing (RFC
// 6455 7.4).
type StatusCode uint16

// The status codes of RFC 6455 7.4.1, and 1012-1014 of the IANA registry (RFC
// 6455 11.7). NoStatusRcvd, AbnormalClosure and TLSHandshake are only for the
// application and are never sent.
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

package autobahn

import (
	"math"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A caseFile is the file of one case. Its members have Autobahn's names and
// meanings. Members that a transcript does not have (which endpoint failed the
// connection, statistics by the size of reads) are left out.
type caseFile struct {
	Agent       string `json:"agent"`
	ID          string `json:"id"`
	Description string `json:"description"`
	Expectation string `json:"expectation"`
	// IsServer says that the harness is the server.
	IsServer      bool                  `json:"isServer"`
	Behavior      verdict.Behavior      `json:"behavior"`
	BehaviorClose verdict.CloseBehavior `json:"behaviorClose"`
	Result        string                `json:"result"`
	ResultClose   string                `json:"resultClose"`
	// Expected has the events of the first outcome of each behavior as sentences.
	// Autobahn has tuples there.
	Expected map[verdict.Behavior][]string `json:"expected"`
	// Received has the messages, pings and pongs that came, as Autobahn's tuples.
	// Those that were compressed or cut are left out.
	Received [][]any `json:"received"`
	// Duration is in whole milliseconds.
	Duration   int64 `json:"duration"`
	ReportTime bool  `json:"reportTime"`
	// ReportCompressionRatio is true in Autobahn's sections about compression.
	ReportCompressionRatio bool   `json:"reportCompressionRatio"`
	HTTPRequest            string `json:"httpRequest"`
	HTTPResponse           string `json:"httpResponse"`
	closing
	// CreateStats is always true: RxFrameStats and TxFrameStats are filled.
	CreateStats   bool        `json:"createStats"`
	TrafficStats  *traffic    `json:"trafficStats"`
	RxFrameStats  map[int]int `json:"rxFrameStats"`
	TxFrameStats  map[int]int `json:"txFrameStats"`
	CreateWirelog bool        `json:"createWirelog"`
	Wirelog       [][]any     `json:"wirelog"`
}

// closing says how the connection ended.
type closing struct {
	// WasClean says that both endpoints sent a Close frame, and that a server closed
	// TCP in time.
	WasClean bool `json:"wasClean"`
	// WasNotCleanReason says why WasClean is false; nil if it is true.
	WasNotCleanReason *string `json:"wasNotCleanReason"`
	// WasServerConnectionDropTimeout says that the server under test left it to the
	// harness to close TCP, WasCloseHandshakeTimeout that the peer did not answer the
	// harness's Close frame in time. A case whose opening handshake takes too long is
	// a failed one here: WasOpenHandshakeTimeout is always false.
	WasServerConnectionDropTimeout bool `json:"wasServerConnectionDropTimeout"`
	WasCloseHandshakeTimeout       bool `json:"wasCloseHandshakeTimeout"`
	WasOpenHandshakeTimeout        bool `json:"wasOpenHandshakeTimeout"`
	// ClosedByMe says that the harness sent the first Close frame, DroppedByMe that
	// it closed TCP.
	ClosedByMe        bool    `json:"closedByMe"`
	DroppedByMe       bool    `json:"droppedByMe"`
	LocalCloseCode    *int    `json:"localCloseCode"`
	LocalCloseReason  *string `json:"localCloseReason"`
	RemoteCloseCode   *int    `json:"remoteCloseCode"`
	RemoteCloseReason *string `json:"remoteCloseReason"`
}

// traffic has those of Autobahn's statistics that are measured here. Octets at wire
// level include frame headers and are counted after compression.
type traffic struct {
	OutgoingMessages   int64 `json:"outgoingWebSocketMessages"`
	IncomingMessages   int64 `json:"incomingWebSocketMessages"`
	OutgoingOctets     int64 `json:"outgoingOctetsAppLevel"`
	IncomingOctets     int64 `json:"incomingOctetsAppLevel"`
	OutgoingWireOctets int64 `json:"outgoingOctetsWireLevel"`
	IncomingWireOctets int64 `json:"incomingOctetsWireLevel"`
}

func newCaseFile(res *reports.Result) *caseFile {
	c := &caseFile{
		Agent: res.Agent, ID: res.ID, Description: res.Title, IsServer: res.Role == verdict.Client,
		Behavior: res.Behavior, BehaviorClose: res.BehaviorClose,
		Result: res.Explanation, ResultClose: closeSentences[res.BehaviorClose],
		Expected: map[verdict.Behavior][]string{}, Received: [][]any{},
		Duration: int64(math.Round(res.DurationMs)), ReportTime: res.Stats != nil,
		RxFrameStats: map[int]int{}, TxFrameStats: map[int]int{},
		CreateStats: true, CreateWirelog: true, Wirelog: [][]any{},
	}
	section := reports.SectionOf(res.ID)
	c.ReportCompressionRatio = section == "12" || section == "13"
	if c.Result == "" {
		c.Result = "Allowed: " + strings.Join(wording.FirstFew(res.Observed), ", ") + "."
	}
	for i, o := range res.Expected {
		if i == 0 {
			c.Expectation = o.Sentence()
		}
		if _, ok := c.Expected[o.Behavior]; !ok {
			c.Expected[o.Behavior] = append([]string{}, o.Events...)
		}
	}
	if s := res.Stats; s != nil {
		c.TrafficStats = &traffic{
			OutgoingMessages: s.Messages, IncomingMessages: s.Messages,
			OutgoingOctets: s.SentPayloadOctets, IncomingOctets: s.ReceivedPayloadOctets,
			OutgoingWireOctets: s.SentWireOctets, IncomingWireOctets: s.ReceivedWireOctets,
		}
	}
	c.read(res.Transcript)
	c.RemoteCloseCode = remoteCloseCode(res)
	return c
}

// closeSentences explain Autobahn's close behaviors.
var closeSentences = map[verdict.CloseBehavior]string{
	verdict.CloseOK:             "The connection ended as it should.",
	verdict.CloseFailedByClient: "The server left it to the client to close TCP.",
	verdict.CloseUnclean:        "The peer ended the connection without the required Close frame.",
	verdict.CloseWrongCode:      "The peer closed with a status code that does not fit.",
	verdict.CloseFailed:         "The wrong endpoint ended the connection, or no endpoint did.",
	verdict.CloseInformational:  "Any end of the connection is allowed.",
}

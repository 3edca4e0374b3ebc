package reports

import (
	"math"
	"strings"
)

// An autobahnCase is the file of one case. Its members have Autobahn's names and
// meanings; those that a transcript does not tell (which endpoint failed the
// connection, statistics by the size of reads) are left out.
type autobahnCase struct {
	Agent       string `json:"agent"`
	ID          string `json:"id"`
	Description string `json:"description"`
	Expectation string `json:"expectation"`
	// IsServer: the harness is.
	IsServer      bool          `json:"isServer"`
	Behavior      Behavior      `json:"behavior"`
	BehaviorClose BehaviorClose `json:"behaviorClose"`
	Result        string        `json:"result"`
	ResultClose   string        `json:"resultClose"`
	// Expected has the events of the first outcome of each behavior, a sentence
	// each; Autobahn has tuples there.
	Expected map[Behavior][]string `json:"expected"`
	// Received has the messages and pongs that came, as Autobahn's tuples. Those
	// that were compressed or are not kept whole are left out.
	Received [][]any `json:"received"`
	// Duration is in whole milliseconds.
	Duration     int64  `json:"duration"`
	ReportTime   bool   `json:"reportTime"`
	HTTPRequest  string `json:"httpRequest"`
	HTTPResponse string `json:"httpResponse"`
	autobahnClosing
	TrafficStats  *autobahnTraffic `json:"trafficStats"`
	RxFrameStats  map[int]int      `json:"rxFrameStats"`
	TxFrameStats  map[int]int      `json:"txFrameStats"`
	CreateWirelog bool             `json:"createWirelog"`
	Wirelog       [][]any          `json:"wirelog"`
}

// autobahnClosing says how the connection ended.
type autobahnClosing struct {
	// WasClean: both endpoints sent a Close frame.
	WasClean bool `json:"wasClean"`
	// ClosedByMe: the harness sent the first of them. DroppedByMe: it closed TCP.
	ClosedByMe        bool    `json:"closedByMe"`
	DroppedByMe       bool    `json:"droppedByMe"`
	LocalCloseCode    *int    `json:"localCloseCode"`
	LocalCloseReason  *string `json:"localCloseReason"`
	RemoteCloseCode   *int    `json:"remoteCloseCode"`
	RemoteCloseReason *string `json:"remoteCloseReason"`
}

// autobahnTraffic is what of Autobahn's statistics a case with many messages
// measures here. Wire level is with the frames' headers, after compression.
type autobahnTraffic struct {
	OutgoingMessages   int64 `json:"outgoingWebSocketMessages"`
	IncomingMessages   int64 `json:"incomingWebSocketMessages"`
	OutgoingOctets     int64 `json:"outgoingOctetsAppLevel"`
	IncomingOctets     int64 `json:"incomingOctetsAppLevel"`
	OutgoingWireOctets int64 `json:"outgoingOctetsWireLevel"`
	IncomingWireOctets int64 `json:"incomingOctetsWireLevel"`
}

func newAutobahnCase(res *Result) *autobahnCase {
	c := &autobahnCase{
		Agent: res.Agent, ID: res.ID, Description: res.Title, IsServer: res.Role == Client,
		Behavior: res.Behavior, BehaviorClose: res.BehaviorClose,
		Result: res.Explanation, ResultClose: closeSentences[res.BehaviorClose],
		Expected: map[Behavior][]string{}, Received: [][]any{},
		Duration: int64(math.Round(res.DurationMs)), ReportTime: res.Stats != nil,
		RxFrameStats: map[int]int{}, TxFrameStats: map[int]int{},
		CreateWirelog: true, Wirelog: [][]any{},
	}
	if c.Result == "" {
		c.Result = "What came is permitted: " + strings.Join(firstFew(res.Observed), ", ") + "."
	}
	for i, o := range res.Expected {
		if i == 0 {
			c.Expectation = o.sentence()
		}
		if _, ok := c.Expected[o.Behavior]; !ok {
			c.Expected[o.Behavior] = list(o.Events)
		}
	}
	if s := res.Stats; s != nil {
		c.TrafficStats = &autobahnTraffic{
			OutgoingMessages: s.Messages, IncomingMessages: s.Messages,
			OutgoingOctets: s.SentPayloadOctets, IncomingOctets: s.ReceivedPayloadOctets,
			OutgoingWireOctets: s.SentWireOctets, IncomingWireOctets: s.ReceivedWireOctets,
		}
	}
	c.read(res.Transcript)
	c.RemoteCloseCode = res.RemoteCloseCode
	return c
}

// closeSentences say what Autobahn's close behaviors mean.
var closeSentences = map[BehaviorClose]string{
	CloseOK:             "The connection ended as it should.",
	CloseFailedByClient: "The server left it to the client to close TCP.",
	CloseUnclean:        "The peer ended the connection without the Close frame that it owed.",
	CloseWrongCode:      "The peer closed with a status code that does not fit.",
	CloseFailed:         "The wrong endpoint ended the connection, or none did.",
	CloseInformational:  "Any end of the connection is permitted.",
}

package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// rfc8441Section3: SETTINGS_ENABLE_CONNECT_PROTOCOL. What the server sends of it is checked
// on each connection.
func rfc8441Section3() []*c.Case {
	received := []string{"RFC8441-3-4"}
	const forServers = "RFC 8441 3: 'Receipt of this parameter by a server does not have any impact.'"
	hello, ping := c.Text(c.Octets("Hello, world!")), c.Ping(c.Octets("ping payload"))
	setting := func(id, title string, value uint32, outcomes []c.Outcome) *c.Case {
		return noted(forServers, withHTTP2(c.HTTP2{Settings: []c.HTTP2Setting{{ID: c.SettingConnectEnabled, Value: value}}}, connecting(id, title, received, outcomes)))
	}
	later := func(payload ...byte) c.Step { return sendHTTP2(frame(c.FrameSETTINGS, payload...)) }
	back := streaming("rfc8441/3/5", "the setting from the client with 1, and then with 0 in the middle of a connection", received,
		append(echoes(c.Echo(hello)), c.Outcome{Behavior: verdict.Informational, Ending: c.FailedByPeer()}),
		later(0, c.SettingConnectEnabled, 0, 0, 0, 0), send(hello))
	back.Script.HTTP2.Settings = []c.HTTP2Setting{{ID: c.SettingConnectEnabled, Value: 1}}
	unawaited := withHTTP2(c.HTTP2{Unawaited: true}, connecting("rfc8441/3/6", "an extended CONNECT that waits for no SETTINGS of the server", []string{"RFC8441-3-2", "RFC8441-3-3"}, isFree))
	unawaited.Level = verdict.LevelInformational
	return []*c.Case{
		streaming("rfc8441/3/1", "a message and a ping through a stream of HTTP/2", []string{"RFC8441-3-1", "RFC8441-3-5", "RFC8441-5-6"}, echoesAndPong(hello, ping), send(hello, ping)),
		setting("rfc8441/3/2", "the setting from the client with the value 1", 1, mustAccept),
		setting("rfc8441/3/3", "the setting from the client with the value 0", 0, mustAccept),
		noted(forServers+" The value has to be 0 or 1 all the same, so that a server may end the connection.",
			setting("rfc8441/3/4", "the setting from the client with the value 2", 2, []c.Outcome{opened, streamEnded})),
		noted(forServers+" A sender must not go back to 0, so that a server may end the connection.", back),
		noted("A client must not send the request before the setting has come (RFC 8441 3). A server that permits it anyway has sent the setting by the time that it reads the request. It may open the connection or refuse it.", unawaited),
		noted("A peer ignores settings that it does not know (RFC 9113 6.5.2).",
			withHTTP2(c.HTTP2{Settings: []c.HTTP2Setting{{ID: 0xfafa, Value: 7}}}, connecting("rfc8441/3/7", "a setting that nobody has defined", []string{"RFC8441-5-6"}, mustAccept))),
		streaming("rfc8441/3/8", "SETTINGS that change the window between two parts of a frame", []string{"RFC8441-5-6"}, echoes(c.Echo(hello)),
			c.SendPart{Frame: hello, To: 5}, later(0, c.SettingInitialWindow, 0, 1, 0, 0), c.SendPart{Frame: hello, From: 5, To: hello.Payload.Len()}),
	}
}

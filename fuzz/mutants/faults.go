package main

// A fault is one deliberate mistake in a copy of ref/wire. Each of its targets must find
// it.
type fault struct {
	file     string // in ref/wire
	old, new string // old must occur exactly once
	targets  []string
}

func by(targets ...string) []string { return targets }

// faults lists mistakes of kinds that implementations have made, a few for each target.
var faults = []fault{
	// The frame header.
	{"header.go", "case length <= 125:", "case length <= 126:", by("Header", "FrameRules")},
	{"header.go", "case length <= 0xFFFF:", "case length < 0xFFFF:", by("Header", "FrameRules")},
	{"header.go", "RSV(b[0] >> 4 & 7)", "RSV(b[0] >> 4 & 3)", by("Header", "FrameStream")},
	{"header.go", "Masked: b[1]&0x80 != 0,", "Masked: b[1]&0x40 != 0,", by("Header", "FrameStream", "Conversation", "Echo")},
	{"header.go", "&& len(b) > 2 && b[2]&0x80 != 0", "&& len(b) > 9 && b[2]&0x80 != 0", by("Header", "FrameStream")},
	{"header.go", "h.Form == Length64 && len(b) > 2 && b[2]&0x80 != 0", "false", by("Header")},
	{"header.go", "h.Length = binary.BigEndian.Uint64(b[2:])", "h.Length = uint64(binary.BigEndian.Uint32(b[6:]))", by("Header", "FrameStream")},
	{"header.go", "if len(b) < n {", "if len(b) < n-1 {", by("Header", "FrameStream")},

	// The rules of a frame.
	{"check.go", "case h.RSV&^RSV1 != 0:", "case h.RSV&^RSV1 == RSV2:", by("FrameRules", "FrameStream", "Echo")},
	{"check.go", "case h.Opcode == OpContinuation:", "case false:", by("FrameRules", "FrameStream", "Echo")},
	{"check.go", "if h.Opcode.IsControl() && !h.Fin {", "if h.Opcode == OpPing && !h.Fin {", by("FrameRules", "FrameStream", "Echo", "Differential")},
	{"check.go", "h.Opcode == OpContinuation && !s.InMessage:", "h.Opcode == OpContinuation && !s.InMessage && h.Fin:", by("FrameRules", "FrameStream")},
	{"check.go", "case h.Opcode != OpContinuation && s.InMessage:", "case false:", by("FrameRules", "FrameStream", "Echo", "Conversation")},
	{"check.go", "case s.Sender == RoleClient && !h.Masked:", "case false:", by("FrameRules", "FrameStream", "Echo", "Differential")},
	{"check.go", "h.Length > MaxControlPayload {", "h.Length > MaxControlPayload+1 {", by("FrameRules", "Conversation")},
	{"check.go", "if h.Form > shortest(h.Length) {", "if h.Form > shortest(h.Length) && h.Form == Length64 {", by("FrameRules", "FrameStream")},
	{"check.go", "s.InMessage = !h.Fin", "s.InMessage = s.InMessage || !h.Fin", by("FrameRules")},
	{"receiver.go", "r.state.InMessage = !h.Fin", "r.state.InMessage = r.state.InMessage || !h.Fin", by("FrameStream", "Echo", "Differential")},
	{"receiver.go", "if length <= 0xFFFF || length>>63 != 0 {", "if length>>63 != 0 {", by("FrameStream")},
	{"receiver.go", "if !fin || form != Length7 {", "if form != Length7 {", by("FrameStream", "Echo", "Differential")},
	{"opcode.go", "return o&0x8 != 0", "return o > 0x8", by("FrameRules", "FrameStream")},

	// Masking and text.
	{"mask.go", "-8*(pos&3)", "-8*(pos&1)", by("Mask", "FrameStream")},
	{"mask.go", "next = (pos + len(b)) & 3", "next = len(b) & 3", by("Mask", "FrameStream")},
	{"mask.go", "PutUint64(p[48:56], binary.LittleEndian.Uint64(p[48:56])^k)", "PutUint64(p[48:56], binary.LittleEndian.Uint64(p[40:48])^k)", by("Mask")},
	{"utf8.go", "c < 0xC2, c > 0xF4", "c < 0xC0, c > 0xF4", by("UTF8", "FrameStream")},
	{"utf8.go", "v.hi = 0x9F", "v.hi = 0xBF", by("UTF8", "FrameStream")},
	{"utf8.go", "v.lo = 0x90", "v.lo = 0x80", by("UTF8")},
	{"utf8.go", "v.need == 0 && !v.failed", "!v.failed", by("UTF8", "FrameStream", "Echo")},
	{"utf8.go", "v.lo = 0xA0", "v.lo = 0x80", by("UTF8", "FrameStream")},

	// The Close frame.
	{"statuscheck.go", "case c <= 999:", "case c <= 998:", by("CloseBody")},
	{"statuscheck.go", "c > StatusTLSHandshake && c <= 2999", "c > StatusTLSHandshake && c <= 2998", by("CloseBody")},
	{"statuscheck.go", "case c == StatusReserved1004:", "case false:", by("CloseBody", "FrameStream", "Echo", "Differential")},
	{"close.go", "if !utf8.ValidString(reason) {\n\t\treturn code, reason, RuleCloseReason", "if false {\n\t\treturn code, reason, RuleCloseReason", by("CloseBody", "FrameStream", "Echo", "Differential")},
	{"close.go", "if len(reason) > MaxCloseReason {", "if len(reason) > MaxCloseReason+1 {", by("CloseBody")},
	{"close.go", "for !utf8.RuneStart(reason[n]) {", "for false {", by("CloseBody")},

	// The Receiver and the Connection.
	{"receiver.go", "code, reason\n\t\tr.stop()\n", "code, reason\n", by("FrameStream", "Echo", "Conversation")},
	{"receiver.go", "r.stop()\n\t*ev = Event{Kind: EventFail", "*ev = Event{Kind: EventFail", by("FrameStream", "Echo")},
	{"receiver.go", "r.headLen = before + n\n", "r.headLen = n\n", by("FrameStream", "Conversation")},
	{"receiver.go", "|| r.size > r.most || h.Length > r.most-r.size ||", "|| h.Length > r.most ||", by("FrameStream")},
	{"receiver.go", "if h.Length > r.limits.Frame ||", "if h.Length >= r.limits.Frame ||", by("FrameStream")},
	{"receiver.go", "r.fragments > r.limits.Fragments {", "r.fragments > r.limits.Fragments+1 {", by("FrameStream")},
	{"receiver.go", "r.size, r.fragments = 0, 0", "r.fragments = 0", by("FrameStream")},
	{"receiver.go", "if !r.text.Complete() {", "if r.frame.Length > 0 && !r.text.Complete() {", by("FrameStream", "Echo")},
	{"receiver.go", "r.control = r.control[:0]\n", "", by("FrameStream", "Conversation")},
	{"receiver.go", "r.message.opcode = 0", "_ = r", by("FrameStream")},
	{"receiver.go", "r.left, r.pos = h.Length, 0", "r.left = h.Length", by("FrameStream", "Conversation")},
	{"receiver.go", "r.left, r.pos = h.Length, 0", "r.left, r.pos = h.Length, 0\n\tif h.Length < 1<<20 {\n\t\tgrown = make([]byte, h.Length+8192)\n\t}", by("FrameStream")},
	{"sender.go", "h.Masked = s.state.Sender == RoleClient", "h.Masked = false", by("FrameStream", "Conversation", "Echo")},
	{"sender.go", "if s.closeSent {\n\t\treturn dst", "if false {\n\t\treturn dst", by("Conversation")},
	{"sender.go", "s.closeSent = h.Opcode == OpClose", "s.closeSent = false", by("Conversation")},
	{"sender.go", "dst, err = s.Close(dst, ev.Code, \"\")", "dst, err = s.Close(dst, StatusNormalClosure, ev.Reason)", by("FrameStream", "Conversation")},
	{"connection.go", "c.closure = Closure{Code: ev.Code, Reason: ev.Reason}", "c.closure = Closure{Code: ev.Code}", by("FrameStream", "Conversation")},
	{"state.go", "StateCloseSent:     {StateCloseSent, StateExchanged,", "StateCloseSent:     {StateCloseSent, StateCloseSent,", by("Conversation")},
	{"state.go", "return role == RoleServer", "return role == RoleClient", by("Conversation", "Echo")},
	{"state.go", "case StateFailed:\n\t\treturn true", "case StateFailed:\n\t\treturn false", by("Conversation", "Echo")},

	// The handshake's grammar and negotiation.
	{"grammar.go", `"()<>@,;:\\\"/[]?={} \t"`, `"()<>@,;:\\\"/[]?= \t"`, by("Grammar")},
	{"grammar.go", "unquoted.Len() == 0 || !s.next('\"')", "!s.next('\"')", by("Grammar")},
	{"grammar.go", "if members == 0 {", "if false {", by("Grammar", "Request")},
	{"grammar.go", "if 'A' <= c && c <= 'Z' {", "if 'A' <= c && c < 'Z' || c == 'k' {", by("Grammar")},
	{"extension.go", "p.Quoted = true", "p.Quoted = false", by("Grammar")},
	{"negotiate.go", "offer.ServerMaxWindowBits != 0 || params.ServerMaxWindowBits < MaxWindowBits", "params.ServerMaxWindowBits < MaxWindowBits", by("Negotiate")},
	{"negotiate.go", "if offer.ClientMaxWindowBits != 0 {\n\t\tparams", "{\n\t\tparams", by("Negotiate")},
	{"negotiate.go", "offer.ServerNoContextTakeover && !answer.ServerNoContextTakeover", "false", by("Negotiate")},
	{"negotiate.go", "answer.ClientMaxWindowBits != 0 && offer.ClientMaxWindowBits == 0", "false", by("Negotiate")},
	{"negotiate.go", "if seen[p.Name] {", "if false {", by("Negotiate")},
	{"negotiate.go", "bits := MinWindowBits; bits <= MaxWindowBits", "bits := MinWindowBits + 1; bits <= MaxWindowBits", by("Negotiate")},

	// Requests and responses.
	{"head.go", "if i == h.pos || h.b[i-1] != '\\r' {", "if i == h.pos {", by("Request", "Response")},
	{"head.go", "c < ' ' && c != '\\t' && c != '\\r' || c == 0x7F", "c < ' ' && c != '\\t' && c != '\\r'", by("Request", "Response")},
	{"head.go", "if i == MaxHandshakeLen {", "if i == MaxHandshakeLen+1 {", by("Request", "Response")},
	{"head.go", "if !unfold || len(fields) == 0 {", "if len(fields) == 0 {", by("Request")},
	{"head.go", "if !IsToken(name) {", "if name == \"\" {", by("Request", "Response")},
	{"request.go", "strings.LastIndexByte(rest, ' ')", "strings.IndexByte(rest, ' ')", by("Request")},
	{"handshake.go", "const length = 24", "const length = 25", by("Request")},
	{"handshake_request.go", "case r.Fields.count(fieldHost) > 1:", "case false:", by("Request")},
	{"handshake_request.go", "s == \"0\" || s[0] != '0'", "true", by("Request")},
	{"handshake_response.go", "case !equalFoldASCII(value, \"websocket\"):", "case value != \"websocket\":", by("Response")},
	{"handshake_response.go", "case len(values) > 1:\n\t\treturn RuleResponseAcceptDoubled", "case false:\n\t\treturn RuleResponseAcceptDoubled", by("Response")},
	{"handshake_response.go", "return offer.Name == answer.Name", "return true", by("Response")},
	{"handshake_response.go", "if resp.Status != 101 {", "if resp.Status/100 != 1 {", by("Response")},
	{"handshake.go", "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", "258EAFA5-E914-47DA-95CA-C5AB0DC85B12", by("Response")},

	// Compression.
	{"inflate.go", "f.limit -= int64(n)", "f.limit -= int64(n / 2)", by("Inflate")},
	{"inflate.go", "f.before.near.write(p[:n])", "f.before.near.write(p[:n/2])", by("Inflate")},
	{"inflate.go", "f.kept.write(dst[start:])", "f.kept.write(dst[start : start+n/2])", by("Compress")},
	{"inflate_blocks.go", "d.data, d.ended = flushTail, true\n\t\treturn nil\n\t}\n\tfor", "d.data, d.ended = append(flushTail[:4:4], 0, 0, 0, 0xFF, 0xFF), true\n\t\treturn nil\n\t}\n\tfor", by("Inflate")},
	{"inflate_blocks.go", "if d.final {", "if false {", by("Inflate", "Echo")},
	{"inflate_blocks.go", "if d.back > n+before.len() {", "if d.back > n+before.len()+1 {", by("Inflate")},
	{"inflate_blocks.go", "n = d.refer(p, n, before)\n\t\t\tcontinue", "d.length, n = 0, n+length\n\t\t\tcontinue", by("Compress")},
	{"inflate_blocks.go", "case back == 1:", "case back <= 2:", by("Inflate", "Compress")},
	{"inflate_table.go", "if left > 0 && used > 0 && (used != 1 || count[1] != 1) {", "if left > 0 && used > 1 {", by("Inflate")},
	{"history.go", "h.oldest += n; h.oldest == h.size", "h.oldest += n + 1; h.oldest >= h.size", by("Compress")},
	{"deflate.go", "dst = d.AppendFlush(dst)\n\td.pool()", "d.pool()", by("Compress")},
	{"deflate.go", "bytes.TrimSuffix(d.AppendFlush(dst), flushTail)", "bytes.TrimSuffix(d.AppendFlush(dst), flushTail[:0])", by("Compress")},
	{"deflate.go", "if !d.takeover {", "if d.takeover {", by("Compress")},
	{"deflate.go", "case d.bits < MaxWindowBits:", "case d.bits < 1:", by("Compress")},
	{"window.go", "use.MaxDistance > 1<<bits", "use.MaxDistance > 2<<bits", by("Compress")},
	{"window.go", "if int64(distance) > m.use.Octets {", "if int64(distance) > m.use.Octets+1 {", by("Compress")},
	{"window.go", "int64(distance) > m.use.Octets+m.history", "int64(distance) > m.use.Octets+m.history+1", by("Inflate")},
	{"window.go", "m.bits.align() != 0 {", "m.bits.align() == 0 {", by("Inflate")},
	{"window.go", "case length^inverse != 0xFFFF:", "case length^inverse > 0xFFFF:", by("Inflate")},
	{"prefixcode.go", "if left > 0 && used > 0 && (used != 1 || c.count[1] != 1) {", "if left > 0 && used > 1 {", by("Inflate")},
	{"prefixcode.go", "extraCode{258, 0}", "extraCode{227, 5}", by("Inflate")},
}

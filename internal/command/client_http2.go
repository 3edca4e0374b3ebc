package command

import (
	"errors"

	"github.com/spf13/pflag"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// addHTTP2 adds --http2.
func (f *clientFlags) addHTTP2(flags *pflag.FlagSet) {
	flags.StringVar(&f.over, "http2", "", "test the client over HTTP/2 (RFC 8441), and by the cases about that besides: with `ws` or without a value, it begins with HTTP/2; with wss, ALPN selects it")
	flags.Lookup("http2").NoOptDefVal = "ws"
}

// checkHTTP2 finds a value of --http2 that is none, and takes it in.
func (f *clientFlags) checkHTTP2() error {
	if f.over != "" && f.over != "ws" && f.over != "wss" {
		return usage("--http2=%s: it has to be ws or wss", f.over)
	}
	f.http2 = f.over != ""
	return nil
}

// transport names what carries the connections of the client, for reports; it is empty for
// HTTP/1.1.
func (f *clientFlags) transport() string {
	if f.http2 {
		return opening.HTTP2
	}
	return ""
}

// neverOverHTTP2 is the error of a run over HTTP/2 in which every case was left out.
func (f *clientFlags) neverOverHTTP2(results []conformance.Result) error {
	if !f.http2 || len(results) == 0 {
		return nil
	}
	for _, r := range results {
		if r.Verdict != verdict.Skip {
			return nil
		}
	}
	return errors.New("nothing was tested over HTTP/2: " + results[0].Explanation)
}

module github.com/wsspec/wsspec/conformance/http3

go 1.25.0

require (
	github.com/onsi/gomega v1.44.0
	github.com/quic-go/qpack v0.6.0
	github.com/quic-go/quic-go v0.61.0
	github.com/wsspec/wsspec v0.0.0-00010101000000-000000000000
	github.com/wsspec/wsspec/ref/http3 v0.0.0-00010101000000-000000000000
)

require (
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.54.0 // indirect
	golang.org/x/net v0.56.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/term v0.45.0 // indirect
	golang.org/x/text v0.40.0 // indirect
)

replace (
	github.com/wsspec/wsspec => ../..
	github.com/wsspec/wsspec/ref/http3 => ../../ref/http3
)

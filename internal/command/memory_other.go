//go:build !linux

package command

import "github.com/wsspec/wsspec/fuzz/network"

// memory is not known here.
func (p *process) memory() (octets uint64, ok bool) { return 0, false }

// usage is not known here.
func (p *process) usage() (network.Usage, bool) { return network.Usage{}, false }

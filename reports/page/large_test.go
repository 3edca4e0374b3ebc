package page

import (
	"bytes"
	"sync"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// largePage is the page of six agents, drawn once for all tests.
var largePage = sync.OnceValues(func() (string, error) {
	var b bytes.Buffer
	err := Write(&b, fixture.Large(6))
	return b.String(), err
})

package wsspectest_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
)

// When all tests are done, nothing that they started may still run. This holds for each
// process of TestSubject too.
func TestMain(m *testing.M) {
	before := gleak.Goroutines()
	code := m.Run()
	g := gomega.NewGomega(func(message string, _ ...int) {
		fmt.Fprintln(os.Stderr, "goroutines left behind:", message)
		code = 3
	})
	g.Eventually(gleak.Goroutines).WithTimeout(5 * time.Second).ShouldNot(gleak.HaveLeaked(before))
	os.Exit(code)
}

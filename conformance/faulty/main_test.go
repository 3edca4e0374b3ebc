package faulty_test

import (
	"flag"
	"os"
	"testing"
)

// The tests that run in parallel wait for most of their time, so that more of them run at
// once than there are processors. The flag -parallel sets another number.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", "6"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// Command wstest stands in for the Autobahn|Testsuite in an image of the tests
// where it does what wsspec itself never would. The variable DOES says what.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	switch does := os.Getenv("DOES"); does {
	case "nothing": // ends well, without a report
	case "empty", "less":
		index := map[string]string{"empty": "{}", "less": `{"mine": {"1.1.1": {"behavior": "OK", "behaviorClose": "OK"}}}`}[does]
		if err := os.WriteFile("/reports/index.json", []byte(index), 0o644); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	case "wait":
		ended := make(chan os.Signal, 1)
		signal.Notify(ended, syscall.SIGTERM)
		fmt.Println("waiting")
		<-ended
	default:
		fmt.Println("it went wrong")
		os.Exit(1)
	}
}

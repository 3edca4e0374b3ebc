package reports

// A plot is a chart of measurements.
type plot struct{}

func newPlots(*Report) []plot { return nil }

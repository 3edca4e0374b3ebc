package reports

// Transcripts find the whole transcript of a result, such as in a journal. They return
// nil entries if they have none.
type Transcripts interface {
	Transcript(res *Result) ([]Entry, *Position, error)
}

// Whole returns a result of the report with its whole transcript, also where the report
// has no room for it. A form that shows one result after the other takes them so.
func (r *Report) Whole(i int) (*Result, error) {
	res := &r.Results[i]
	if r.Transcripts == nil {
		return res, nil
	}
	entries, firstWrong, err := r.Transcripts.Transcript(res)
	if err != nil || entries == nil {
		return res, err
	}
	whole := *res
	whole.Transcript, whole.FirstWrong = entries, firstWrong
	return &whole, nil
}

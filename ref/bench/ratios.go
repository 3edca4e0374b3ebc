package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
)

// ratios are what ref costs in relation to the floor in the same run. They change
// far less from machine to machine than times do.
func (r *run) ratios() map[string]float64 {
	out := map[string]float64{}
	for _, s := range r.Summaries {
		if floor, ok := r.cost(s.Work, "floor"); ok && len(s.Library) >= 3 && s.Library[:3] == "ref" {
			out[s.Work+"/"+s.Library] = s.Processor / floor
		}
	}
	return out
}

func (r *run) writeRatios(file string) error {
	octets, err := json.MarshalIndent(r.ratios(), "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(octets, '\n'), 0o666)
}

// tolerated is by which factor a ratio may grow.
const tolerated = 1.15

// checkRatios fails if ref has become slower than the file says.
func (r *run) checkRatios(file string) error {
	octets, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var want map[string]float64
	if err := json.Unmarshal(octets, &want); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return compareRatios(want, r.ratios())
}

func compareRatios(want, got map[string]float64) error {
	var errs []error
	compared := 0
	for _, name := range slices.Sorted(maps.Keys(got)) {
		before, ok := want[name]
		if !ok {
			continue
		}
		compared++
		if got[name] > tolerated*before {
			errs = append(errs, fmt.Errorf("%s costs %.2f of the floor, %.2f before: a loss of more than 15%%", name, got[name], before))
		}
	}
	if compared == 0 {
		return errors.New("nothing to compare: the file has no work of this run")
	}
	return errors.Join(errs...)
}

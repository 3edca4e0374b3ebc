package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/wsspec/wsspec/conformance/script"
)

// explainFlag turns an error about a flag into one of usage; of an unknown flag
// it says which ones the command has that are written alike.
func explainFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usage("%w", err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	near := script.Nearest("--"+unknown.GetSpecifiedName(), names)
	return &exitError{exitUsage, fmt.Errorf("%w; the nearest are %s", err, strings.Join(near, ", "))}
}

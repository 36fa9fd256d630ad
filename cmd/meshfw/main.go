// Command meshfw is the firewall: a node of the cluster, and the tools around
// it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set when the binary is built.
var version = "dev"

// usageError is an error of the command line: exit status 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	root := rootCommand()
	root.SetArgs(doubleDashes(os.Args[1:]))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return
	}
	text := explainError(err)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) { // Ctrl-C, and what had been done until then
		text = strings.ReplaceAll(text, context.Canceled.Error(), "interrupted")
	}
	fmt.Fprintln(os.Stderr, "meshfw:", text)
	if _, ok := errors.AsType[usageError](err); ok {
		os.Exit(2)
	}
	os.Exit(1)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "meshfw",
		Short: "A firewall for money between AI agents and LLM providers",
		Long: `A firewall for money between AI agents and LLM providers.

Run a node with "meshfw server", try a whole cluster with "meshfw dev". The other
commands ask a running node: name it, or several with commas between them, with -addr
or MESHFW_ADDR. Exit status: 0 done, 1 failed, 2 wrong usage.`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	remoteFlags(root)
	root.AddCommand(serverCommand(), devCommand(), mockProviderCommand(), configCommand(), versionCommand(),
		budgetCommand(), accountCommand(), reservationCommand(), clusterCommand(), snapshotCommand(), eventsCommand(), keyCommand(), priceCommand(),
		envCommand(), explainCommand(), topCommand(), doctorCommand(), manCommand(),
		tlsCommand(), initCommand(), healthcheckCommand(), benchCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	completable(root)
	checked(root)
	return root
}

// checked makes every mistake on the command line a usageError, and has
// commands that are groups say what they hold.
func checked(c *cobra.Command) {
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see %s -help", err, c.CommandPath())}
	})
	if args := c.Args; args != nil && c.Runnable() {
		c.Args = func(c *cobra.Command, list []string) error {
			if err := args(c, list); err != nil {
				return usageError{fmt.Errorf("%s: %w; usage: %s", c.CommandPath(), err, c.UseLine())}
			}
			return nil
		}
	}
	if !c.Runnable() {
		c.Args = cobra.ArbitraryArgs
		c.RunE = func(c *cobra.Command, list []string) error {
			if len(list) == 0 {
				return c.Help()
			}
			hint := ""
			c.SuggestionsMinimumDistance = 2
			if near := c.SuggestionsFor(list[0]); len(near) > 0 {
				hint = fmt.Sprintf(`; did you mean "%s"?`, strings.Join(near, `" or "`))
			}
			return usageError{fmt.Errorf("unknown command %q of %q%s (see %[2]s -help)", list[0], c.CommandPath(), hint)}
		}
	}
	for _, sub := range c.Commands() {
		if sub.Name() == "help" {
			helping(sub)
			continue
		}
		checked(sub)
	}
}

// helping has the help command refuse words that are no command: the library's
// own shows the root's help and says nothing.
func helping(c *cobra.Command) {
	c.Run, c.RunE = nil, func(c *cobra.Command, words []string) error {
		found, rest, err := c.Root().Find(words)
		if err != nil || len(rest) > 0 {
			return usageError{fmt.Errorf("help: there is no command %q (see meshfw -help)", strings.Join(words, " "))}
		}
		found.InitDefaultHelpFlag()
		return found.Help()
	}
}

// doubleDashes lets long flags stand with one dash.
func doubleDashes(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		if a == "--" {
			copy(out[i:], args[i:])
			break
		}
		if len(a) > 2 && a[0] == '-' && a[1] >= 'a' && a[1] <= 'z' {
			a = "-" + a
		}
		out[i] = a
	}
	return out
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return emit(c, buildInfo(), func(t *table) {
				t.line("meshfw %s", version)
			})
		},
	}
}

package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

func clusterCommand() *cobra.Command {
	c := &cobra.Command{Use: "cluster", Short: "See and change who is in the cluster"}
	c.AddCommand(clusterMembers(), clusterJoin(), clusterLeave(), clusterRemove(), clusterTransfer(), clusterHealth())
	return c
}

func clusterMembers() *cobra.Command {
	return &cobra.Command{
		Use: "members", Short: "List the nodes", Args: cobra.NoArgs,
		RunE: asking(func(c *cobra.Command, cl *client.Client, _ []string) error {
			list, err := cl.Members(c.Context())
			if err != nil {
				return err
			}
			return emit(c, map[string]any{"members": list}, func(t *table) {
				t.row("NODE", "ROLE", "SUFFRAGE", "CLUSTER ADDRESS", "HTTP ADDRESS", "SERVER ID")
				for _, m := range list {
					t.row(m.ID, m.Role, m.Suffrage, m.Address, cmp.Or(m.HTTPAddress, "(does not answer)"), m.ServerID)
				}
			})
		}),
	}
}

func clusterJoin() *cobra.Command {
	return &cobra.Command{
		Use: "join NODE CLUSTER-ADDRESS", Short: "Take a node that waits at an address into the cluster",
		Long: `Take a node that waits at an address into the cluster.

The node must be running, with its name as node.id and the address as cluster.advertise.
It joins as a non-voter and becomes a voter once it has caught up.`,
		Args: cobra.ExactArgs(2),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			if err := cl.Join(c.Context(), args[0], args[1]); err != nil {
				return fmt.Errorf("join %s: %w", args[0], err)
			}
			return done(c, "%s is in the cluster; it becomes a voter when it has caught up (meshfw cluster members)", args[0])
		}),
	}
}

func clusterLeave() *cobra.Command {
	return &cobra.Command{
		Use: "leave", Short: "Take the node at -addr out of the cluster, for good", Args: cobra.NoArgs,
		RunE: asking(func(c *cobra.Command, cl *client.Client, _ []string) error {
			if len(cl.Addresses()) != 1 {
				return usageError{errors.New("leave: name the one node that leaves with -addr")}
			}
			if err := cl.Leave(c.Context()); err != nil {
				return fmt.Errorf("leave: %w", err)
			}
			return done(c, "the node at %s has left the cluster and stops", cl.Addresses()[0])
		}),
	}
}

func clusterRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove NODE", Short: "Take a node, by name or cluster address, out of the cluster, for good", Args: cobra.ExactArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			if err := cl.RemoveMember(c.Context(), args[0]); err != nil {
				return fmt.Errorf("remove %s: %w", args[0], err)
			}
			return done(c, "%s is removed; to take it in again, empty its data directory first", args[0])
		}),
	}
}

func clusterTransfer() *cobra.Command {
	return &cobra.Command{
		Use: "transfer-leader [NODE]", Short: "Hand leadership to another node, by name or cluster address", Args: cobra.MaximumNArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			to := ""
			if len(args) == 1 {
				to = args[0]
			}
			if err := cl.TransferLeader(c.Context(), to); err != nil {
				return fmt.Errorf("transfer-leader: %w", err)
			}
			return done(c, "leadership handed over to %s", cmp.Or(to, "the node that was furthest"))
		}),
	}
}

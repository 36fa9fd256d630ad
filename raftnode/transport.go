package raftnode

import (
	"io"

	"github.com/hashicorp/raft"
)

// transport is raft's network transport with two differences.
//
// Every target carries the server id beside the address, so that the hello can
// name who is meant. And the heartbeat fast path is never installed: a
// heartbeat that overtakes the main loop can acknowledge entries under a log
// that the main loop is just replacing (hashicorp/raft issue 695).
type transport struct{ *raft.NetworkTransport }

// SetHeartbeatHandler installs nothing: heartbeats go through the main loop.
func (transport) SetHeartbeatHandler(func(raft.RPC)) {}

func named(id raft.ServerID, a raft.ServerAddress) raft.ServerAddress {
	return raft.ServerAddress(string(id) + "@" + string(a))
}

func (t transport) AppendEntriesPipeline(id raft.ServerID, a raft.ServerAddress) (raft.AppendPipeline, error) {
	return t.NetworkTransport.AppendEntriesPipeline(id, named(id, a))
}

func (t transport) AppendEntries(id raft.ServerID, a raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	return t.NetworkTransport.AppendEntries(id, named(id, a), args, resp)
}

func (t transport) RequestVote(id raft.ServerID, a raft.ServerAddress, args *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	return t.NetworkTransport.RequestVote(id, named(id, a), args, resp)
}

func (t transport) RequestPreVote(id raft.ServerID, a raft.ServerAddress, args *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	return t.NetworkTransport.RequestPreVote(id, named(id, a), args, resp)
}

func (t transport) InstallSnapshot(id raft.ServerID, a raft.ServerAddress, args *raft.InstallSnapshotRequest, resp *raft.InstallSnapshotResponse, data io.Reader) error {
	return t.NetworkTransport.InstallSnapshot(id, named(id, a), args, resp, data)
}

func (t transport) TimeoutNow(id raft.ServerID, a raft.ServerAddress, args *raft.TimeoutNowRequest, resp *raft.TimeoutNowResponse) error {
	return t.NetworkTransport.TimeoutNow(id, named(id, a), args, resp)
}

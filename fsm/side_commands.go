package fsm

// The commands beside the money path: keys, prices, zones, time, upgrades,
// limits, events. All are applied once per OpID; those of operators are refused
// when applied after NotAfter and record an event under their Actor.

// PutKey creates or replaces a firewall key. A rotation puts the new secret's
// hash and keeps the old one as SecondHash until SecondUntil.
type PutKey struct {
	OpID      OpID
	NotAfter  Time
	Key       Key
	IfVersion *int64 // nil: whatever is there; 0: only if there is none
	Actor     Actor
}

// RevokeKey closes a key for good.
type RevokeKey struct {
	OpID     OpID
	NotAfter Time
	ID       string
	Actor    Actor
}

// PutPrice creates or replaces an operator's price for a model.
type PutPrice struct {
	OpID     OpID
	NotAfter Time
	Price    Price
	Actor    Actor
}

// DeletePrice takes an operator's price away.
type DeletePrice struct {
	OpID            OpID
	NotAfter        Time
	Provider, Model string
	Actor           Actor
}

// PutZone brings or refreshes a time zone. What a zone said of the time up to
// now stays as it was; only later transitions are replaced.
type PutZone struct {
	OpID     OpID
	NotAfter Time
	Zone     Zone
	Actor    Actor
}

// Reading is what one member's clock showed.
type Reading struct {
	ServerID string
	At       Time
}

// ClockJump moves log time forward by more than an entry's stamp may, after an
// outage or a restore. It takes the readings of a majority of the voters that
// agree within MaxReadingSpread, and a time among them.
type ClockJump struct {
	OpID     OpID
	To       Time
	Readings []Reading
	Voters   int64 // how many voters the cluster has
}

// RaiseMachineVersion lets every replica behave as version To says. It is
// proposed when every member supports that version; it never goes down.
type RaiseMachineVersion struct {
	OpID     OpID
	NotAfter Time
	To       uint32
	Actor    Actor
}

// RefusalCount is how often a node refused an account from its own memory.
type RefusalCount struct {
	Account AccountRef
	Reason  Reason
	Count   int64
}

// CountRefusals tells the ledger of refusals that were not logged one by one.
type CountRefusals struct {
	OpID   OpID
	Counts []RefusalCount
}

// MemberDigest is one member's chain value.
type MemberDigest struct {
	ServerID string
	Chain    uint64
}

// Digests is the leader's table of the members' chain values after the entry
// at Index.
type Digests struct {
	OpID    OpID
	Index   uint64
	Members []MemberDigest
}

// RecordEvent records an event of the cluster's operation (types that start
// with "cluster." or "node."). The ledger sets Seq, Index and At.
type RecordEvent struct {
	OpID  OpID
	Event Event
	Actor Actor
}

// PutLimits changes the bounds of the ledger's tables. They are state, not
// configuration, because apply's answers depend on them.
type PutLimits struct {
	OpID     OpID
	NotAfter Time
	Limits   Limits
	Actor    Actor
}

// PutCursor remembers how far a consumer of the events has come (the delivery
// of webhooks), so that another leader goes on from there. It never goes back.
type PutCursor struct {
	OpID OpID
	Name string
	Seq  uint64
}

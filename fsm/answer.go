package fsm

// usualAccounts and usualLabels are how many accounts and labels an answer has
// room for in one piece of memory.
const (
	usualAccounts = 4
	usualLabels   = 6
)

// answer is what a result tells, in one piece of memory.
type answer struct {
	r        Reservation
	accounts [usualAccounts]AccountState
	labels   [usualLabels]Label
}

// answerRoom is where answers are made: each in memory of its own, or, when
// none is wanted for longer than until the next one, all in the same.
type answerRoom struct {
	lasting bool
	spare   answer
}

func (r *answerRoom) next() *answer {
	if r.lasting {
		return new(answer)
	}
	return &r.spare
}

// granted answers a request that was granted now, by a plan. Without texts only
// what the digest is made of is told of the reservation.
func (m *Machine) granted(pl *plan, v *reservation, texts bool) Result {
	out := m.answers.next()
	if texts {
		v.fill(&out.r, out.labels[:0])
	} else {
		out.r = Reservation{}
		v.figures(&out.r)
	}
	return Result{Index: m.index, Code: OK, Reservation: &out.r, Accounts: m.showSlots(out.accounts[:0], pl)}
}

// figures fills in what readers see of a record beside its texts.
func (v *reservation) figures(r *Reservation) {
	r.State, r.Choice, r.Units, r.Amount, r.Tokens, r.Actual, r.Usage = v.State, int32(v.Choice), int64(v.Units), v.Amount, v.Tokens, v.Actual, v.Usage
	r.Granted, r.Deadline, r.Index, r.Origin, r.PricesIndex = v.Granted, v.Deadline, v.Index, v.Origin, v.PricesIndex
	if v.closed() {
		r.Closed = v.At
	}
}

// fill makes r a reservation as readers see it; labels are appended to room.
func (v *reservation) fill(r *Reservation, room Labels) {
	*r = Reservation{}
	t := v.texts()
	r.ID, r.Owner, r.IdemKey, r.Model, r.Provider = t.id, t.owner, t.key, t.model, t.provider
	r.Labels = appendLabels(room, t.labels)
	v.figures(r)
}

// show is a reservation as readers see it.
func (m *Machine) show(v *reservation) *Reservation {
	r := new(Reservation)
	v.fill(r, nil)
	return r
}

// answer tells a reservation and its accounts as they are now.
func (m *Machine) answer(v *reservation) Result {
	out := m.answers.next()
	v.fill(&out.r, out.labels[:0])
	return m.withAccounts(out, v)
}

// passing is answer for an operation whose result is not remembered: when
// nobody waits for it, only what the digest is made of is told.
func (m *Machine) passing(v *reservation) Result {
	if m.answers.lasting {
		return m.answer(v)
	}
	out := m.answers.next()
	out.r = Reservation{}
	v.figures(&out.r)
	return m.withAccounts(out, v)
}

func (m *Machine) withAccounts(out *answer, v *reservation) Result {
	accounts := out.accounts[:0]
	pins := v.pins()
	for i := range pins {
		if a, p := m.account(&pins[i]); a != nil {
			accounts = append(accounts, AccountState{})
			m.stateOf(&accounts[len(accounts)-1], p, a)
		}
	}
	return Result{Index: m.index, Code: OK, Reservation: &out.r, Accounts: accounts}
}

// showSlots tells the accounts of a plan as they are now, appended to room.
func (m *Machine) showSlots(room []AccountState, pl *plan) []AccountState {
	if room == nil {
		room = make([]AccountState, 0, len(pl.slots))
	}
	for i := range pl.slots {
		s := &pl.slots[i]
		room = append(room, AccountState{})
		out := &room[len(room)-1]
		if s.found {
			m.stateOf(out, s.p, m.accounts.get(s.id))
		} else {
			m.unused(out, s.p, string(pl.partition(s)))
		}
	}
	return room
}

// unused is an account that nothing was posted to yet.
func (m *Machine) unused(out *AccountState, p *policy, partition string) {
	out.Ref = AccountRef{p.Name, partition}
	out.Limit, out.Window, out.Monitor = p.Limit, p.Window.Kind, p.Monitor
	out.Start, out.End = p.span(m.now)
	if p.rolling() {
		out.Start = m.now - Time(p.Window.Rolling)
	}
	if p.Frozen {
		out.Breaker, out.Reason = BreakerFrozen, p.FrozenReason
	}
}

// stateOf is an account as it is now, without its history.
func (m *Machine) stateOf(out *AccountState, p *policy, a *account) {
	m.unused(out, p, a.Partition)
	f := m.figuresOf(p, a, out.Start, m.now)
	out.Limit, out.Spent, out.Provisional, out.Held, out.OpenHolds = f.limit, f.spent, f.provisional, f.held, f.open
	x := a.Ext
	if x == nil {
		return
	}
	if p.rolling() {
		out.End = x.firstLeaves(p, m.now)
	}
	out.Override, out.WouldRefuse = x.Limit != nil, x.WouldNot
	switch {
	case p.Frozen:
	case x.Frozen:
		out.Breaker, out.Reason = BreakerFrozen, x.Reason
	case x.Breaker.State != BreakerClosed:
		out.Breaker, out.Reason = x.Breaker.State, x.Breaker.Reason
		if x.Breaker.State == BreakerOpen {
			out.ReopensAt = x.Breaker.Reopens
		}
	}
}

package fsm

// applySide applies the commands beside the money path.
func (m *Machine) applySide(c Command) Result {
	switch c := c.(type) {
	case *PutKey:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.putKey(c)) })
	case *RevokeKey:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.revokeKey(c)) })
	case *PutPrice:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.putPrice(c)) })
	case *DeletePrice:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.deletePrice(c)) })
	case *PutZone:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.putZone(c)) })
	case *RaiseMachineVersion:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.raiseMachineVersion(c)) })
	case *PutLimits:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.putLimits(c)) })
	case *ClockJump:
		return m.once(c.OpID, 0, func() Result { return m.clockJump(c) })
	case *Digests:
		return m.once(c.OpID, 0, func() Result { return m.digests(c) })
	case *RecordEvent:
		return m.once(c.OpID, 0, func() Result { return m.recordEvent(c) })
	case *PutCursor:
		return m.once(c.OpID, 0, func() Result { return m.putCursor(c) })
	case *Seed:
		return m.once(c.OpID, 0, func() Result { return m.seed(c) })
	case *Noop:
		return m.once(c.OpID, 0, func() Result { return Result{Index: m.index, Code: OK} })
	case *Tick: // time has passed, that is all
		return Result{Index: m.index, Code: OK}
	}
	return m.fail(BadInput, "an operation that the ledger does not carry out")
}

package bench

// Target is a figure that the project aims for.
type Target struct {
	Name string  `json:"name"`
	Want float64 `json:"want"`
	Most bool    `json:"most"` // Want is the most, not the least
	Got  float64 `json:"got"`
	Met  bool    `json:"met"`
}

// targets compares a report with what is aimed for, as far as it was measured.
func (r *Report) targets() []Target {
	out := []Target{}
	add := func(name string, most bool, want float64, got *float64) {
		if got != nil {
			out = append(out, Target{name, want, most, *got, most && *got <= want || !most && *got >= want})
		}
	}
	least := func(name string, want float64, got *float64) { add(name, false, want, got) }
	most := func(name string, want float64, got *float64) { add(name, true, want, got) }

	s := r.ReserveSettle
	for _, n := range []int{256, 1024} {
		least("ledger to raw raft, operations/s, "+callersText(n), 0.8, ratio(s.find(loadUniform, n), r.Raw.find(caseRaw, n)))
	}
	most("ledger to raw raft, p50, "+callersText(1), 1.15, over(s.find(loadUniform, 1), r.Raw.find(caseRaw, 1)))
	for _, n := range []int{256, 1024} {
		least("a follower to the leader, operations/s, "+callersText(n), 0.9, ratio(s.find(caseFollower, n), s.find(loadUniform, n)))
	}
	for _, n := range []int{256, 1024} {
		least("one hot account to spread ones, ledger, "+callersText(n), 1, ratio(s.find(loadHot, n), s.find(loadUniform, n)))
	}
	h := r.HTTP
	for _, n := range []int{64, 256} {
		least("API to HTTP front, operations/s, "+callersText(n), 0.8, ratio(h.find(loadUniform, n), h.find(caseFront, n)))
	}
	for _, n := range [][2]int{{64, 256}, {256, 1024}} {
		least("API, "+callersText(n[1])+" to "+callersText(n[0]), 1, ratio(h.find(loadUniform, n[1]), h.find(loadUniform, n[0])))
	}
	for _, n := range []int{64, 256} {
		least("one hot account to spread ones, API, "+callersText(n), 1, ratio(h.find(loadHot, n), h.find(loadUniform, n)))
	}
	if r.Batch != nil {
		least("batch route to raw raft, operations/s", 0.35, r.Batch.RatioToRawRaft)
	}
	if p := r.Proxy; p != nil {
		most("proxy beyond one commit and a reverse proxy, p50 µs, "+callersText(1), 250, p.BeyondCommitUS)
		least("proxy to a reverse proxy, requests/s, "+callersText(64), 0.6, ratio(p.find(caseCluster, 64), p.find(caseRelay, 64)))
		most("proxy, added to a chunk of a stream, µs", 20, p.AddedPerChunkUS)
	}
	if m := r.Memory; m != nil {
		if c := m.find(caseRefusedSubmit, m.Callers); c != nil {
			least("refusals from memory to granted operations, Submit", 10, c.RatioToGranted)
		}
		for i := range m.Cases {
			if c := &m.Cases[i]; c.Name == caseRefusedHTTP {
				least("refusals from memory to granted operations, HTTP", 2.5, c.RatioToGranted)
			}
		}
	}
	return out
}

// over is the ratio of two cases' p50.
func over(a, b *Case) *float64 {
	if a == nil || b == nil || b.P50MS == 0 {
		return nil
	}
	r := a.P50MS / b.P50MS
	return &r
}

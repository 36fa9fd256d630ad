package auth

import "fmt"

// Role says what a caller may do. A viewer reads everything but secrets and
// snapshots, an operator is a viewer who also runs the cluster, an admin may do
// everything; an agent calls the proxy and handles its own reservations.
type Role int

// The roles. RoleNone is what routes need that are open to anybody.
const (
	RoleNone Role = iota
	RoleAgent
	RoleViewer
	RoleOperator
	RoleAdmin
)

var roleNames = [...]string{"none", "agent", "viewer", "operator", "admin"}

func (r Role) String() string {
	if r < 0 || int(r) >= len(roleNames) {
		return "unknown"
	}
	return roleNames[r]
}

// ParseRole reads "agent", "viewer", "operator" or "admin".
func ParseRole(s string) (Role, error) {
	for i, name := range roleNames[1:] {
		if s == name {
			return Role(i + 1), nil
		}
	}
	return RoleNone, fmt.Errorf("role %.40q: use agent, viewer, operator or admin", s)
}

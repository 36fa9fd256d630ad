package auth

import "net/http"

// Spender is a Gate that lets in only those who may spend: agents and admins.
type Spender struct{ *Gate }

// Identify says who makes a call that may cost money. An error is an *Error.
func (s Spender) Identify(r *http.Request) (Caller, error) {
	c, err := s.Gate.Identify(r)
	if err == nil && c.Role != RoleAgent && c.Role != RoleAdmin {
		return Caller{}, &Error{Status: http.StatusForbidden, Reason: "not_allowed",
			Message: "a key of role " + c.Role.String() + " makes no calls", Hint: "use a key of role agent"}
	}
	return c, err
}
